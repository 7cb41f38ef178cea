/** true: do nothing, successfully. @see true(1p) */
import type { Applet } from "../../applet.ts";

export const trueApplet: Applet = function* () {
  return 0;
};
