/** cat: concatenate files. @see cat(1p) */
import { close, Errno, open, type Routine, read } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { LineReader, openInputOrWarn, put } from "./lines.ts";

const READ_SIZE = 65_536;
const TAB = 9;
const NEWLINE = 10;

/** How lines are shown, and how far their count is. */
interface View {
  /** All lines are numbered, or those that are not empty. */
  readonly numbers: "all" | "filled" | undefined;
  readonly tabs: boolean;
  readonly ends: boolean;
  count: number;
  atStart: boolean;
}

export const cat: Applet = function* (io) {
  const options = yield* getopt(io, "nbvteAu");
  const files = options.operands.length === 0 ? ["-"] : options.operands;
  const view: View = {
    numbers: options.has("b") ? "filled" : options.has("n") ? "all" : undefined,
    tabs: options.has("t") || options.has("A"),
    ends: options.has("e") || options.has("A"),
    count: 0,
    atStart: true,
  };
  const shows = view.tabs || view.ends || options.has("v");
  const numbersOnly = view.numbers !== undefined && !shows;
  let code = 0;
  for (const file of files) {
    // An error of numbering alone is worded differently.
    const fd = yield* numbersOnly ? openInputOrWarn(io, file) : openOrStdin(io, file);
    if (fd === undefined) {
      code = 1;
      continue;
    }
    try {
      if (shows) yield* copyVisible(io, fd, view);
      else if (numbersOnly) yield* copyNumbered(io, fd, view);
      else yield* copy(io, fd);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (!shows) yield* io.perror("read error", error);
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

/** Lines end with a newline or a NUL, and always get a newline. What cannot be read ends as a file does. */
function* copyNumbered(io: Io, fd: number, view: View): Routine<void> {
  const reader = new LineReader(fd, "\n\0");
  for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
    const isNumbered = view.numbers === "all" || line !== "";
    yield* put(io, `${isNumbered ? `${String(++view.count).padStart(6)}\t` : ""}${line}\n`);
  }
  if (fd === 0) yield* reader.giveBack();
}

/** A line may go on in the next file. */
function* copyVisible(io: Io, fd: number, view: View): Routine<void> {
  for (;;) {
    const bytes = yield* read(fd, READ_SIZE);
    if (bytes.length === 0) return;
    let text = "";
    for (const byte of bytes) {
      const isEnd = byte === NEWLINE;
      if (view.atStart && view.numbers !== undefined && !(isEnd && view.numbers === "filled")) {
        text += `${String(++view.count).padStart(6)}  `;
      }
      view.atStart = isEnd;
      text += isEnd ? (view.ends ? "$\n" : "\n") : visible(byte, view.tabs);
    }
    yield* io.out.write(text);
  }
}

/** A byte in `cat -v` notation: ^X for control characters, M- before those with the eighth bit. */
function visible(byte: number, tabs: boolean): string {
  const low = byte & 0x7f;
  if (byte === TAB && !tabs) return "\t";
  const meta = byte >= 0x80 ? "M-" : "";
  if (low < 0x20) return `${meta}^${String.fromCharCode(low + 64)}`;
  return meta + (low === 0x7f ? "^?" : String.fromCharCode(low));
}
