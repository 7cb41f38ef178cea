/** The words of a find(1) command line behind its paths. */
import { Errno, type FileType, lstat, type Routine, stat } from "../../../abi/index.ts";
import { byteString, ownValue } from "../../../lib/index.ts";
import { attempt, type Io } from "../../io.ts";
import { parseModeHere } from "../../mode.ts";
import { gidOrDie, uidOrDie } from "../../passwd.ts";
import { BASIC, Regex, RegexError } from "../../regex/index.ts";
import { type Action, type Amount, Batch, type Expression, type Term, type Test } from "./find-expression.ts";
import { Pattern } from "./fnmatch.ts";
import { INT_MAX, numberOrDie, type Suffixes } from "./number.ts";
import type { Walk } from "./walk.ts";

/** Everything that find was told. */
export interface Search {
  readonly expression: Expression;
  /** No action says what to do, so names are printed. */
  readonly prints: boolean;
  readonly follows: Walk["follows"];
  readonly depthFirst: boolean;
  readonly staysOnDevice: boolean;
  readonly minDepth: number;
  readonly maxDepth: number;
}

const TYPES: Readonly<Record<string, FileType>> = {
  b: "block",
  c: "char",
  d: "dir",
  p: "fifo",
  f: "file",
  l: "symlink",
  s: "socket",
};
const SIZE_UNIT = 512;
const SIZE_SUFFIXES: Suffixes = { c: 1, w: 2, b: SIZE_UNIT, k: 1024 };
const DAY = 86_400;
const MINUTE = 60;
const US_PER_SECOND = 1_000_000;
const TIMES = { a: "atimeUs", c: "ctimeUs", m: "mtimeUs" } as const;
/** Tests and options that take a word. */
const WITH_ARGUMENT = new Set(
  "-name -iname -path -wholename -ipath -regex -type -perm -mtime -atime -ctime -mmin -amin -cmin -newer -inum -samefile -user -group -size -links -mindepth -maxdepth -exec -ok".split(
    " ",
  ),
);

/** What a build of find has. */
export interface FindFeatures {
  readonly deletes: boolean;
}

interface Settings {
  readonly follows: Walk["follows"];
  readonly features: FindFeatures;
}

/** Reads the expression; says what is wrong with it and ends the applet, or returns `undefined` to have the usage shown. */
export function* parseFind(io: Io, words: readonly string[], settings: Settings): Routine<Search | undefined> {
  const parser = new Parser(io, words, settings);
  return yield* parser.search();
}

class Parser {
  readonly #io: Io;
  readonly #words: readonly string[];
  #at = 0;
  #prints = true;
  readonly #features: FindFeatures;
  #follows: Walk["follows"];
  #depthFirst = false;
  #staysOnDevice = false;
  #minDepth = 0;
  #maxDepth = INT_MAX;

  constructor(io: Io, words: readonly string[], { follows, features }: Settings) {
    this.#io = io;
    this.#features = features;
    this.#words = words;
    this.#follows = follows;
  }

  *search(): Routine<Search | undefined> {
    const expression = yield* this.#expression(this.#words.length);
    if (expression === undefined) return undefined;
    return {
      expression,
      prints: this.#prints,
      follows: this.#follows,
      depthFirst: this.#depthFirst,
      staysOnDevice: this.#staysOnDevice,
      minDepth: this.#minDepth,
      maxDepth: this.#maxDepth,
    };
  }

  /** Alternatives up to the word at `end`. */
  *#expression(end: number): Routine<Expression | undefined> {
    const alternatives: Term[][] = [[]];
    let negated = false;
    while (this.#at < end) {
      const word = this.#words[this.#at++] ?? "";
      if (word === "-a" || word === "-and") continue;
      if (word === "-o" || word === "-or") {
        alternatives.push([]);
        continue;
      }
      if (word === "!" || word === "-not") {
        negated = !negated;
        continue;
      }
      const argument = WITH_ARGUMENT.has(word) ? yield* this.#argument(word, end) : "";
      if (yield* this.#option(word, argument)) continue;
      const term = yield* this.#term(word, argument, negated, end);
      if (term === undefined) {
        yield* this.#io.warn(`unrecognized: ${word}`);
        return undefined;
      }
      if (term === "wrong") return undefined;
      alternatives[alternatives.length - 1]?.push(term);
      negated = false;
    }
    return alternatives;
  }

  *#argument(word: string, end: number): Routine<string> {
    const argument = this.#at < end ? this.#words[this.#at] : undefined;
    if (argument === undefined) return yield* this.#io.die(`${word} requires an argument`);
    this.#at++;
    return argument;
  }

  /** Options always hold, wherever they stand, and are no part of the expression. */
  *#option(word: string, argument: string): Routine<boolean> {
    if (word === "-follow") this.#follows = "all";
    else if (word === "-xdev") this.#staysOnDevice = true;
    else if (word === "-depth") this.#depthFirst = true;
    else if (word === "-mindepth") this.#minDepth = yield* numberOrDie(this.#io, argument, { most: INT_MAX });
    else if (word === "-maxdepth") this.#maxDepth = yield* numberOrDie(this.#io, argument, { most: INT_MAX });
    else return false;
    return true;
  }

  *#term(word: string, argument: string, negated: boolean, end: number): Routine<Term | "wrong" | undefined> {
    if (word === "(") {
      const expression = yield* this.#parentheses(end);
      return expression === undefined ? "wrong" : { kind: "group", negated, expression };
    }
    const action = yield* this.#action(word, argument, end);
    if (action !== undefined) return { kind: "action", negated, action };
    const test = (yield* this.#nameTest(word, argument)) ?? (yield* this.#statusTest(word, argument));
    return test && { kind: "test", negated, test };
  }

  *#parentheses(end: number): Routine<Expression | undefined> {
    let depth = 1;
    let close = this.#at;
    for (; close < end; close++) {
      if (this.#words[close] === "(") depth++;
      else if (this.#words[close] === ")" && --depth === 0) break;
    }
    if (close === end) return yield* this.#io.die("unpaired '('");
    const expression = yield* this.#expression(close);
    this.#at = close + 1;
    return expression;
  }

  *#action(word: string, argument: string, end: number): Routine<Action | undefined> {
    switch (word) {
      case "-prune":
        return { kind: "prune" };
      case "-quit":
        return { kind: "quit" };
      case "-print":
      case "-print0":
        this.#prints = false;
        return { kind: word === "-print" ? "print" : "print0" };
      case "-delete":
        if (!this.#features.deletes) return undefined;
        this.#prints = false;
        this.#depthFirst = true;
        return { kind: "delete" };
      case "-exec":
      case "-ok":
        this.#prints = false;
        return yield* this.#command(word, argument, end);
      default:
        return undefined;
    }
  }

  /** The words up to `;` or `+`. */
  *#command(word: string, first: string, end: number): Routine<Action> {
    const words: string[] = [];
    let next: string | undefined = first;
    while (next !== ";" && !(next === "+" && word === "-exec")) {
      words.push(next);
      next = this.#at < end ? this.#words[this.#at++] : undefined;
      if (next === undefined) return yield* this.#io.die(`${word} requires an argument`);
    }
    if (words.length === 0) return yield* this.#io.die(`${word} requires an argument`);
    if (next === ";") return { kind: "exec", words, asks: word === "-ok" };
    if (words.join("\0").split("{}").length !== 2) return yield* this.#io.die("only one '{}' allowed for -exec +");
    return { kind: "exec-many", batch: new Batch(words) };
  }

  *#nameTest(word: string, argument: string): Routine<Test | undefined> {
    const pattern = () => new Pattern(byteString(argument), { ignoreCase: word.startsWith("-i") });
    switch (word) {
      case "-name":
      case "-iname":
        return { kind: "name", pattern: pattern() };
      case "-path":
      case "-wholename":
      case "-ipath":
        return { kind: "path", pattern: pattern() };
      case "-regex":
        return { kind: "regex", regex: yield* this.#regex(argument) };
      case "-executable":
        return { kind: "executable" };
      case "-empty":
        return { kind: "empty" };
      default:
        return undefined;
    }
  }

  *#regex(pattern: string): Routine<Regex> {
    try {
      return new Regex(byteString(pattern), BASIC);
    } catch (error) {
      if (!(error instanceof RegexError)) throw error;
      return yield* this.#io.die(`bad regex '${pattern}': ${error.message}`);
    }
  }

  *#statusTest(word: string, argument: string): Routine<Test | undefined> {
    switch (word) {
      case "-type": {
        const type = ownValue(TYPES, argument);
        if (type === undefined) return yield* this.#io.die(`invalid argument '${argument}' to '-type'`);
        return { kind: "type", type };
      }
      case "-perm":
        return yield* this.#permissions(argument);
      case "-mtime":
      case "-atime":
      case "-ctime":
        return { kind: "age", time: timeOf(word), unit: DAY, age: yield* this.#amount(argument) };
      case "-mmin":
      case "-amin":
      case "-cmin":
        return { kind: "age", time: timeOf(word), unit: MINUTE, age: yield* this.#amount(argument) };
      case "-newer": {
        const file = yield* attempt(stat(argument));
        if (file instanceof Errno) return yield* this.#io.pdie(`can't stat '${argument}'`, file);
        return { kind: "newer", seconds: Math.floor(file.mtimeUs / US_PER_SECOND) };
      }
      case "-inum":
        return { kind: "inode", ino: yield* numberOrDie(this.#io, argument), dev: undefined };
      case "-samefile":
        return yield* this.#sameFile(argument);
      case "-user":
        return { kind: "user", id: yield* uidOrDie(this.#io, argument) };
      case "-group":
        return { kind: "group", id: yield* gidOrDie(this.#io, argument) };
      case "-size": {
        const { sign, number } = yield* this.#amount(argument, SIZE_SUFFIXES);
        return { kind: "size", amount: { sign, number: /[0-9]$/.test(argument) ? number * SIZE_UNIT : number } };
      }
      case "-links":
        return { kind: "links", amount: yield* this.#amount(argument) };
      default:
        return undefined;
    }
  }

  *#permissions(argument: string): Routine<Test> {
    const how = argument.startsWith("-") ? "all" : /^[+/]/.test(argument) ? "any" : "exactly";
    const text = argument.replace(/^[-+/]/, "");
    const bits = yield* parseModeHere(text, 0);
    if (bits === undefined) return yield* this.#io.die(`invalid mode '${text}'`);
    return { kind: "permissions", how, bits };
  }

  *#sameFile(path: string): Routine<Test> {
    const file = yield* attempt(this.#follows === "none" ? lstat(path) : stat(path));
    if (file instanceof Errno) return yield* this.#io.pdie(`can't stat '${path}'`, file);
    return { kind: "inode", ino: file.ino, dev: file.dev };
  }

  *#amount(text: string, suffixes: Suffixes = {}): Routine<Amount> {
    const sign = text.startsWith("+") ? "+" : text.startsWith("-") ? "-" : "";
    const digits = text.slice(sign.length);
    return { sign, number: yield* numberOrDie(this.#io, digits, { suffixes }) };
  }
}

const timeOf = (word: string): "atimeUs" | "mtimeUs" | "ctimeUs" => TIMES[word.charAt(1) as "a" | "c" | "m"];
