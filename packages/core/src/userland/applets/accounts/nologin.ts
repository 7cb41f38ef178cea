/** nologin: refuse a login politely. @see nologin(8) */
import { nanosleep } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";

const PAUSE_US = 5_000_000;

export const nologin: Applet = function* (io) {
  yield* io.out.line("This account is not available");
  yield* io.out.flush();
  yield* nanosleep(PAUSE_US);
  return 1;
};
