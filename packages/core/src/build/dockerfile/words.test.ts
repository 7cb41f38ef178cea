// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles write variables like this.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Environment } from "./environment.ts";
import { expandWord, lexWord } from "./words.ts";

const VARIABLES = Environment.of(["P=a/b/ab", "E=", "S=*s", "V=v"]);

describe("expandWord", () => {
  it.each<[word: string, meaning: string]>([
    ["plain", "plain"],
    ['"two words"', "two words"],
    ["'$P'", "$P"],
    ['"$P"', "a/b/ab"],
    ["\\$P", "$P"],
    ['"\\$P"', "$P"],
    ['"a\\b"', "a\\b"],
    ["a\\b", "ab"],
    ["'a\\b'", "a\\b"],
    ['"it\\"s"', 'it"s'],
    ["$P/x", "a/b/ab/x"],
    ["${P}x", "a/b/abx"],
    ["$Px", ""],
    ["${U}", ""],
    ["a$", "a$"],
    ["$$", ""],
    ["${U:-d}", "d"],
    ["${E:-d}", "d"],
    ["${E-d}", ""],
    ["${U-d}", "d"],
    ["${U:-$P}", "a/b/ab"],
    ["${U:-${V:-deep}}", "v"],
    ['${U:-"q q"}', "q q"],
    ["\"${U:-'s'}\"", "s"],
    ["${P:+set}", "set"],
    ["${E:+set}", ""],
    ["${E+set}", "set"],
    ["${U+set}", ""],
    ["${P#*/}", "b/ab"],
    ["${P##*/}", "ab"],
    ["${P%/*}", "a/b"],
    ["${P%%/*}", "a"],
    ["${P#?}", "/b/ab"],
    ["${P#x}", "a/b/ab"],
    ["${S#\\*}", "s"],
    ["${P/b/X}", "a/X/ab"],
    ["${P//b/X}", "a/X/aX"],
    ["${P/\\//:}", "a:b/ab"],
    ["${P//\\//:}", "a:b:ab"],
    ["${P/nope/x}", "a/b/ab"],
    ["${P/[ab]/x}", "a/b/ab"],
    ["${P//?/.}", "......"],
    ["\"${P%/*}\"'.bak'", "a/b.bak"],
    ["$P$V$P", "a/b/abva/b/ab"],
    ["<<EOF", "<<EOF"],
    ["${P:+}}", "}"],
    ["{$P}", "{a/b/ab}"],
    ["$1x", "x"],
    ["${P:-a}b", "a/b/abb"],
    ["été$P", "étéa/b/ab"],
  ])("%s means %j", (word, meaning) => {
    expect(expandWord(word, VARIABLES)).toBe(meaning);
  });

  it.each<[word: string, message: string]>([
    ['"x', 'failed to process "\\"x": unexpected end of statement while looking for matching double-quote'],
    ["'x", 'failed to process "\'x": unexpected end of statement while looking for matching single-quote'],
    ["${A", 'failed to process "${A": unsupported modifier (�) in substitution'],
    ["${", "failed to process \"${\": syntax error: missing '}'"],
    ["${}", 'failed to process "${}": syntax error: bad substitution'],
    ["${:x}", 'failed to process "${:x}": syntax error: bad substitution'],
    ["${A:", "failed to process \"${A:\": syntax error: missing '}'"],
    ["${A:=x}", 'failed to process "${A:=x}": unsupported modifier (:=) in substitution'],
    ["${A:1:2}", 'failed to process "${A:1:2}": unsupported modifier (:1) in substitution'],
    ["${#A}", 'failed to process "${#A}": unsupported modifier (A) in substitution'],
    ["${A^}", 'failed to process "${A^}": unsupported modifier (^) in substitution'],
    ["${A:#x}", 'failed to process "${A:#x}": unsupported modifier (:#) in substitution'],
    ["${A?}", 'failed to process "${A?}": A: is not allowed to be unset'],
    ["${A:?}", 'failed to process "${A:?}": A: is not allowed to be unset'],
    ["${A:?gone}", 'failed to process "${A:?gone}": A: gone'],
    ["${A/x}", "failed to process \"${A/x}\": syntax error: missing '/' in ${}"],
    ["${A//x}", "failed to process \"${A//x}\": syntax error: missing '/' in ${}"],
    ["${A/x/y", "failed to process \"${A/x/y\": syntax error: missing '}'"],
    ['${A:-"}', 'failed to process "${A:-\\"}": syntax error: missing \'}\''],
    ["${A:-${B}", "failed to process \"${A:-${B}\": syntax error: missing '}'"],
  ])("refuses %s", (word, message) => {
    expect(() => expandWord(word, Environment.EMPTY)).toThrow(message);
  });

  it("escapes with a backtick where that is the escape", () => {
    expect(expandWord("`$P\\$V", VARIABLES, { escape: "`" })).toBe("$P\\v");
  });
});

describe("lexWord", () => {
  it("splits at blanks outside quotes, also those that come from a variable", () => {
    const variables = Environment.of(["B= x y "]);
    expect(lexWord(`a"b c"d\\ e 'f g' $B"$B"`, variables).words).toEqual(["ab cd e", "f g", "x", "y", " x y "]);
  });

  it("tells which variables were set and which were not, also of a word that is wrong", () => {
    const { matched, unmatched, error } = lexWord('$P ${U:-$W} "', VARIABLES);
    expect([[...matched], [...unmatched], error?.message]).toEqual([
      ["P"],
      ["W", "U"],
      'failed to process "$P ${U:-$W} \\"": unexpected end of statement while looking for matching double-quote',
    ]);
  });

  it("leaves unset variables, quotes and escapes as written where asked to", () => {
    const options = { keepUnset: true, rawQuotes: true, rawEscapes: true };
    expect(lexWord("$V $U ${U} \"a\" 'b' \\c", VARIABLES, options).text).toBe("v $U ${U} \"a\" 'b' \\c");
  });
});

it("reads plain text as it reads the same text before an empty quotation", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ab1 \t-=/:,;>|&()[]{}*?!#%+~^_.@\u00e9\u0085") });
  fc.assert(
    fc.property(text, (plain) => {
      const { text, words } = lexWord(`${plain}""`);
      expect(lexWord(plain)).toMatchObject({ text, words });
    }),
  );
});
