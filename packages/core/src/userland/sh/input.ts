/**
 * Where a script comes from: a string, or a descriptor that is read block by block as commands are needed.
 *
 * The block is visible: a command that reads the same standard input finds only what the shell has not taken yet.
 */
import { Errno, type Routine, read } from "../../abi/index.ts";
import { latin1 } from "../../lib/index.ts";

/** What ash asks read(2) for. */
const BLOCK_SIZE = 1023;
const COUNTS = { countsLines: true } as const;

export class Input {
  /** What is known of the script; `more` adds to it. */
  text: string;
  /** Where the next command starts. */
  position = 0;
  /** The number of the line at `position`. */
  line: number;
  /** No more text will come. */
  ended: boolean;
  /** Moved out of the way if a redirection wants this number. */
  fd: number | undefined;
  /** False for the action of a trap: all of it is on the line that it interrupted. */
  readonly countsLines: boolean;

  private constructor(text: string, line: number, fd: number | undefined, countsLines: boolean) {
    this.text = text;
    this.line = line;
    this.fd = fd;
    this.ended = fd === undefined;
    this.countsLines = countsLines;
  }

  /** A byte string whose first line has the number `line`. */
  static ofText(text: string, line: number, options: { readonly countsLines: boolean } = COUNTS): Input {
    return new Input(text, line, undefined, options.countsLines);
  }

  static ofFile(fd: number): Input {
    return new Input("", 1, fd, true);
  }

  /** What was read in some other way: a line, or the end. What lies before `position` is forgotten. */
  take(text: string | undefined): void {
    this.text = this.text.slice(this.position) + (text ?? "");
    this.position = 0;
    if (text === undefined) this.ended = true;
  }

  /** Waits for the next block. What lies before `position` is forgotten, and NUL bytes are dropped. */
  *more(): Routine<void> {
    const block = this.fd === undefined ? undefined : yield* readBlock(this.fd);
    this.take(block?.replaceAll("\0", ""));
  }
}

/** `undefined` at the end of the file, and where it cannot be read. */
function* readBlock(fd: number): Routine<string | undefined> {
  for (;;) {
    try {
      const bytes = yield* read(fd, BLOCK_SIZE);
      return bytes.length === 0 ? undefined : latin1(bytes);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (error.code !== "EINTR") return undefined;
    }
  }
}
