import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = {
  w: "The quick brown fox\njumps over the lazy dog\nfoo bar foo\nfoobar\n\n  indented line\nend.\n",
  pat: "foo\nbar\n",
  e: "",
};

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["grep foo w", 0, "foo bar foo\nfoobar\n", ""],
  [
    "grep -n o w pat",
    0,
    "w:1:The quick brown fox\nw:2:jumps over the lazy dog\nw:3:foo bar foo\nw:4:foobar\npat:1:foo\n",
    "",
  ],
  ["grep -c foo w pat", 0, "w:2\npat:1\n", ""],
  ["grep -v o w", 0, "\n  indented line\nend.\n", ""],
  ["grep -i THE w", 0, "The quick brown fox\njumps over the lazy dog\n", ""],
  ["grep -w foo w", 0, "foo bar foo\n", ""],
  ["grep -x foobar w", 0, "foobar\n", ""],
  ["grep -l foo w e pat", 0, "w\npat\n", ""],
  ["grep -L foo w e pat", 0, "e\n", ""],
  ["grep -on o w", 0, "1:o\n1:o\n2:o\n2:o\n3:o\n3:o\n3:o\n3:o\n4:o\n4:o\n", ""],
  ["grep -ob o w", 2, "", "grep: invalid option -- 'b'"],
  ["grep -q foo nx w", 0, "", "grep: nx: No such file or directory"],
  ["grep foo nx", 2, "", "grep: nx: No such file or directory"],
  ["grep -s foo nx", 2, "", ""],
  ["grep -e dog -e fox w", 0, "The quick brown fox\njumps over the lazy dog\n", ""],
  ["grep -f pat w", 0, "foo bar foo\nfoobar\n", ""],
  ["grep -f e w", 1, "", ""],
  ["grep -E 'dog|fox' w", 0, "The quick brown fox\njumps over the lazy dog\n", ""],
  ["grep 'dog\\|fox' w", 0, "The quick brown fox\njumps over the lazy dog\n", ""],
  ["grep -F end. w", 0, "end.\n", ""],
  ["grep -A1 fox w", 0, "The quick brown fox\njumps over the lazy dog\n", ""],
  ["grep -B1 -n foo w", 0, "2-jumps over the lazy dog\n3:foo bar foo\n4:foobar\n", ""],
  ["grep -C1 over w", 0, "The quick brown fox\njumps over the lazy dog\nfoo bar foo\n", ""],
  ["grep -m1 -c o w", 0, "1\n", ""],
  ["grep -r foo .", 0, "./w:foo bar foo\n./w:foobar\n./pat:foo\n", ""],
  [
    "grep -Fw '' w",
    0,
    "The quick brown fox\njumps over the lazy dog\nfoo bar foo\nfoobar\n\n  indented line\nend.\n",
    "",
  ],
  ["grep -o '' w", 0, "", ""],
  ["grep '\\<foo\\>' w", 0, "foo bar foo\n", ""],
  ["grep 'o\\{2\\}' w", 0, "foo bar foo\nfoobar\n", ""],
  ["grep '\\(foo\\) bar \\1' w", 0, "foo bar foo\n", ""],
  ["grep -E '(foo) bar \\1' w", 0, "foo bar foo\n", ""],
  ["grep -E '^.{4}$' w", 0, "end.\n", ""],
  ["grep '[[:upper:]]' w", 0, "The quick brown fox\n", ""],
  ["grep -E '(' w", 2, "", "grep: bad regex '('"],
  ["grep '[' w", 2, "", "grep: bad regex '['"],
  ["grep", 2, "", "usage"],
  ["grep -k x", 2, "", "grep: invalid option -- 'k'"],
  ["grep -A x foo w", 2, "", "grep: invalid number 'x'"],
  ["echo foo | grep -H foo", 0, "(standard input):foo\n", ""],
  ["echo foo | grep -c foo - pat", 0, "(standard input):1\npat:1\n", ""],
  ["grep -Fo FOO w; echo $?", 0, "1\n", ""],
  ["fgrep -ix FOOBAR w", 0, "foobar\n", ""],
  ["egrep 'x|fo+b' w", 0, "The quick brown fox\nfoobar\n", ""],
  ["grep -hn bar w pat", 0, "3:foo bar foo\n4:foobar\n2:bar\n", ""],
  ["grep --color=always foo pat", 0, "foo\n", ""],
  ["grep -vc '' e", 1, "0\n", ""],
  ["yes | grep -m1 y", 0, "y\n", ""],
];

describe("grep", () => {
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
