import { describe, expect, it } from "vitest";
import { Busybox } from "../../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = {
  f: "1 one\n2 two\n3 three\n4 four\n5 five\n",
  g: "last\nno nl",
  w: "The quick brown fox\njumps over the lazy dog\nfoo bar foo\nfoobar\n\n  indented line\nend.\n",
};

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["sed -n 2p f", 0, "2 two\n", ""],
  ["sed -n '$p' f g", 0, "no nl\n", ""],
  ["sed 2,4d f", 0, "1 one\n5 five\n", ""],
  ["sed '/two/,/four/d' f", 0, "1 one\n5 five\n", ""],
  ["sed '2!d' f", 0, "2 two\n", ""],
  ["sed -n '2,+1p' f", 0, "2 two\n3 three\n", ""],
  ["sed 2,1d f", 0, "1 one\n3 three\n4 four\n5 five\n", ""],
  ["sed 0,/two/d f", 0, "1 one\n2 two\n3 three\n4 four\n5 five\n", ""],
  ["sed -n '1~2p' f", 1, "", "sed: unsupported command ~"],
  ["sed '2a after' f", 0, "1 one\n2 two\nafter\n3 three\n4 four\n5 five\n", ""],
  ["sed '2i\\before' f", 0, "1 one\nbefore\n2 two\n3 three\n4 four\n5 five\n", ""],
  ["sed '2,3c changed' f", 0, "1 one\nchanged\n4 four\n5 five\n", ""],
  ["sed '$!N;2,3c x' f", 0, "x\n5 five\n", ""],
  ["cat f | sed 2q", 0, "1 one\n2 two\n", ""],
  ["sed 3q5 f", 1, "", "sed: missing command"],
  ["sed -n '/four/{s/4/IV/;p}' f", 0, "IV four\n", ""],
  ["sed 'n;d' f", 0, "1 one\n3 three\n5 five\n", ""],
  ["sed '$!N;s/\\n/ + /' f", 0, "1 one + 2 two\n3 three + 4 four\n5 five\n", ""],
  ["sed '1!G;h;$!d' f", 0, "5 five\n4 four\n3 three\n2 two\n1 one\n", ""],
  ["sed ':a;N;$!ba;s/\\n/,/g' f", 0, "1 one,2 two,3 three,4 four,5 five\n", ""],
  ["sed -n '$=' f g", 0, "7\n", ""],
  [
    "sed 's/o/0/2' w",
    0,
    "The quick brown f0x\njumps over the lazy d0g\nfo0 bar foo\nfo0bar\n\n  indented line\nend.\n",
    "",
  ],
  ["sed 's/x*/-/g' g", 0, "-l-a-s-t-\n-n-o- -n-l-", ""],
  ["sed -E 's/(o)(n)?/[\\1\\2]/' f", 0, "1 [on]e\n2 tw[o]\n3 three\n4 f[o]ur\n5 five\n", ""],
  ["sed 's/one/\\n&\\t/' f", 0, "1 \none\t\n2 two\n3 three\n4 four\n5 five\n", ""],
  ["sed 's/O/X/I;s//Y/' f", 0, "1 Xne\n2 twX\n3 three\n4 fXur\n5 five\n", ""],
  ["sed 'y/abc/\\n\\t\\\\/' g", 0, "l\nst\nno nl", ""],
  ["sed -n 's/t/T/pw out' f; cat out", 0, "2 Two\n3 Three\n2 Two\n3 Three\n", ""],
  ["sed 's/a/b/q' f", 1, "", "sed: bad option in substitution expression"],
  ["sed 's/a' f", 1, "", "sed: unmatched '/'"],
  ["sed '{p' f", 0, "1 one\n1 one\n2 two\n2 two\n3 three\n3 three\n4 four\n4 four\n5 five\n5 five\n", ""],
  ["sed '}' f", 0, "1 one\n2 two\n3 three\n4 four\n5 five\n", ""],
  ["sed 'b nowhere' f", 1, "", "sed: can't find label for jump to 'nowhere'"],
  ["sed Bogus f", 1, "", "sed: unsupported command B"],
  ["sed -i s/o/0/g f; cat f", 0, "1 0ne\n2 tw0\n3 three\n4 f0ur\n5 five\n", ""],
  [
    "sed -i.bak 2d f g; cat f g f.bak",
    0,
    "1 one\n3 three\n4 four\n5 five\nlast\n1 one\n2 two\n3 three\n4 four\n5 five\n",
    "",
  ],
  ["sed p nx", 1, "", "sed: nx: No such file or directory"],
  ["sed -n '/one/,/one/p' f", 0, "1 one\n2 two\n3 three\n4 four\n5 five\n", ""],
  ["sed -s 1p f", 1, "", "sed: invalid option -- 's'"],
  ["sed 's/one/1/;T;s/1/uno/' f", 0, "uno 1\n2 two\n3 three\n4 four\n5 five\n", ""],
  [
    "sed 'r g' f",
    0,
    "1 one\nlast\nno nl\n2 two\nlast\nno nl\n3 three\nlast\nno nl\n4 four\nlast\nno nl\n5 five\nlast\nno nl\n",
    "",
  ],
  ["sed 'x;p;x' g", 0, "\nlast\n\nno nl\n", ""],
  ["sed '$!N;P;D' f", 0, "1 one\n2 two\n3 three\n4 four\n5 five\n", ""],
  ["sed --version", 0, "This is not GNU sed version 4.0\n", ""],
  ["sed -n '/start/,$p' g", 0, "", ""],
  ["sed 'a\\' f", 0, "1 one\n\n2 two\n\n3 three\n\n4 four\n\n5 five\n\n", ""],
  ["sed 's/[/]/x/;s/\\(/x/' f", 1, "", "sed: bad regex '\\(': Unmatched ( or \\("],
  ["sed 's/./&\\n/2' g", 0, "la\nst\nno\n nl", ""],
  ["printf 'a\\0b' | sed p | od -c", 0, "0000000   a  \\n   a  \\0   b  \\n   b\n0000007\n", ""],
];

describe("sed", () => {
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
