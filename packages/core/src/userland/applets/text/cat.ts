/** cat: concatenate files. @see cat(1p) */
import { close, Errno, open, type Routine, read } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, Input, type Io } from "../../io.ts";

const READ_SIZE = 65_536;

export const cat: Applet = function* (io) {
  const options = yield* getopt(io, "nbvteAu");
  const files = options.operands.length === 0 ? ["-"] : options.operands;
  const numbers = options.last("n", "b");
  const shows = ["v", "t", "e", "A"].some((letter) => options.has(letter));
  let code = 0;
  let line = 0;
  for (const file of files) {
    const fd = yield* openOrStdin(io, file);
    if (fd === undefined) {
      code = 1;
      continue;
    }
    try {
      if (numbers !== undefined || shows) {
        line = yield* copyLines(io, fd, line, {
          numbers,
          tabs: options.has("t") || options.has("A"),
          ends: options.has("e") || options.has("A"),
          shows,
        });
      } else yield* copy(io, fd);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      yield* io.perror("read error", error);
      code = 1;
    }
    if (fd !== 0) yield* close(fd);
  }
  return code;
};

/** A descriptor for `file`; standard input for `-`. Says why it cannot, and returns `undefined`. */
export function* openOrStdin(io: Io, file: string): Routine<number | undefined> {
  if (file === "-") return 0;
  const fd = yield* attempt(open(file));
  if (!(fd instanceof Errno)) return fd;
  yield* io.perror(`can't open '${file}'`, fd);
  return undefined;
}

function* copy(io: Io, fd: number): Routine<void> {
  for (;;) {
    const bytes = yield* read(fd, READ_SIZE);
    if (bytes.length === 0) return;
    yield* io.out.write(bytes);
    yield* io.out.flush();
    if (io.out.error !== undefined) return;
  }
}

function* copyLines(
  io: Io,
  fd: number,
  start: number,
  how: {
    readonly numbers: string | undefined;
    readonly tabs: boolean;
    readonly ends: boolean;
    readonly shows: boolean;
  },
): Routine<number> {
  const input = new Input(fd);
  let number = start;
  for (let line = yield* input.line(); line !== undefined; line = yield* input.line()) {
    const hasEnd = line[line.length - 1] === 10;
    const body = hasEnd ? line.subarray(0, line.length - 1) : line;
    if (how.numbers === "n" || (how.numbers === "b" && body.length > 0)) {
      yield* io.out.write(`${String(++number).padStart(6)}\t`);
    }
    yield* io.out.write(how.shows ? visible(body, how.tabs) : body);
    if (hasEnd) yield* io.out.write(how.ends ? "$\n" : "\n");
  }
  return number;
}

/** Bytes in `cat -v` notation: ^X for control characters, M- before those with the eighth bit. */
function visible(bytes: Uint8Array, tabs: boolean): string {
  let text = "";
  for (const byte of bytes) {
    const low = byte & 0x7f;
    if (byte >= 0x80) text += "M-";
    if (byte === 9 && !tabs) text += "\t";
    else if (low < 0x20) text += `^${String.fromCharCode(low + 64)}`;
    else text += low === 0x7f ? "^?" : String.fromCharCode(low);
  }
  return text;
}
