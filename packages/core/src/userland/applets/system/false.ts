/** false: do nothing, unsuccessfully. @see false(1p) */
import type { Applet } from "../../applet.ts";

export const falseApplet: Applet = function* () {
  return 1;
};
