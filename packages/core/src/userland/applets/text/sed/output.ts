/**
 * Output by lines that keeps a missing newline at the end of the input missing: GNU sed's habit, which busybox imitates.
 */
import type { Errno, Routine } from "../../../../abi/index.ts";

/** What a line is followed by: its delimiter as read, or nothing because the file ended. */
export type LineEnd = "\n" | "\0" | "nothing" | "final-nul";

/** Where bytes go. */
export interface ByteSink {
  readonly error: Errno | undefined;
  write(bytes: string): Routine<void>;
  flush(): Routine<void>;
}

export class LineSink {
  readonly bytes: ByteSink;
  #lastByte = "\n";

  constructor(bytes: ByteSink) {
    this.bytes = bytes;
  }

  /** Writes a line with its end; first ends an earlier line that had none. */
  *line(text: string, end: LineEnd): Routine<void> {
    let last = this.#lastByte;
    let bytes = text;
    if (last !== "\n" && last !== "\0") {
      bytes = `\n${text}`;
      last = "\n";
    }
    if (text !== "") last = "x";
    if (end === "final-nul") {
      bytes += "\0";
      last = "x";
    } else if (end !== "nothing") {
      bytes += end;
      last = end;
    }
    this.#lastByte = last;
    yield* this.bytes.write(bytes);
  }
}
