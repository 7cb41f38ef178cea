/** ubirename: give volumes of flash memory other names. @see Documentation/filesystems/ubifs.rst */

import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";

export const ubirename: Applet = function* (io) {
  const [, device, ...names] = io.argv;
  if (device === undefined || names.length === 0 || names.length % 2 !== 0) return yield* showUsage(io);
  if (!/^\/dev\/ubi\d/.test(device)) return yield* io.die(`not an UBI device: '${device}'`);
  // Volumes are looked for in /sys, where this machine has none.
  return yield* io.die(`volume '${names[0] ?? ""}' not found`);
};
