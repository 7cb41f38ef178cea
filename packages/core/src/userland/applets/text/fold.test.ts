import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = { l: "one two three four five\nabcdefghijklmnop\n\n", t: "a\tb\tc\n" };

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["fold -w10 l", 0, "one two th\nree four f\nive\nabcdefghij\nklmnop\n\n", ""],
  ["fold -sw10 l", 0, "one two \nthree \nfour five\nabcdefghij\nklmnop\n\n", ""],
  ["fold -s10 l", 1, "", "fold: invalid option -- '1'"],
  ["fold -w5 t | od -c", 0, "0000000   a  \\n  \\t  \\n   b  \\n  \\t  \\n   c  \\n\n0000012\n", ""],
  ["fold -bw3 t | od -c", 0, "0000000   a  \\t   b  \\n  \\t   c  \\n\n0000007\n", ""],
  ["fold -w0 l", 1, "", "fold: number 0 is not in 1..10000 range"],
  ["fold nx l", 1, "one two three four five\nabcdefghijklmnop\n\n", "fold: nx: No such file or directory"],
];

describe("fold", () => {
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
