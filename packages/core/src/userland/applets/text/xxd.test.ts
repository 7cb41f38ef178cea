import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = {
  f: "hello\n\u0001world, a longer line",
  r: "00000000: 6865 6c6c 6f0a  hello.\n00000010: 41\n",
  p: "4142 43\n4\n4",
};

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  [
    "xxd f",
    0,
    "00000000: 6865 6c6c 6f0a 0177 6f72 6c64 2c20 6120  hello..world, a \n00000010: 6c6f 6e67 6572 206c 696e 65              longer line\n",
    "",
  ],
  ["xxd -p f", 0, "68656c6c6f0a01776f726c642c2061206c6f6e676572206c696e65\n", ""],
  ["xxd -ps f", 0, "68656c6c6f0a01776f726c642c2061206c6f6e676572206c696e65\n", ""],
  [
    "xxd -i f",
    0,
    "unsigned char f[] = {\n  0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x0a, 0x01, 0x77, 0x6f, 0x72, 0x6c, 0x64,\n  0x2c, 0x20, 0x61, 0x20, 0x6c, 0x6f, 0x6e, 0x67, 0x65, 0x72, 0x20, 0x6c,\n  0x69, 0x6e, 0x65,\n};\nunsigned int f_len = 27;\n",
    "",
  ],
  [
    "xxd -c8 -g1 f",
    0,
    "00000000: 68 65 6c 6c 6f 0a 01 77  hello..w\n00000008: 6f 72 6c 64 2c 20 61 20  orld, a \n00000010: 6c 6f 6e 67 65 72 20 6c  longer l\n00000018: 69 6e 65                 ine\n",
    "",
  ],
  [
    "xxd -g3 f",
    0,
    "00000000: 68656c 6c6f0a 01776f 726c64 2c2061 20  hello..world, a \n00000010: 6c6f6e 676572 206c69 6e65              longer line\n",
    "",
  ],
  ["xxd -l5 f", 0, "00000000: 6865 6c6c 6f                             hello\n", ""],
  ["xxd -s3 -l4 f", 0, "00000003: 6c6f 0a01                                lo..\n", ""],
  ["xxd -o 256 -l3 f", 0, "00000100: 6865 6c                                  hel\n", ""],
  ["xxd -o -2 -l3 f", 0, "fffffffffffffffe: 6865 6c                                  hel\n", ""],
  ["xxd -s -3 f", 1, "", "xxd: invalid number '-3'"],
  [
    "xxd -r r | od -c",
    0,
    "0000000   h   e   l   l   o  \\n  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0  \\0\n0000020   A\n0000021\n",
    "",
  ],
  ["xxd -r -p p", 0, "ABCD", ""],
  ["echo zz | xxd -r", 1, "", "xxd: invalid number 'zz'"],
  ["xxd nx", 1, "", "xxd: nx: No such file or directory"],
  ["xxd f r", 1, "", "usage"],
  ["printf ab | xxd", 0, "00000000: 6162                                     ab\n", ""],
];

describe("xxd", () => {
  it.each(CASES)("does as busybox does: %s", async (command, code, stdout, stderr) => {
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
