/** tty: which terminal standard input is. @see tty(1p) */
import { Errno, type Routine, readlink } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, isatty } from "../../io.ts";

export const tty: Applet = function* (io) {
  const options = yield* getopt(io, "s");
  if (options.operands.length > 0) yield* io.warn("ignoring all arguments");
  const name = yield* terminalName(0);
  if (!options.has("s")) yield* io.out.line(name ?? "not a tty");
  return name === undefined ? 1 : 0;
};

/** ttyname(3): the path of the terminal that a descriptor is. */
export function* terminalName(fd: number): Routine<string | undefined> {
  if (!(yield* isatty(fd))) return undefined;
  const path = yield* attempt(readlink(`/proc/self/fd/${fd}`));
  return path instanceof Errno ? undefined : path;
}
