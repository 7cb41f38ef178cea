/** devmem: read and write physical memory, which nobody here has. @see mem(4) */
import { O_RDWR, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { UINT_MAX, unsignedOrDie } from "../../number.ts";
import { openOrDie } from "../../or-die.ts";

const MEMORY = "/dev/mem";
const WIDTHS = new Map([..."bhwl"].map((letter, power) => [letter, 8 << power]));
const NUMBER = /^(0x[0-9a-f]+|[0-9]+)$/i;

export const devmem: Applet = function* (io) {
  const [, address, width, value] = io.argv;
  if (address === undefined || !NUMBER.test(address)) return yield* showUsage(io);
  if (width !== undefined) yield* widthOf(io, width);
  yield* openOrDie(io, MEMORY, value === undefined ? undefined : O_RDWR);
  // There is no memory with addresses behind any file. @see mmap(2)
  return yield* io.die("mmap: No such device");
};

function* widthOf(io: Io, text: string): Routine<number> {
  if (/^\d/.test(text) || text.length > 1) return yield* unsignedOrDie(io, text, 0, UINT_MAX);
  return WIDTHS.get(text.toLowerCase()) ?? 0;
}
