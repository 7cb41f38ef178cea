import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = { d: "a\na\nb\na\nc\nc\nA\n", f: "x 1\ny 1\ny 2\n" };

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["uniq d", 0, "a\nb\na\nc\nA\n", ""],
  ["uniq -c d", 0, "      2 a\n      1 b\n      1 a\n      2 c\n      1 A\n", ""],
  ["uniq -d d", 0, "a\nc\n", ""],
  ["uniq -u d", 0, "b\na\nA\n", ""],
  ["uniq -i d", 0, "a\nb\na\nc\nA\n", ""],
  ["uniq -ci d", 0, "      2 a\n      1 b\n      1 a\n      2 c\n      1 A\n", ""],
  ["uniq -f1 f", 0, "x 1\ny 2\n", ""],
  ["uniq -s2 f", 0, "x 1\ny 2\n", ""],
  ["uniq -w1 f", 0, "x 1\ny 1\n", ""],
  ["uniq d out; cat out", 0, "a\nb\na\nc\nA\n", ""],
  ["uniq nx", 1, "", "uniq: can't open 'nx': No such file or directory"],
  ["uniq a b c", 1, "", "uniq: can't open 'a': No such file or directory"],
  ["uniq -f x d", 1, "", "uniq: invalid number 'x'"],
  ["uniq -du d", 0, "", ""],
  [
    "printf 'a\\0a\\0b' | uniq -cz | od -c",
    0,
    "0000000                           2       a  \\0                        \n0000020   1       b  \\0\n0000024\n",
    "",
  ],
  ["uniq -D d", 1, "", "uniq: invalid option -- 'D'"],
];

describe("uniq", () => {
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
