/** blkdiscard: tell a block device that what it holds is not needed any more. @see blkdiscard(8) */
import { O_EXCL, O_RDWR } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { openOrDie } from "../../or-die.ts";
import { numberOrDie } from "../files/number.ts";
import { control } from "./device.ts";
import { UNIT_SUFFIXES } from "./units.ts";

export const blkdiscard: Applet = function* (io) {
  const options = yield* getopt(io, "o:l:sf");
  const [path, ...more] = options.operands;
  if (path === undefined || more.length > 0) return yield* showUsage(io);
  const fd = yield* openOrDie(io, path, O_RDWR | O_EXCL);
  const offset = yield* numberOrDie(io, options.value("o") ?? "0", { suffixes: UNIT_SUFFIXES });
  const given = options.value("l");
  const length =
    given === undefined
      ? Number(yield* control(io, fd, "BLKGETSIZE64")) - offset
      : yield* numberOrDie(io, given, { suffixes: UNIT_SUFFIXES });
  const request = options.has("s") ? "BLKSECDISCARD" : "BLKDISCARD";
  yield* control(io, fd, request, { argument: { offset, length }, what: `${path}: ${request} failed` });
  return 0;
};
