/** ubirename: give volumes of flash memory other names. @see Documentation/filesystems/ubifs.rst */

import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { readTextOrDie } from "../../or-die.ts";

export const ubirename: Applet = function* (io) {
  const [, device, ...names] = io.argv;
  if (device === undefined || names.length === 0 || names.length % 2 !== 0) return yield* showUsage(io);
  const number = /^\/dev\/ubi(\d+)$/.exec(device)?.[1];
  if (number === undefined) return yield* io.die(`not an UBI device: '${device}'`);
  yield* readTextOrDie(io, `/sys/class/ubi/ubi${number}/volumes_count`);
  return yield* io.die(`no volume '${names[0] ?? ""}'`);
};
