import { describe, expect, it } from "vitest";
import { BASIC, EXTENDED, Regex, RegexError } from "./index.ts";

const DIALECTS = { BASIC, EXTENDED } as const;

/** Dialect, pattern, text, where the match begins (-1 for none) and what it is, as busybox's sed finds it. */
const MATCHES: readonly (readonly [
  dialect: keyof typeof DIALECTS,
  pattern: string,
  text: string,
  start: number,
  match: string,
])[] = [
  ["BASIC", "a*", "baaac", 0, ""],
  ["BASIC", "o\\{2\\}", "fooo", 1, "oo"],
  ["BASIC", "\\(ab\\)*", "xababy", 0, ""],
  ["BASIC", "\\(a\\)\\1", "baab", 1, "aa"],
  ["BASIC", "a\\|bc", "xbca", 1, "bc"],
  ["BASIC", "^a*$", "aaa", 0, "aaa"],
  ["BASIC", "[[:digit:]]\\+", "ab12c3", 2, "12"],
  ["BASIC", "\\<o", "foo o", 4, "o"],
  ["BASIC", "o\\>", "foo o", 2, "o"],
  ["BASIC", "\\bfoo\\b", "afoo foo", 5, "foo"],
  ["BASIC", "\\w*", "--ab_1-", 0, ""],
  ["BASIC", "[]a-]*", "x]-a]", 0, ""],
  ["BASIC", "[^]x]*", "ab]", 0, "ab"],
  ["BASIC", "*a", "b*a", 1, "*a"],
  ["BASIC", "\\(*a\\)", "*a", 0, "*a"],
  ["BASIC", "a\\?b", "aab", 1, "ab"],
  ["BASIC", "x*", "abc", 0, ""],
  ["BASIC", "a.c", "xabcabc", 1, "abc"],
  ["BASIC", "\\.", "a.b", 1, "."],
  ["BASIC", "$", "ab", 2, ""],
  ["BASIC", "a^b", "a^b", 0, "a^b"],
  ["BASIC", "\\(a\\|ab\\)\\(c\\|bcd\\)", "abcd", 0, "abcd"],
  ["EXTENDED", "(a|ab)(c|bcd)(d*)", "abcd", 0, "abcd"],
  ["EXTENDED", "a+|b{2,3}", "xbbbba", 1, "bbb"],
  ["EXTENDED", "(foo|fo)(o|)$", "foo", 0, "foo"],
  ["EXTENDED", "(a*)+", "baa", 0, ""],
  ["EXTENDED", "(a|b)*c", "xababc", 1, "ababc"],
  ["EXTENDED", "^(.+)(.*)$", "abc", 0, "abc"],
  ["EXTENDED", "a{0}b", "aab", 2, "b"],
  ["EXTENDED", "(^|x)a", "xaa", 0, "xa"],
  ["EXTENDED", "[a-c]+[^a-c]?", "zabcd", 1, "abcd"],
  ["EXTENDED", "(a)(b)?\\1", "aba", 0, "aba"],
  ["EXTENDED", "\\.|\\$", "a$.", 1, "$"],
  ["EXTENDED", "(|a)+", "aaa", 0, "aaa"],
  ["EXTENDED", "x{1,2}y", "xxxy", 1, "xxy"],
  ["EXTENDED", ".*(foo|bar)", "a foo bar b", 0, "a foo bar"],
  ["EXTENDED", "[[:alpha:]_][[:alnum:]_]*", "9 a_1", 2, "a_1"],
  ["EXTENDED", "a**", "aa", 0, "aa"],
  ["EXTENDED", "()", "a", 0, ""],
  ["EXTENDED", "(b|a*)*c", "aabc", 0, "aabc"],
];

/** Dialect, pattern, and why regcomp(3) refuses it. */
const ERRORS: readonly (readonly [dialect: keyof typeof DIALECTS, pattern: string, reason: string])[] = [
  ["BASIC", "\\(", "Unmatched ( or \\("],
  ["BASIC", "\\)", "Unmatched ( or \\("],
  ["BASIC", "[[:foo:]]", "Invalid character class name"],
  ["BASIC", "[b-a]", "Invalid range end"],
  ["BASIC", "a\\{2", "Unmatched \\{"],
  ["BASIC", "\\(a\\)\\2", "Invalid back reference"],
  ["BASIC", "[[.ab.]]", "Invalid collation character"],
  ["EXTENDED", "(", "Unmatched ( or \\("],
  ["EXTENDED", "a{2", "Unmatched \\{"],
  ["EXTENDED", "*a", "Invalid preceding regular expression"],
  ["EXTENDED", "a{99999}", "Regular expression too big"],
  ["BASIC", "[", "Invalid regular expression"],
  ["BASIC", "a\\{2,1\\}", "Invalid content of \\{\\}"],
];

describe("Regex", () => {
  it.each(MATCHES)("finds the leftmost longest match: %s %s in %s", (dialect, pattern, text, start, match) => {
    const regex = new Regex(pattern, DIALECTS[dialect]);
    const found = regex.find(text);
    expect(found === undefined ? undefined : [found.start, text.slice(found.start, found.end)]).toEqual(
      start < 0 ? undefined : [start, match],
    );
    expect(regex.test(text)).toBe(start >= 0);
  });

  it.each(ERRORS)("refuses %s %s: %s", (dialect, pattern, reason) => {
    expect(() => new Regex(pattern, DIALECTS[dialect])).toThrow(new RegexError(reason));
  });
});
