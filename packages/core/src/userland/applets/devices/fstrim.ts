/** fstrim: tell a file system's device which of its blocks are not used. @see fstrim(8) */
import { O_NONBLOCK } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { openOrDie } from "../../or-die.ts";
import { BINARY_SUFFIXES, numberOrDie } from "../files/number.ts";
import { control } from "./device.ts";

const LONGS = { offset: "o", length: "l", minimum: "m", verbose: "v" } as const;

export const fstrim: Applet = function* (io) {
  const options = yield* getopt(io, "o:l:m:v", LONGS);
  const [path, ...more] = options.operands;
  if (path === undefined || more.length > 0) return yield* showUsage(io);
  const form = { suffixes: BINARY_SUFFIXES };
  const offset = yield* numberOrDie(io, options.value("o") ?? "0", form);
  const length = yield* numberOrDie(io, options.value("l") ?? "18446744073709551615", form);
  const minimum = yield* numberOrDie(io, options.value("m") ?? "0", form);
  const fd = yield* openOrDie(io, path, O_NONBLOCK);
  const trimmed = yield* control(io, fd, "FITRIM", { argument: { offset, length, minimum } });
  if (options.has("v")) yield* io.out.line(`${path}: ${Number(trimmed)} bytes trimmed`);
  return 0;
};
