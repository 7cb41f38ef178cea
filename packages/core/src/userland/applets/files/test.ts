/**
 * test, [ and [[: conditions on files, texts and numbers.
 *
 * Up to four arguments are understood by their number, as POSIX has it; more by a grammar of `!`, `-a` and `-o`. Between
 * double brackets `=` matches patterns, `=~` regular expressions, and `&&` and `||` take the place of `-a` and `-o`.
 * @see test(1p)
 */
import {
  Errno,
  getgroups,
  getresgid,
  getresuid,
  lstat,
  R_OK,
  type Routine,
  S_ISGID,
  S_ISUID,
  S_ISVTX,
  type Stat,
  stat,
  W_OK,
  X_OK,
} from "../../../abi/index.ts";
import { basename, byteString, fromByteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { AppletExit, attempt, type Io, isatty } from "../../io.ts";
import { EXTENDED, Regex, RegexError } from "../../regex/index.ts";
import { Pattern } from "./fnmatch.ts";

export const test: Applet = function* (io) {
  const words = io.argv.slice(1).map(byteString);
  const name = basename(io.argv[0] ?? "");
  const closing = name === "[" ? "]" : name === "[[" ? "]]" : undefined;
  if (closing !== undefined && words.pop() !== closing) return yield* io.die(`missing ${closing}`, 2);
  const evaluator = new Evaluator(io, words, name === "[[");
  return (yield* evaluator.all()) ? 0 : 1;
};

const UNARY: ReadonlySet<string> = new Set([..."rwxefdcbpugkstznhOGLS"].map((letter) => `-${letter}`));
const NUMERIC: ReadonlySet<string> = new Set(["-eq", "-ne", "-ge", "-gt", "-le", "-lt"]);
const BINARY: ReadonlySet<string> = new Set([...NUMERIC, "=", "==", "!=", "<", ">", "-nt", "-ot", "-ef"]);

class Evaluator {
  readonly #io: Io;
  readonly #words: readonly string[];
  readonly #isDouble: boolean;
  #at = 0;

  constructor(io: Io, words: readonly string[], isDouble: boolean) {
    this.#io = io;
    this.#words = words;
    this.#isDouble = isDouble;
  }

  /** Short forms are recognised first, behind any `!`; all others go by the grammar, from the start. */
  *all(): Routine<boolean> {
    let whole = this.#words;
    let words = whole;
    let negated = false;
    for (;;) {
      const [first, second, third] = words;
      if (first === undefined) return negated;
      if (words.length === 1) return (first !== "") !== negated;
      if (words.length === 3 && second !== undefined && third !== undefined && this.#isBinary(second)) {
        return (yield* this.#compare(first, second, third)) !== negated;
      }
      if (words.length === 4 && first === "(" && words[3] === ")") {
        words = words.slice(1, 3);
        // As in busybox, the parenthesis stays off even if this was no short form.
        whole = whole.slice(0, -1);
      }
      if (words[0] !== "!") break;
      words = words.slice(1);
      negated = !negated;
    }
    return yield* new Evaluator(this.#io, whole, this.#isDouble).#whole();
  }

  *#whole(): Routine<boolean> {
    const result = yield* this.#or();
    const extra = this.#words[this.#at];
    if (extra !== undefined) yield* this.#fail(`${extra}: unknown operand`);
    return result;
  }

  /** All parts are evaluated, so that a mistake in any of them is found. */
  *#or(): Routine<boolean> {
    let result = yield* this.#and();
    while (this.#takeIf(this.#isDouble ? "||" : "-o")) result = (yield* this.#or()) || result;
    return result;
  }

  *#and(): Routine<boolean> {
    let result = yield* this.#not();
    while (this.#takeIf(this.#isDouble ? "&&" : "-a")) result = (yield* this.#and()) && result;
    return result;
  }

  *#not(): Routine<boolean> {
    if (this.#words[this.#at] !== "!") return yield* this.#primary();
    this.#at++;
    // A lone `!` is a text that is not empty.
    if (this.#at >= this.#words.length) return true;
    return !(yield* this.#not());
  }

  *#primary(): Routine<boolean> {
    const word = this.#words[this.#at];
    if (word === undefined) return yield* this.#fail("argument expected");
    if (word === "(") {
      this.#at++;
      const result = yield* this.#or();
      if (!this.#takeIf(")")) yield* this.#fail("closing paren expected");
      return result;
    }
    const next = this.#words[this.#at + 1];
    const operand = this.#words[this.#at + 2];
    const isBinary = next !== undefined && this.#isBinary(next);
    if (isBinary && operand !== undefined) {
      this.#at += 3;
      return yield* this.#compare(word, next, operand);
    }
    if (UNARY.has(word) && next !== undefined) {
      this.#at += 2;
      return yield* this.#examine(word, next);
    }
    if (isBinary && !UNARY.has(word)) return yield* this.#fail(`${next}: argument expected`);
    this.#at++;
    return word !== "";
  }

  #isBinary(word: string): boolean {
    return BINARY.has(word) || (this.#isDouble && word === "=~");
  }

  #takeIf(word: string): boolean {
    if (this.#words[this.#at] !== word) return false;
    this.#at++;
    return true;
  }

  *#compare(left: string, operator: string, right: string): Routine<boolean> {
    if (NUMERIC.has(operator)) {
      return compareNumbers(yield* this.#number(left), operator, yield* this.#number(right));
    }
    switch (operator) {
      case "=":
      case "==":
        return this.#isDouble ? matches(right, left) : left === right;
      case "!=":
        return this.#isDouble ? !matches(right, left) : left !== right;
      case "<":
        return left < right;
      case ">":
        return left > right;
      case "=~":
        return matchesRegex(left, right);
      default:
        return yield* compareFiles(left, operator, right);
    }
  }

  *#number(text: string): Routine<bigint> {
    const match = /^[ \t\n\v\f\r]*([-+]?[0-9]+)[ \t\n\v\f\r]*$/.exec(text);
    if (match === null) return yield* this.#fail(text === "" ? "bad number" : `${text}: bad number`);
    const value = BigInt((match[1] ?? "").replace("+", ""));
    if (BigInt.asIntN(64, value) !== value) return yield* this.#fail(`${text}: out of range`);
    return value;
  }

  *#examine(operator: string, text: string): Routine<boolean> {
    switch (operator) {
      case "-z":
        return text === "";
      case "-n":
        return text !== "";
      case "-t":
        return yield* isatty(Number(yield* this.#number(text)));
      default:
        return yield* examineFile(operator, text);
    }
  }

  *#fail(message: string): Routine<never> {
    return yield* this.#io.die(message, 2);
  }
}

function compareNumbers(left: bigint, operator: string, right: bigint): boolean {
  switch (operator) {
    case "-eq":
      return left === right;
    case "-ne":
      return left !== right;
    case "-ge":
      return left >= right;
    case "-gt":
      return left > right;
    case "-le":
      return left <= right;
    default:
      return left < right;
  }
}

const matches = (pattern: string, text: string): boolean => new Pattern(pattern, { ignoreCase: false }).matches(text);

/** A bad expression fails without a word. */
function matchesRegex(text: string, pattern: string): boolean {
  try {
    return new Regex(pattern, EXTENDED).test(text);
  } catch (error) {
    if (error instanceof RegexError) throw new AppletExit(2);
    throw error;
  }
}

/** False unless both files exist. Times are compared in whole seconds. */
function* compareFiles(left: string, operator: string, right: string): Routine<boolean> {
  const one = yield* attempt(stat(fromByteString(left)));
  const other = yield* attempt(stat(fromByteString(right)));
  if (one instanceof Errno || other instanceof Errno) return false;
  const seconds = (file: Stat): number => Math.floor(file.mtimeUs / 1_000_000);
  if (operator === "-nt") return seconds(one) > seconds(other);
  if (operator === "-ot") return seconds(one) < seconds(other);
  return one.dev === other.dev && one.ino === other.ino;
}

const TYPES: Readonly<Record<string, Stat["type"]>> = {
  "-f": "file",
  "-d": "dir",
  "-c": "char",
  "-b": "block",
  "-p": "fifo",
  "-S": "socket",
};
const BITS: Readonly<Record<string, number>> = { "-u": S_ISUID, "-g": S_ISGID, "-k": S_ISVTX };
const ACCESS: Readonly<Record<string, number>> = { "-r": R_OK, "-w": W_OK, "-x": X_OK };

function* examineFile(operator: string, path: string): Routine<boolean> {
  const isLink = operator === "-h" || operator === "-L";
  const file = yield* attempt(isLink ? lstat(fromByteString(path)) : stat(fromByteString(path)));
  if (file instanceof Errno) return false;
  if (isLink) return file.type === "symlink";
  const type = TYPES[operator];
  if (type !== undefined) return file.type === type;
  const bit = BITS[operator];
  if (bit !== undefined) return (file.mode & bit) !== 0;
  const access = ACCESS[operator];
  if (access !== undefined) return yield* mayAccess(file, access);
  switch (operator) {
    case "-s":
      return file.size > 0;
    case "-O":
      return file.uid === (yield* getresuid()).effective;
    case "-G":
      return file.gid === (yield* getresgid()).effective;
    default:
      return true;
  }
}

/** What the permission bits say for the effective user, whatever mounts and capabilities say. */
function* mayAccess(file: Stat, wanted: number): Routine<boolean> {
  const uid = (yield* getresuid()).effective;
  if (uid === 0 && (wanted !== X_OK || (file.mode & 0o111) !== 0)) return true;
  let shift = 0;
  if (file.uid === uid) shift = 6;
  else {
    const { real, effective } = yield* getresgid();
    if ([real, effective, ...(yield* getgroups())].includes(file.gid)) shift = 3;
  }
  return (file.mode & (wanted << shift)) !== 0;
}
