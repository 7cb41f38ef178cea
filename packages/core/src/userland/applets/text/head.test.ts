import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = { d: "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n", f: "1\n2" };

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["head d", 0, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n", ""],
  ["head -n3 d", 0, "a\nb\nc\n", ""],
  ["head -2 d", 0, "a\nb\n", ""],
  ["head -c 3 d", 0, "a\nb", ""],
  ["head -n -8 d", 0, "a\nb\nc\n", ""],
  ["head -c -15 d", 0, "a\nb\nc\nd", ""],
  ["head d f", 0, "==> d <==\na\nb\nc\nd\ne\nf\ng\nh\ni\nj\n\n==> f <==\n1\n2", ""],
  ["head -q -n1 d f", 0, "a\n1\n", ""],
  ["head -v -n1 d", 0, "==> d <==\na\n", ""],
  ["head -n1 nx d", 1, "\n==> d <==\na\n", "head: nx: No such file or directory"],
  ["head -n a d", 1, "", "head: invalid number 'a'"],
  ["head -n 1K d", 1, "", "head: invalid number '1K'"],
  ["head -c 1k d | wc -c", 0, "22\n", ""],
  ["head -n0 d f", 0, "==> d <==\n\n==> f <==\n", ""],
  ["head -n 3 - < d", 0, "a\nb\nc\n", ""],
  ["head -z d", 1, "", "head: invalid option -- 'z'"],
  ["yes | head -n1", 0, "y\n", ""],
  ["(head -n1; cat) < d", 0, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n", ""],
];

describe("head", () => {
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
