/** clear, reset: escape sequences for the terminal. @see clear(1), reset(1) */
import type { Applet } from "../../applet.ts";
import { isatty } from "../../io.ts";

const CLEAR = "\x1b[H\x1b[J";
/** Full reset, character set, attributes, scrolling region, cursor. */
const RESET = "\x1b%@\x1b(B\x1b[0m\x1b[r\x1b[?25h\x1b[J";

export const clear: Applet = function* (io) {
  yield* io.out.write(CLEAR);
  return 0;
};

export const reset: Applet = function* (io) {
  if (!(yield* isatty(0)) || !(yield* isatty(1)) || !(yield* isatty(2))) return 0;
  yield* io.out.write(RESET);
  return 0;
};
