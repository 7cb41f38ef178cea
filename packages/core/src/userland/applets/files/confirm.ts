/** Questions that are answered on standard input. */
import type { Routine } from "../../../abi/index.ts";
import type { Io } from "../../io.ts";

/** Asks on standard error; true if the next line of input begins with `y`. */
export function* confirm(io: Io, question: string): Routine<boolean> {
  yield* io.err.write(question);
  yield* io.out.flush();
  const line = (yield* io.in.latin1Line()) ?? "";
  return /^[ \t]*[yY]/.test(line);
}
