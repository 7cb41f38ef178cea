/** pidof: the processes with a name. @see pidof(8) */
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { processesByName } from "./process-table.ts";

export const pidof: Applet = function* (io) {
  const options = yield* getopt(io, "");
  const pids: number[] = [];
  for (const name of options.operands) pids.push(...[...(yield* processesByName(name))].reverse());
  if (pids.length === 0) return 1;
  yield* io.out.line(pids.join(" "));
  return 0;
};
