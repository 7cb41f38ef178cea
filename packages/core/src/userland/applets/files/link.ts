/** link: call link(2). @see link(1p) */
import { Errno, link as makeLink } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";

export const link: Applet = function* (io) {
  const { operands } = yield* getopt(io, "");
  const [from, to] = operands;
  if (from === undefined || to === undefined || operands.length > 2) return yield* showUsage(io);
  const made = yield* attempt(makeLink(from, to));
  if (made instanceof Errno) return yield* io.pdie(`can't create hardlink '${to}' to '${from}'`, made);
  return 0;
};
