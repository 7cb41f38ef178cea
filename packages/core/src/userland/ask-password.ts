/** Lines of standard input, and passwords, which are not shown where they are typed. @see getpass(3) */
import { ECHO, ECHONL, Errno, ioctl, type Routine, read, type Termios } from "../abi/index.ts";
import { decode } from "../lib/index.ts";
import { attempt, type Io } from "./io.ts";

const LINE_END = /[\r\n]/;
/** Longer lines are cut. */
const MAX_LENGTH = 0xfff;

/** Asks at a terminal or on a pipe; `undefined` if there is nothing more to read. */
export function* askPassword(io: Io, prompt: string): Routine<string | undefined> {
  yield* io.out.write(prompt);
  yield* io.out.flush();
  const modes = (yield* attempt(ioctl(0, "TCGETS"))) as Termios | Errno;
  if (!(modes instanceof Errno)) {
    yield* attempt(ioctl(0, "TCSETS", { ...modes, lflag: modes.lflag & ~(ECHO | ECHONL) }));
  }
  const line = yield* readLine();
  if (!(modes instanceof Errno)) yield* attempt(ioctl(0, "TCSETS", modes));
  yield* io.out.write("\n");
  yield* io.out.flush();
  return line;
}

/** Byte by byte: what follows belongs to who reads next. */
export function* readLine(): Routine<string | undefined> {
  const bytes: number[] = [];
  for (;;) {
    const one = yield* attempt(read(0, 1));
    const byte = one instanceof Errno ? undefined : one[0];
    if (byte === undefined) return bytes.length === 0 ? undefined : decode(Uint8Array.from(bytes));
    if (LINE_END.test(String.fromCharCode(byte)) || bytes.length === MAX_LENGTH) return decode(Uint8Array.from(bytes));
    bytes.push(byte);
  }
}
