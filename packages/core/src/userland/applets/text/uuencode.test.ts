import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = { f: "hello world\n" };

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["uuencode x < f", 0, "begin 644 x\n,:&5L;&\\@=V]R;&0*\n`\nend\n", ""],
  ["uuencode f out", 0, "begin 644 out\n,:&5L;&\\@=V]R;&0*\n`\nend\n", ""],
  ["uuencode -m f out", 0, "begin-base64 644 out\naGVsbG8gd29ybGQK\n====\n", ""],
  ["uuencode f out | uudecode -o -", 0, "hello world\n", ""],
  ["uuencode -m f out | uudecode; cat out", 0, "hello world\n", ""],
  ["seq 99 | uuencode x | uudecode -o - | tail -n1", 0, "99\n", ""],
  ["uuencode nx y", 1, "", "uuencode: can't open 'nx': No such file or directory"],
  ["uuencode", 1, "", "usage"],
  ["echo junk | uudecode", 1, "", "uudecode: no 'begin' line"],
  ["printf 'begin 644 -\\n#86)C\\n' | uudecode", 1, "abc", "uudecode: short file"],
  ["printf 'begin 600 out\\n#86)C\\n\\140\\nend\\n' | uudecode; stat -c %a out; cat out", 0, "600\nabc", ""],
];

describe("uuencode and uudecode", () => {
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
