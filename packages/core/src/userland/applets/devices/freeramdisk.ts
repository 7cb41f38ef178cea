/** freeramdisk: free the memory of a RAM disk. @see rd(4) */
import { O_RDWR } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { openOrDie } from "../../or-die.ts";
import { control } from "./device.ts";

export const freeramdisk: Applet = function* (io) {
  const [, path, ...more] = io.argv;
  if (path === undefined || more.length > 0) return yield* showUsage(io);
  yield* control(io, yield* openOrDie(io, path, O_RDWR), "BLKFLSBUF", { what: path });
  return 0;
};
