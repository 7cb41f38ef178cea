/** Numbers on standard output, in lines of limited length. */
import type { Routine } from "../../../../abi/index.ts";
import type { Io } from "../../../io.ts";

const LINE_LENGTH = 70;

/** The columns of a line: as $VARIABLE says, `Infinity` for a line of any length. */
export function lineLength(io: Io, variable: string): number {
  const given = io.env.get(variable);
  if (given === undefined || !/^[0-9]+$/.test(given)) return LINE_LENGTH;
  return Number(given) > 2 ? Number(given) : Infinity;
}

/** Prints a number, with a backslash at the end of every line that is not the last; `most` digits fit into a line. */
export function* printNumber(io: Io, text: string, most: number): Routine<void> {
  let rest = text;
  for (; rest.length > most; rest = rest.slice(most)) yield* io.out.write(`${rest.slice(0, most)}\\\n`);
  yield* io.out.write(rest);
}
