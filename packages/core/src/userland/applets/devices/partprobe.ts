/** partprobe: let drivers read partition tables again. @see partprobe(8) */
import { close } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { openOrDie } from "../../or-die.ts";
import { control } from "./device.ts";

export const partprobe: Applet = function* (io) {
  for (const path of (yield* getopt(io, "")).operands) {
    const fd = yield* openOrDie(io, path);
    yield* control(io, fd, "BLKRRPART", { what: path });
    yield* close(fd);
  }
  return 0;
};
