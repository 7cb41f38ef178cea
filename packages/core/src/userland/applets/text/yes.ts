/** yes: print a line until killed. @see yes(1) */
import { exit } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";

export const yes: Applet = function* (io) {
  const words = io.argv.slice(1);
  const line = `${words.length === 0 ? "y" : words.join(" ")}\n`;
  while (io.out.error === undefined) yield* io.out.write(line);
  const { error } = io.out;
  yield* io.warn(`: ${error.message}`);
  return yield* exit(1);
};
