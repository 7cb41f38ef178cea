/** findfs: the device of a file system with some label or UUID. @see findfs(8) */
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { findVolume } from "./volumes.ts";

export const findfs: Applet = function* (io) {
  const [, what] = io.argv;
  if (what === undefined) return yield* showUsage(io);
  const [, key, value = ""] = /^(LABEL|UUID)=(.*)$/s.exec(what) ?? [];
  if (key === undefined && !what.startsWith("/dev/")) return yield* showUsage(io);
  const device = key === undefined ? what : yield* findVolume(key === "LABEL" ? "label" : "uuid", value);
  if (device === undefined) return 1;
  yield* io.out.line(device);
  return 0;
};
