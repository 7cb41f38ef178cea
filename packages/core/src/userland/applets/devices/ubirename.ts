/** ubirename: give volumes of flash memory other names. @see Documentation/filesystems/ubifs.rst */

import { Errno } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { attempt, readText } from "../../io.ts";

export const ubirename: Applet = function* (io) {
  const [, device, ...names] = io.argv;
  if (device === undefined || names.length === 0 || names.length % 2 !== 0) return yield* showUsage(io);
  const number = /^\/dev\/ubi(\d+)$/.exec(device)?.[1];
  if (number === undefined) return yield* io.die(`not an UBI device: '${device}'`);
  const count = yield* attempt(readText(`/sys/class/ubi/ubi${number}/volumes_count`));
  if (count instanceof Errno) return yield* io.pdie(`can't open '/sys/class/ubi/ubi${number}/volumes_count'`, count);
  return yield* io.die(`no volume '${names[0] ?? ""}'`);
};
