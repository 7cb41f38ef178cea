import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = {
  w: "The quick brown fox\njumps over the lazy dog\nfoo bar foo\nfoobar\n\n  indented line\nend.\n",
  n: "a\nb",
};

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  [
    "nl w",
    0,
    "     1\tThe quick brown fox\n     2\tjumps over the lazy dog\n     3\tfoo bar foo\n     4\tfoobar\n       \n     5\t  indented line\n     6\tend.\n",
    "",
  ],
  [
    "nl -ba w",
    0,
    "     1\tThe quick brown fox\n     2\tjumps over the lazy dog\n     3\tfoo bar foo\n     4\tfoobar\n     5\t\n     6\t  indented line\n     7\tend.\n",
    "",
  ],
  [
    "nl -w2 -s: -v5 -i3 w",
    0,
    " 5:The quick brown fox\n 8:jumps over the lazy dog\n11:foo bar foo\n14:foobar\n   \n17:  indented line\n20:end.\n",
    "",
  ],
  ["nl -bn n", 0, "       a\n       b\n", ""],
  ["nl -bx n", 0, "       a\n       b\n", ""],
  ["nl -p n", 0, "     1\ta\n     2\tb\n", ""],
  [
    "rev w n",
    0,
    "xof nworb kciuq ehT\ngod yzal eht revo spmuj\noof rab oof\nraboof\n\nenil detnedni  \n.dne\na\nb",
    "",
  ],
  ["tac w", 0, "end.\n  indented line\n\nfoobar\nfoo bar foo\njumps over the lazy dog\nThe quick brown fox\n", ""],
  [
    "tac n w",
    0,
    "ba\nend.\n  indented line\n\nfoobar\nfoo bar foo\njumps over the lazy dog\nThe quick brown fox\n",
    "",
  ],
  ["rev nx", 1, "", "rev: nx: No such file or directory"],
  [
    "wc w n",
    0,
    "        7        16        85 w\n        1         2         3 n\n        8        18        88 total\n",
    "",
  ],
  ["wc -l w", 0, "7 w\n", ""],
  ["wc -L w", 0, "23 w\n", ""],
  ["wc < n", 0, "        1         2         3\n", ""],
  ["wc -cl nx w", 1, "        7        85 w\n        7        85 total\n", "wc: nx: No such file or directory"],
  ["echo x | tee o p; cat o p", 0, "x\nx\nx\n", ""],
  ["echo y | tee nx/o", 1, "y\n", "tee: nx/o: No such file or directory"],
  ["echo a > o; echo b | tee -a o; cat o", 0, "b\na\nb\n", ""],
  ["tee -z", 1, "", "tee: invalid option -- 'z'"],
];

describe("nl, rev, tac, tee and wc", () => {
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
