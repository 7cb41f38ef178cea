import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = {
  abc: "abc",
  e: "",
  sums: "900150983cd24fb0d6963f7d28e17f72  abc\nbad line\nd41d8cd98f00b204e9800998ecf8427f  e\n",
};

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["md5sum abc e", 0, "900150983cd24fb0d6963f7d28e17f72  abc\nd41d8cd98f00b204e9800998ecf8427e  e\n", ""],
  ["sha1sum abc", 0, "a9993e364706816aba3e25717850c26c9cd0d89d  abc\n", ""],
  ["sha256sum abc", 0, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  abc\n", ""],
  [
    "sha384sum abc",
    0,
    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7  abc\n",
    "",
  ],
  [
    "sha512sum abc",
    0,
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f  abc\n",
    "",
  ],
  ["sha3sum abc", 0, "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf  abc\n", ""],
  [
    "sha3sum -a 512 abc",
    0,
    "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0  abc\n",
    "",
  ],
  ["md5sum < abc", 0, "900150983cd24fb0d6963f7d28e17f72  -\n", ""],
  ["md5sum nx", 1, "", "md5sum: can't open 'nx': No such file or directory"],
  [
    "md5sum -c sums",
    1,
    "abc: OK\nline: FAILED\ne: FAILED\n",
    "md5sum: can't open 'line': No such file or directory\nmd5sum: WARNING: 2 of 3 computed checksums did NOT match",
  ],
  ["md5sum -sc sums; echo $?", 0, "1\n", "md5sum: can't open 'line': No such file or directory"],
  [
    "md5sum -wc sums",
    1,
    "abc: OK\nline: FAILED\ne: FAILED\n",
    "md5sum: can't open 'line': No such file or directory\nmd5sum: WARNING: 2 of 3 computed checksums did NOT match",
  ],
  ["crc32 abc e", 0, "352441c2 abc\n00000000 e\n", ""],
  ["crc32 < abc", 0, "352441c2\n", ""],
  ["seq 5000 | sha256sum", 0, "23f90f8b2c3a4b5f3b5e156339994afd5c2718b378aca6f0e17111f80a70d4ec  -\n", ""],
];

describe("hash sums", () => {
  it.each(CASES)("do as busybox does: %s", async (command, code, stdout, stderr) => {
    const box = new Busybox();
    for (const [name, text] of Object.entries(FILES)) box.write(`/tmp/${name}`, text);
    const result = await box.sh(command, { cwd: "/tmp" });
    expect({ ...result, stderr: message(result.stderr), status: undefined }).toEqual({ stdout, stderr, code });
  });
});

/** What stands before a usage. */
function message(stderr: string): string {
  if (stderr.startsWith("BusyBox v")) return "usage";
  return (stderr.split("\nBusyBox v", 1)[0] ?? "").replace(/\n$/, "");
}
