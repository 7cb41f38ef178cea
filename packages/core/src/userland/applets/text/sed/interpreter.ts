/** Runs a sed script over its input. @see sed(1p) */
import { Errno, open, type Routine } from "../../../../abi/index.ts";
import { fromByteString } from "../../../../lib/index.ts";
import { attempt, type Io } from "../../../io.ts";
import { Memory } from "../../../memory.ts";
import type { Regex } from "../../../regex/index.ts";
import { Rounds } from "../../../rounds.ts";
import { finish, LineReader } from "../lines.ts";
import type { InputLine, SedInput } from "./input.ts";
import type { LineEnd, LineSink } from "./output.ts";
import { type Command, LAST_LINE, type Script } from "./script.ts";
import { substitute } from "./substitute.ts";

/** What follows a command: the next one, the end of the script, or the end without printing. */
type After = "next" | "end" | "discard" | "restart" | number;

/** Exit code of an output that cannot be written: GNU sed's. */
const WRITE_ERROR = 4;

export class Interpreter {
  readonly #io: Io;
  readonly #commands: readonly Command[];
  readonly #input: SedInput;
  readonly #quiet: boolean;
  readonly #memory = new Memory();
  readonly #rounds = new Rounds();
  #out: LineSink;
  #lastRegex: Regex | undefined;
  #space = "";
  #spaceEnd: LineEnd = "\n";
  #hold = "";
  #appended: string[] = [];
  #following: InputLine | undefined;
  #lineNumber = 0;
  #substituted = false;

  constructor(io: Io, script: Script, input: SedInput, out: LineSink, options: { readonly quiet: boolean }) {
    this.#io = io;
    this.#commands = script.commands;
    this.#lastRegex = script.lastRegex;
    this.#input = input;
    this.#quiet = options.quiet;
    this.#out = out;
  }

  /** Reads the input to its end, or to `q`, counting lines from one. */
  *process(out: LineSink): Routine<void> {
    this.#out = out;
    this.#lineNumber = 0;
    this.#following = yield* this.#read();
    while (yield* this.#advance()) {
      this.#substituted = false;
      const prints = yield* this.#cycle();
      if (prints && !this.#quiet) yield* this.#print(this.#out, this.#space, this.#spaceEnd);
      yield* this.#flushAppended();
    }
  }

  /** Makes the line that was read ahead the current one. */
  *#advance(): Routine<boolean> {
    const line = this.#following;
    if (line === undefined) return false;
    this.#space = line.text;
    this.#spaceEnd = line.end;
    this.#following = yield* this.#read();
    this.#lineNumber++;
    return true;
  }

  *#read(): Routine<InputLine | undefined> {
    yield* this.#flushAppended();
    return yield* this.#input.next();
  }

  *#flushAppended(): Routine<void> {
    const lines = this.#appended;
    if (lines.length === 0) return;
    this.#appended = [];
    for (const line of lines) yield* this.#print(this.#out, line, "\n");
  }

  *#print(sink: LineSink, text: string, end: LineEnd): Routine<void> {
    yield* sink.line(text, end);
    if (sink.bytes.error !== undefined) yield* this.#io.die("write error", WRITE_ERROR);
  }

  /** Runs the commands on the current line; true if it is to be printed. */
  *#cycle(): Routine<boolean> {
    for (let at = 0; at < this.#commands.length; at++) {
      const command = this.#commands[at] as Command;
      const selected = this.#selects(command) !== command.inverted;
      if (command.letter === "{") {
        if (!selected) at = yield* this.#blockEnd(at);
        continue;
      }
      if (!selected) continue;
      this.#lastRegex = command.beginMatch ?? this.#lastRegex;
      const after = yield* this.#run(command);
      if (after === "end") return true;
      if (after === "discard") return false;
      if (after === "next") continue;
      at = after === "restart" ? -1 : after;
      if (this.#rounds.isDue()) yield* this.#rounds.pass();
    }
    return true;
  }

  *#blockEnd(start: number): Routine<number> {
    let depth = 0;
    for (let at = start; at < this.#commands.length; at++) {
      const letter = this.#commands[at]?.letter;
      if (letter === "{") depth++;
      if (letter === "}" && --depth === 0) return at;
    }
    return yield* this.#io.die("unterminated {");
  }

  /** Whether the addresses choose the current line; moves the range on. */
  #selects(command: Command): boolean {
    const wasIn = command.inMatch;
    if (!wasIn) command.endLine = command.givenEndLine;
    const matched = wasIn || this.#begins(command);
    command.inMatch = matched;
    if (!matched) return false;
    if (command.endLine <= -2) command.endLine = this.#lineNumber + (-command.endLine - 2);
    // A range that begins at a number can begin only once.
    if (command.beginLine > 0) command.beginLine = -2;
    const isLast = this.#following === undefined;
    const ends =
      command.endLine === 0
        ? command.endMatch === undefined
        : command.endLine === LAST_LINE
          ? isLast
          : command.endLine <= this.#lineNumber;
    command.inMatch = !(ends || (wasIn && command.endMatch?.test(this.#space) === true));
    return true;
  }

  #begins(command: Command): boolean {
    const { beginLine, endLine, beginMatch, endMatch } = command;
    const isRange = endLine !== 0 || endMatch !== undefined;
    if (beginLine === 0 && beginMatch === undefined && !isRange) return true;
    if (beginLine > 0 && (isRange ? beginLine <= this.#lineNumber : beginLine === this.#lineNumber)) return true;
    if (beginMatch?.test(this.#space)) {
      this.#lastRegex = beginMatch;
      return true;
    }
    return beginLine === LAST_LINE && this.#following === undefined;
  }

  *#run(command: Command): Routine<After> {
    switch (command.letter) {
      case "=":
        yield* this.#out.bytes.write(`${this.#lineNumber}\n`);
        return "next";
      case "p":
        yield* this.#print(this.#out, this.#space, "\n");
        return "next";
      case "P":
        yield* this.#print(this.#out, this.#space.split("\n", 1)[0] ?? "", "\n");
        return "next";
      case "d":
        return "discard";
      case "D":
        return this.#deleteFirst();
      case "s":
        return yield* this.#substitute(command);
      case "y":
        this.#space = this.#space.replace(/./gs, (char) => command.table?.get(char) ?? char);
        return "next";
      case "a":
        this.#appended.push(command.text ?? "");
        return "next";
      case "i":
        yield* this.#print(this.#out, command.text ?? "", "\n");
        return "next";
      case "c":
        if (!command.inMatch) yield* this.#print(this.#out, command.text ?? "", "\n");
        return "discard";
      case "r":
        yield* this.#readFile(command.text ?? "");
        return "next";
      case "w":
        if (command.sink !== undefined) yield* this.#print(command.sink, this.#space, this.#spaceEnd);
        return "next";
      case "q":
        this.#following = undefined;
        return "end";
      case "n":
      case "N":
        return yield* this.#nextLine(command.letter);
      case "b":
      case "t":
      case "T":
        return yield* this.#branch(command);
      default:
        yield* this.#exchange(command.letter);
        return "next";
    }
  }

  #deleteFirst(): After {
    const newline = this.#space.indexOf("\n");
    if (newline < 0) return "discard";
    this.#space = this.#space.slice(newline + 1);
    return "restart";
  }

  *#substitute(command: Command): Routine<After> {
    const { substitution, sink } = command;
    if (substitution === undefined) return "next";
    const regex = substitution.regex ?? this.#lastRegex;
    if (regex === undefined) return yield* this.#io.die("no previous regexp");
    this.#lastRegex = regex;
    const changed = substitute(this.#space, regex, substitution);
    if (changed === undefined) return "next";
    this.#space = changed;
    this.#substituted = true;
    if (substitution.prints) yield* this.#print(this.#out, changed, this.#spaceEnd);
    if (sink !== undefined) yield* this.#print(sink, changed, this.#spaceEnd);
    return "next";
  }

  /** Queues the lines of a file; one that cannot be read is empty. */
  *#readFile(name: string): Routine<void> {
    const fd = yield* attempt(open(fromByteString(name)));
    if (fd instanceof Errno) return;
    const reader = new LineReader(fd);
    for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) this.#appended.push(line);
    yield* finish(fd, reader);
  }

  *#nextLine(letter: "n" | "N"): Routine<After> {
    if (letter === "n") {
      if (!this.#quiet) yield* this.#print(this.#out, this.#space, this.#spaceEnd);
      if (!(yield* this.#advance())) return "discard";
      this.#substituted = false;
      return "next";
    }
    const earlier = this.#space;
    if (!(yield* this.#advance())) return "end";
    this.#space = `${earlier}\n${this.#space}`;
    yield* this.#memory.hold(this.#space.length + this.#hold.length);
    return "next";
  }

  *#branch(command: Command): Routine<After> {
    if (command.letter === "t") {
      if (!this.#substituted) return "next";
      this.#substituted = false;
    }
    if (command.letter === "T" && this.#substituted) return "next";
    const label = command.text;
    if (label === undefined) return "end";
    const target = this.#commands.findIndex(({ letter, text }) => letter === ":" && text === label);
    if (target < 0) return yield* this.#io.die(`can't find label for jump to '${fromByteString(label)}'`);
    return target;
  }

  /** The commands between pattern space and hold space. */
  *#exchange(letter: string): Routine<void> {
    const space = this.#space;
    if (letter === "g") this.#space = this.#hold;
    else if (letter === "G") this.#space = `${space}\n${this.#hold}`;
    else if (letter === "h") this.#hold = space;
    else if (letter === "H") this.#hold = `${this.#hold}\n${space}`;
    else if (letter === "x") {
      this.#space = this.#hold;
      this.#hold = space;
    } else return;
    if (letter === "G" || letter === "x") this.#spaceEnd = "\n";
    yield* this.#memory.hold(this.#space.length + this.#hold.length);
  }
}
