import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = { d: "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n", f: "1\n2" };

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["tail d", 0, "b\nc\nd\ne\nf\ng\nh\ni\nj\nk\n", ""],
  ["tail -n3 d", 0, "i\nj\nk\n", ""],
  ["tail -2 d", 0, "j\nk\n", ""],
  ["tail +9 d", 0, "i\nj\nk\n", ""],
  ["tail -n +9 d", 0, "i\nj\nk\n", ""],
  ["tail -c 3 d", 0, "\nk\n", ""],
  ["tail -c +18 d", 0, "\nj\nk\n", ""],
  ["tail d f", 0, "==> d <==\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n\n==> f <==\n1\n2", ""],
  ["tail -q -n1 d f", 0, "k\n2", ""],
  ["tail -v -n1 d", 0, "==> d <==\nk\n", ""],
  ["tail -n1 nx d", 1, "k\n", "tail: can't open 'nx': No such file or directory"],
  ["tail -n a d", 1, "", "tail: invalid number 'a'"],
  ["tail -n0 d", 0, "", ""],
  ["tail -n +0 f", 0, "1\n2", ""],
  ["cat d | tail -n2", 0, "j\nk\n", ""],
  ["cat d | tail -c +20", 0, "\nk\n", ""],
  ["tail -n 99999999999 d", 1, "", "tail: invalid number '99999999999'"],
  ["tail -z d", 1, "", "tail: invalid option -- 'z'"],
];

describe("tail", () => {
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
