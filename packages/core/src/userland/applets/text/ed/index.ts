/** ed: edit text line by line. Searches are for plain texts, as in busybox. @see ed(1p) */
import type { Routine } from "../../../../abi/index.ts";
import { byteString, fromByteString, fromLatin1 } from "../../../../lib/index.ts";
import type { Applet } from "../../../applet.ts";
import { getopt } from "../../../getopt.ts";
import type { Io } from "../../../io.ts";
import { LineReader, put } from "../lines.ts";
import { parseRange, type Range } from "./address.ts";
import { Buffer, EdError, spelt } from "./buffer.ts";

/** Lines shown by `z`. */
const SCREEN = 21;
const HALF_SCREEN = 10;

export const ed: Applet = function* (io) {
  const options = yield* getopt(io, "sp:");
  const editor = new Editor(io, byteString(options.value("p") ?? ""), options.has("s"));
  const [file] = options.operands;
  if (file === undefined || (yield* editor.load(file))) yield* editor.run();
  return 0;
};

class Editor {
  readonly #io: Io;
  readonly #prompt: string;
  readonly #silent: boolean;
  readonly #buffer = new Buffer();
  readonly #input = new LineReader(0);
  #fileName: string | undefined;

  constructor(io: Io, prompt: string, silent: boolean) {
    this.#io = io;
    this.#prompt = prompt;
    this.#silent = silent;
  }

  /** Reads the file to be edited; false if that fails. */
  *load(file: string): Routine<boolean> {
    this.#fileName = file;
    const isRead = yield* this.#read(file, 1);
    this.#buffer.dirty = false;
    return isRead;
  }

  *run(): Routine<void> {
    for (;;) {
      const line = yield* this.#readLine(this.#prompt);
      if (line === undefined) return;
      const buffer = this.#buffer;
      if (buffer.current === 0 && buffer.last > 0) buffer.current = 1;
      try {
        const range = parseRange(buffer, line.trim());
        const letter = range.rest.charAt(0);
        if (letter === "q") {
          if (yield* this.#quit(range)) return;
        } else yield* this.#execute(letter, range.rest.slice(1), range);
      } catch (error) {
        if (!(error instanceof EdError)) throw error;
        yield* this.#io.warn(error.message);
      }
    }
  }

  *#execute(letter: string, argument: string, range: Range): Routine<void> {
    const buffer = this.#buffer;
    const { first, last, given } = range;
    switch (letter) {
      case "a":
        return yield* this.#append(first + 1);
      case "i":
        return yield* this.#append(!given && buffer.last === 0 ? 1 : first);
      case "c":
        yield* this.#tryToRemove(first, last);
        return yield* this.#append(first);
      case "d":
        return buffer.remove(first, last);
      case "f":
        return yield* this.#name(argument);
      case "k": {
        const name = argument.trimStart();
        if (!/^[a-z]$/.test(name)) throw new EdError("bad mark name");
        buffer.marks.set(name, last);
        return;
      }
      case "p":
      case "l":
        return yield* this.#print(first, last, letter === "l");
      case "r":
        return yield* this.#readCommand(argument, range);
      case "s":
        return yield* this.#substitute(argument, range);
      case "w":
        return yield* this.#write(argument, range);
      case "z":
        return yield* this.#screen(argument.charAt(0));
      default:
        return yield* this.#move(letter, range);
    }
  }

  *#move(letter: string, { first, last, given }: Range): Routine<void> {
    const buffer = this.#buffer;
    switch (letter) {
      case "-":
        buffer.moveTo(buffer.current - 1);
        return yield* this.#print(buffer.current, buffer.current, false);
      case "=":
        return yield* this.#io.out.line(String(first));
      case "":
        if (given) return yield* this.#print(last, last, false);
        buffer.moveTo(buffer.current + 1);
        return yield* this.#print(buffer.current, buffer.current, false);
      default:
        throw new EdError("unimplemented command");
    }
  }

  /** The next line of input with its newline, behind what was printed. */
  *#readLine(prompt: string): Routine<string | undefined> {
    yield* this.#io.out.flush();
    yield* this.#io.err.write(fromLatin1(prompt));
    const line = yield* this.#input.next();
    return line === undefined ? undefined : line + this.#input.ending;
  }

  *#append(number: number): Routine<void> {
    for (let at = number; ; at++) {
      const line = yield* this.#readLine("");
      if (line === undefined || line === ".\n") return;
      yield* this.#buffer.insert(at, line);
    }
  }

  /** `c` goes on although there was nothing to remove. */
  *#tryToRemove(first: number, last: number): Routine<void> {
    try {
      this.#buffer.remove(first, last);
    } catch (error) {
      if (!(error instanceof EdError)) throw error;
      yield* this.#io.warn(error.message);
    }
  }

  *#print(first: number, last: number, special: boolean): Routine<void> {
    this.#buffer.checkRange(first, last, "print");
    for (let number = first; number <= last; number++) {
      const line = this.#buffer.line(number);
      yield* put(this.#io, special ? spelt(line) : line);
      this.#buffer.current = number;
    }
  }

  *#screen(part: string): Routine<void> {
    const { current } = this.#buffer;
    if (part === "-") yield* this.#print(current - SCREEN, current, false);
    else if (part === ".") yield* this.#print(current - HALF_SCREEN - 1, current + HALF_SCREEN, false);
    else yield* this.#print(current, current + SCREEN, false);
  }

  *#name(argument: string): Routine<void> {
    const name = fileArgument(argument, "file");
    if (name !== "") this.#fileName = name;
    else yield* this.#io.out.line(this.#fileName === undefined ? "No file name" : `"${this.#fileName}"`);
  }

  *#readCommand(argument: string, { first, given }: Range): Routine<void> {
    const name = fileArgument(argument, "read");
    if (name === "") throw new EdError("no file name");
    if (yield* this.#read(name, (given ? first : this.#buffer.last) + 1)) return;
    this.#fileName ??= name;
  }

  *#read(name: string, number: number): Routine<boolean> {
    const count = yield* this.#buffer.readFile(this.#io, name, number);
    if (count !== undefined && !this.#silent) yield* this.#io.out.line(String(count));
    return count !== undefined;
  }

  *#write(argument: string, { first, last, given }: Range): Routine<void> {
    const buffer = this.#buffer;
    const name = fileArgument(argument, "write") || this.#fileName;
    if (name === undefined) throw new EdError("no file name specified");
    if (!given) buffer.dirty = false;
    const [from, to] = given ? [first, last] : [1, buffer.last];
    const count = yield* buffer.writeFile(this.#io, name, from, to);
    if (count !== undefined && !this.#silent) yield* this.#io.out.line(String(count));
  }

  *#substitute(argument: string, range: Range): Routine<void> {
    this.#buffer.checkRange(range.first, range.last, "substitute");
    const delimiter = argument.charAt(0);
    if (delimiter === "" || delimiter === " " || delimiter === "\t") {
      throw new EdError("bad delimiter for substitute");
    }
    const [from = "", to, ...flags] = argument.slice(1).split(delimiter);
    if (to === undefined) throw new EdError("missing 2nd delimiter for substitute");
    const letters = flags.join(delimiter);
    if (/[^gp]/.test(letters)) throw new EdError("unknown option for substitute");
    const shown = letters.includes("p") ? (number: number) => this.#print(number, number, false) : nothing;
    yield* this.#buffer.substitute(range, { from, to, all: letters.includes("g") }, shown);
  }

  /** Whether to end: text that was not written needs an answer. */
  *#quit({ given, rest }: Range): Routine<boolean> {
    if (given || rest.slice(1).trim() !== "") throw new EdError("bad quit command");
    if (!this.#buffer.dirty) return true;
    const answer = yield* this.#readLine("Really quit? ");
    return answer === undefined || /^\s*[yY]/.test(answer);
  }
}

function* nothing(): Routine<void> {}

/** The file name behind a command; empty if there is none. */
function fileArgument(argument: string, command: string): string {
  if (argument !== "" && !argument.startsWith(" ")) throw new EdError(`bad ${command} command`);
  return fromByteString(argument.trimStart());
}
