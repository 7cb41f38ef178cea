import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = { d: "a\r\nb\r\r\nc\rd\n", u: "x\ny\n" };

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["dos2unix < d | od -c", 0, "0000000   a  \\n   b  \\n   c   d  \\n\n0000007\n", ""],
  ["unix2dos < u | od -c", 0, "0000000   x  \\r  \\n   y  \\r  \\n\n0000006\n", ""],
  ["dos2unix d u; od -c d", 0, "0000000   a  \\n   b  \\n   c   d  \\n\n0000007\n", ""],
  ["unix2dos u; od -c u", 0, "0000000   x  \\r  \\n   y  \\r  \\n\n0000006\n", ""],
  ["dos2unix -d u; od -c u", 0, "0000000   x  \\r  \\n   y  \\r  \\n\n0000006\n", ""],
  ["ln -s u l; unix2dos l; od -c u; readlink l", 0, "0000000   x  \\r  \\n   y  \\r  \\n\n0000006\nu\n", ""],
  ["dos2unix nx", 1, "", "dos2unix: can't open 'nx': No such file or directory"],
  ["dos2unix -ud u", 1, "", "usage"],
];

describe("dos2unix and unix2dos", () => {
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
