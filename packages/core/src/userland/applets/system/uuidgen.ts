/** uuidgen: a random UUID. @see uuidgen(1), RFC 9562 section 5.4 */
import { toHex } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { randomBytes } from "../../random-bytes.ts";

export const uuidgen: Applet = function* (io) {
  if (io.argv.length > 1) return yield* showUsage(io);
  const bytes = Uint8Array.from(yield* randomBytes(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  yield* io.out.line(toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"));
  return 0;
};
