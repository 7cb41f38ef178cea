/** loadfont: show characters on the console in another shape. @see setfont(8), console_ioctl(4) */
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { openConsole } from "./console.ts";
import { control } from "./device.ts";

/** PSF files begin so. */
const PSF1 = [0x36, 0x04] as const;
const PSF2 = [0x72, 0xb5] as const;
/** Fonts without a head have all characters in so many rows. */
const CHARACTERS = 256;

export const loadfont: Applet = function* (io) {
  if ((yield* getopt(io, "")).operands.length > 0) return yield* showUsage(io);
  const font = yield* io.in.rest();
  const fd = yield* openConsole(io);
  const begins = ([first, second]: readonly [number, number]): boolean => font[0] === first && font[1] === second;
  if (!begins(PSF1) && !begins(PSF2) && font.length % CHARACTERS !== 0) return yield* io.die("input file: bad length");
  yield* control(io, fd, "KDFONTOP", { argument: font, what: "KDFONTOP" });
  return 0;
};
