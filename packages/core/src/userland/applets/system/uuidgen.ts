/** uuidgen: a random UUID. @see uuidgen(1), RFC 9562 section 5.4 */
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { randomUuid, uuidText } from "../../uuid.ts";

export const uuidgen: Applet = function* (io) {
  const { operands } = yield* getopt(io, "");
  if (operands.length > 0) return yield* showUsage(io);
  yield* io.out.line(uuidText(yield* randomUuid()));
  return 0;
};
