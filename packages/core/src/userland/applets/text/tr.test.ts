import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = { f: "Hello, World! 123\n\tfoo-bar [x] aabbcc\r\né\n" };

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["tr a-z A-Z < f", 0, "HELLO, WORLD! 123\n\tFOO-BAR [X] AABBCC\r\né\n", ""],
  ["tr -d aeiou < f", 0, "Hll, Wrld! 123\n\tf-br [x] bbcc\r\né\n", ""],
  ["tr -s ' ' < f", 0, "Hello, World! 123\n\tfoo-bar [x] aabbcc\r\né\n", ""],
  ["tr -s a-z < f", 0, "Helo, World! 123\n\tfo-bar [x] abc\r\né\n", ""],
  ["tr -cd 'a-z\\n' < f", 0, "elloorld\nfoobarxaabbcc\n\n", ""],
  ["tr -c 'a-z\\n' . < f", 0, ".ello...orld.....\n.foo.bar..x..aabbcc.\n..\n", ""],
  ["tr a-e 12 < f", 0, "H2llo, Worl2! 123\n\tfoo-21r [x] 112222\r\né\n", ""],
  ["tr '[:lower:]' '[:upper:]' < f", 0, "HELLO, WORLD! 123\n\tFOO-BAR [X] AABBCC\r\né\n", ""],
  ["tr -d '[:punct:]' < f", 0, "Hello World 123\n\tfoobar x aabbcc\r\né\n", ""],
  ["tr -s '[:space:]' '\\n' < f", 0, "Hello,\nWorld!\n123\nfoo-bar\n[x]\naabbcc\né\n", ""],
  ["tr -sc '[:alpha:]' '\\n' < f", 0, "Hello\nWorld\nfoo\nbar\nx\naabbcc\n", ""],
  ["tr -ds a-m n-z < f", 0, "Ho, Wor! 123\n\to-r [x] \r\né\n", ""],
  ["tr '\\055' _ < f", 0, "Hello, World! 123\n\tfoo_bar [x] aabbcc\r\né\n", ""],
  ["tr -d '\\r' < f", 0, "Hello, World! 123\n\tfoo-bar [x] aabbcc\né\n", ""],
  ["tr 'a\\-z' 123 < f", 0, "H3333, W3333! 123\n\t333-333 [33 333333\r\né\n", ""],
  ["tr '[a-c]' '[x-z]' < f", 0, "Hello, World! 123\n\tfoo-yxr [x] xxyyzz\r\né\n", ""],
  ["tr a- xy < f", 0, "Hello, World! 123\n\tfooybxr [x] xxbbcc\r\né\n", ""],
  ["tr '[=o=]' 0 < f", 0, "Hell0, W0rld! 123\n\tf00-bar [x] aabbcc\r\né\n", ""],
  ["tr '[x*3]' abc < f", 0, "Hello, World! 12c\n\tfoo-bar abc aabbcc\r\né\n", ""],
  ["tr é e < f", 0, "Hello, World! 123\n\tfoo-bar [x] aabbcc\r\nee\n", ""],
  ["tr '' x < f", 0, "Hello, World! 123\n\tfoo-bar [x] aabbcc\r\né\n", ""],
  ["tr a '' < f", 1, "", "tr: STRING2 cannot be empty"],
  ["tr z-a x < f", 0, "Hello, World! 123\n\tfoo-bar [x] aabbcc\r\né\n", ""],
  ["tr '[:bogus:]' x < f", 0, "Hellx, Wxrld! 123\n\tfxx-xar xxx aaxxcc\r\né\n", ""],
  ["tr a-c-e x < f", 0, "Hxllo, World! 123\n\tfooxxxr [x] xxxxxx\r\né\n", ""],
  ["tr < f", 1, "", "usage"],
  ["tr a < f", 0, "Hello, World! 123\n\tfoo-bar [x] aabbcc\r\né\n", ""],
  ["tr -d < f", 1, "", "usage"],
  ["tr a b c < f", 1, "", "usage"],
  ["tr -x a b < f", 1, "", "tr: invalid option -- 'x'"],
];

describe("tr", () => {
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
