/** The lines of all input files, split at newlines and NULs. */
import type { Routine } from "../../../../abi/index.ts";
import { fromByteString } from "../../../../lib/index.ts";
import type { Io } from "../../../io.ts";
import { finish, LineReader, openInputOrWarn } from "../lines.ts";
import type { LineEnd } from "./output.ts";

export interface InputLine {
  readonly text: string;
  readonly end: LineEnd;
}

export class SedInput {
  readonly #io: Io;
  readonly #files: string[] = [];
  #fd = 0;
  #reader: LineReader | undefined;
  /** A file could not be read. */
  failed = false;

  constructor(io: Io) {
    this.#io = io;
  }

  /** Lets `file` be read after those added before; `-` is standard input. */
  add(file: string): void {
    this.#files.push(file);
  }

  *next(): Routine<InputLine | undefined> {
    for (;;) {
      this.#reader ??= yield* this.#open();
      if (this.#reader === undefined) return undefined;
      const text = yield* this.#reader.next();
      if (text !== undefined) return { text, end: yield* lineEnd(this.#reader) };
      yield* finish(this.#fd, this.#reader);
      this.#reader = undefined;
    }
  }

  /** Returns what was read of standard input in vain. */
  *giveBack(): Routine<void> {
    if (this.#reader !== undefined) yield* finish(this.#fd, this.#reader);
  }

  *#open(): Routine<LineReader | undefined> {
    for (let file = this.#files.shift(); file !== undefined; file = this.#files.shift()) {
      const fd = yield* openInputOrWarn(this.#io, fromByteString(file));
      if (fd === undefined) this.failed = true;
      else {
        this.#fd = fd;
        return new LineReader(fd, "\n\0");
      }
    }
    return undefined;
  }
}

function* lineEnd(reader: LineReader): Routine<LineEnd> {
  if (reader.ending === "\n") return "\n";
  if (reader.ending === "") return "nothing";
  return (yield* reader.hasMore()) ? "\0" : "final-nul";
}
