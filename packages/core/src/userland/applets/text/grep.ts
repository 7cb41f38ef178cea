/** grep, egrep, fgrep: print lines that match. @see grep(1p) */
import { Errno, lstat, open, type Routine, stat } from "../../../abi/index.ts";
import { byteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { namesIn } from "../../directory.ts";
import type { Options } from "../../getopt.ts";
import { AppletExit, attempt, type Io } from "../../io.ts";
import {
  type Dialect,
  GREP_BASIC,
  GREP_EXTENDED,
  isWordByte,
  Regex,
  RegexError,
  type Span,
} from "../../regex/index.ts";
import { getoptOr, INT_MAX, usage } from "./arguments.ts";
import { finish, LineReader, openInputOrDie, put } from "./lines.ts";

export const grep: Applet = function* (io) {
  const options = yield* getoptOr(io, 2, "lnqvscFiHhe:f:LorRm:+wxA:+B:+C:+EzaI", { color: "color::" });
  const fixed = io.name === "fgrep" || options.has("F");
  const extended = io.name === "egrep" || options.has("E");
  const operands = [...options.operands];
  const patterns = yield* readPatterns(io, options, operands);
  const context = readContext(options);
  const matchers = patterns.list.map((pattern) =>
    fixed
      ? new FixedMatcher(pattern, options)
      : new RegexMatcher(
          pattern,
          { ...(extended ? GREP_EXTENDED : GREP_BASIC), ignoreCase: options.has("i") },
          options,
        ),
  );
  const run = new Grep(io, options, matchers, { ...context, inverted: options.has("v") !== patterns.nothing });
  return yield* run.all(operands);
};

/** What is looked for. `nothing` says that an empty pattern file turned the search around. */
function* readPatterns(io: Io, options: Options, operands: string[]): Routine<{ list: string[]; nothing: boolean }> {
  const list: string[] = [];
  for (const given of options.values("e")) for (const part of given.split("\n")) list.unshift(byteString(part));
  if (options.has("f")) {
    for (const file of options.values("f")) {
      const fd = yield* openInputOrDie(io, file, 2);
      const reader = new LineReader(fd);
      for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) list.unshift(line);
      yield* finish(fd, reader);
    }
    if (list.length === 0) return { list: [options.has("x") ? ".*" : ""], nothing: true };
  }
  if (list.length > 0) return { list, nothing: false };
  const pattern = operands.shift();
  if (pattern === undefined) return yield* usage(io, 2);
  for (const part of pattern.split("\n")) list.unshift(byteString(part));
  return { list, nothing: false };
}

interface Context {
  readonly before: number;
  readonly after: number;
  readonly most: number;
}

function readContext(options: Options): Context {
  let before = 0;
  let after = 0;
  let most = INT_MAX;
  for (const [name, value] of options.given) {
    if (name !== "A" && name !== "B" && name !== "C" && name !== "m") continue;
    const count = Number(value);
    if (name === "m") most = count;
    if (name === "A" || name === "C") after = count;
    if (name === "B" || name === "C") before = count;
  }
  if (["c", "q", "l", "L"].some((letter) => options.has(letter))) return { before: 0, after: 0, most };
  return { before, after, most };
}

/** Decides whether a line matches, and which parts of it. */
interface Matcher {
  matches(line: string): boolean;
  /** The parts that `-o` prints of a line that matched. */
  parts(line: string): Iterable<string>;
}

class FixedMatcher implements Matcher {
  readonly #pattern: string;
  readonly #sought: string;
  readonly #ignoreCase: boolean;
  readonly #whole: boolean;
  readonly #word: boolean;

  constructor(pattern: string, options: Options) {
    this.#pattern = pattern;
    this.#ignoreCase = options.has("i");
    this.#sought = this.#ignoreCase ? lower(pattern) : pattern;
    this.#whole = options.has("x");
    this.#word = options.has("w");
  }

  matches(line: string): boolean {
    const cut = untilNul(line);
    const text = this.#ignoreCase ? lower(cut) : cut;
    if (this.#whole) return text.startsWith(this.#sought) && text.length === this.#sought.length;
    for (let at = text.indexOf(this.#sought); at >= 0; at = text.indexOf(this.#sought, at + 1)) {
      if (!this.#word || this.#sought === "") return true;
      if (isEdge(text, at - 1) && isEdge(text, at + this.#sought.length)) return true;
      if (at >= text.length) return false;
    }
    return false;
  }

  *parts(): Iterable<string> {
    yield this.#pattern;
  }
}

class RegexMatcher implements Matcher {
  readonly #pattern: string;
  readonly #dialect: Dialect;
  readonly #whole: boolean;
  readonly #word: boolean;
  /** Compiled when first needed: a wrong pattern is no error as long as there is no line. */
  #regex: Regex | undefined;
  #found: Span = { start: 0, end: 0 };

  constructor(pattern: string, dialect: Dialect, options: Options) {
    this.#pattern = pattern;
    this.#dialect = dialect;
    this.#whole = options.has("x");
    this.#word = options.has("w");
  }

  get pattern(): string {
    return this.#pattern;
  }

  matches(line: string): boolean {
    this.#regex ??= new Regex(this.#pattern, this.#dialect);
    if (!this.#whole && !this.#word) return this.#regex.test(line);
    for (let start = 0; ; ) {
      const found = this.#regex.find(line, { start });
      if (found === undefined) return false;
      this.#found = found;
      if (this.#whole) return found.start === 0 && (found.end === line.length || line[found.end] === "\0");
      if (isEdge(line, found.start - 1) && isEdge(line, found.end)) return true;
      if (found.end <= start) return false;
      start = found.end;
    }
  }

  *parts(line: string): Iterable<string> {
    const regex = this.#regex;
    if (regex === undefined) return;
    let found = this.#whole || this.#word ? this.#found : regex.find(line);
    while (found !== undefined) {
      const { start, end } = found;
      if (end > start) yield line.slice(start, end);
      if (end >= line.length || line[end] === "\0") return;
      found = regex.find(line, { start: end > start ? end : end + 1 });
    }
  }
}

class Grep {
  readonly #io: Io;
  readonly #options: Options;
  readonly #matchers: readonly Matcher[];
  readonly #context: Context;
  readonly #inverted: boolean;
  readonly #delimiter: string;
  readonly #numbers: boolean;
  #printsNames: boolean;
  #matched = false;
  #failed = false;
  #lastPrinted = 0;
  #printedAny = false;

  constructor(io: Io, options: Options, matchers: readonly Matcher[], how: Context & { readonly inverted: boolean }) {
    this.#io = io;
    this.#options = options;
    this.#matchers = matchers;
    this.#context = how;
    this.#inverted = how.inverted;
    this.#delimiter = options.has("z") ? "\0" : "\n";
    this.#numbers = options.has("n") && !["c", "q", "l", "L"].some((letter) => options.has(letter));
    this.#printsNames = false;
  }

  *all(operands: readonly string[]): Routine<number> {
    const options = this.#options;
    const hides =
      options.given.findLastIndex(([name]) => name === "h") > options.given.findLastIndex(([name]) => name === "H");
    this.#printsNames = !hides && (options.has("H") || operands.length > 1);
    const recursive = options.has("r") || options.has("R");
    for (const file of operands.length === 0 ? ["-"] : operands) {
      if (file === "-") yield* this.#file(0, "(standard input)");
      else if (recursive && (yield* isDirectory(file))) {
        this.#printsNames = !hides;
        yield* this.#directory(file, options.has("R"));
      } else yield* this.#named(file);
    }
    return this.#failed ? 2 : this.#matched ? 0 : 1;
  }

  *#named(file: string): Routine<void> {
    const fd = yield* attempt(open(file));
    if (fd instanceof Errno) {
      this.#failed = true;
      if (!this.#options.has("s")) yield* this.#io.perror(file, fd);
    } else yield* this.#file(fd, file);
  }

  *#directory(path: string, follow: boolean): Routine<void> {
    const names = yield* attempt(namesIn(path));
    if (names instanceof Errno) return yield* this.#io.perror(path, names);
    for (const name of names) {
      const child = `${path}${path.endsWith("/") ? "" : "/"}${name}`;
      const status = yield* attempt(follow ? stat(child) : lstat(child));
      if (status instanceof Errno) yield* this.#io.perror(child, status);
      else if (status.type === "dir") yield* this.#directory(child, follow);
      else if (status.type !== "symlink" || !(yield* isDirectory(child))) yield* this.#named(child);
    }
  }

  *#file(fd: number, name: string): Routine<void> {
    const reader = new LineReader(fd, this.#delimiter);
    const matched = yield* this.#lines(reader, name);
    yield* finish(fd, reader);
    this.#matched ||= matched;
  }

  /** Looks at every line; the result says whether the file counts as matching. */
  *#lines(reader: LineReader, name: string): Routine<boolean> {
    const { before, after, most } = this.#context;
    const options = this.#options;
    const quiet = options.has("q");
    const earlier: string[] = [];
    let number = 0;
    let count = 0;
    let following = 0;
    for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
      number++;
      const matcher = yield* this.#matcherOf(line);
      if ((matcher !== undefined) !== this.#inverted) {
        count++;
        if (quiet) throw new AppletExit(0);
        if (options.has("l")) {
          yield* this.#io.out.line(name);
          return true;
        }
        if (options.has("L")) return false;
        if (count > most) break;
        if (!options.has("c")) {
          const first = number - earlier.length;
          for (const [i, text] of earlier.entries()) yield* this.#print(text, first + i, name, "-");
          following = after;
          if (!options.has("o")) yield* this.#print(line, number, name, ":");
          else if (matcher !== undefined) {
            for (const part of matcher.parts(line)) yield* this.#print(part, number, name, ":");
          } else yield* this.#print("", number, name, ":");
        }
        earlier.length = 0;
      } else if (following > 0) {
        yield* this.#print(line, number, name, "-");
        following--;
      } else if (before > 0) {
        if (earlier.length === before) earlier.shift();
        earlier.push(line);
      }
      if (count === most && following === 0) break;
    }
    if (options.has("c")) yield* this.#io.out.write(`${this.#printsNames ? `${name}:` : ""}${count}\n`);
    if (options.has("L")) {
      yield* this.#io.out.line(name);
      return true;
    }
    return count > 0;
  }

  *#matcherOf(line: string): Routine<Matcher | undefined> {
    for (const matcher of this.#matchers) {
      try {
        if (matcher.matches(line)) return matcher;
      } catch (error) {
        if (!(error instanceof RegexError && matcher instanceof RegexMatcher)) throw error;
        return yield* this.#io.die(`bad regex '${matcher.pattern}'`, 2);
      }
    }
    return undefined;
  }

  *#print(text: string, number: number, name: string, mark: string): Routine<void> {
    const { before, after } = this.#context;
    if ((before > 0 || after > 0) && this.#printedAny && this.#lastPrinted !== number - 1) yield* put(this.#io, "--\n");
    this.#printedAny = true;
    this.#lastPrinted = number;
    const prefix = `${this.#printsNames ? byteString(name) + mark : ""}${this.#numbers ? number + mark : ""}`;
    const nothing = this.#options.has("v") && this.#options.has("o");
    yield* put(this.#io, nothing ? prefix : prefix + text + this.#delimiter);
  }
}

function* isDirectory(path: string): Routine<boolean> {
  const status = yield* attempt(stat(path));
  return !(status instanceof Errno) && status.type === "dir";
}

const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function untilNul(text: string): string {
  const nul = text.indexOf("\0");
  return nul < 0 ? text : text.slice(0, nul);
}

/** Whether no word character stands there. */
function isEdge(text: string, at: number): boolean {
  return at < 0 || at >= text.length || !isWordByte(text.charCodeAt(at));
}
