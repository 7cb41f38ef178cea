/** blockdev: ask and tell the driver of a block device. @see blockdev(8) */
import type { DeviceRequest } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { INT_MAX, unsignedOrDie } from "../../number.ts";
import { openOrDie } from "../../or-die.ts";
import { control } from "./device.ts";

interface Command {
  readonly request: DeviceRequest;
  /** What is said with the request: a constant, or a number of the command line's. */
  readonly says?: number | "operand";
  /** The answer is shown, divided by this. */
  readonly shownBy?: number;
}

const SECTOR = 512;

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ["--setro", { request: "BLKROSET", says: 1 }],
  ["--setrw", { request: "BLKROSET", says: 0 }],
  ["--getro", { request: "BLKROGET", shownBy: 1 }],
  ["--getss", { request: "BLKSSZGET", shownBy: 1 }],
  ["--getbsz", { request: "BLKBSZGET", shownBy: 1 }],
  ["--setbsz", { request: "BLKBSZSET", says: "operand" }],
  ["--getsz", { request: "BLKGETSIZE64", shownBy: SECTOR }],
  ["--getsize", { request: "BLKGETSIZE", shownBy: 1 }],
  ["--getsize64", { request: "BLKGETSIZE64", shownBy: 1 }],
  ["--getra", { request: "BLKRAGET", shownBy: 1 }],
  ["--setra", { request: "BLKRASET", says: "operand" }],
  ["--flushbufs", { request: "BLKFLSBUF" }],
  ["--rereadpt", { request: "BLKRRPART" }],
]);

export const blockdev: Applet = function* (io) {
  const [, name = "", ...words] = io.argv;
  const command = COMMANDS.get(name);
  if (command === undefined || words.length === 0) return yield* showUsage(io);
  const argument =
    command.says === "operand" ? yield* unsignedOrDie(io, words.shift() ?? "", 0, INT_MAX) : command.says;
  const [path, ...more] = words;
  if (path === undefined || more.length > 0) return yield* showUsage(io);
  const fd = yield* openOrDie(io, path);
  const answer = yield* control(io, fd, command.request, { argument, what: path });
  if (command.shownBy !== undefined) yield* io.out.line(String(Math.floor(Number(answer) / command.shownBy)));
  return 0;
};
