/**
 * nbd-client: a block device that another machine keeps. Without a driver for it there is none to connect: it ends where
 * the device refuses to be one.
 *
 * @see nbd-client(8), the NBD protocol
 */
import { ioctl, O_RDWR, type Routine, read } from "../../../abi/index.ts";
import { latin1 } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { connectOrDie, hostOrDie } from "../../net/stream.ts";
import { unsignedOrDie } from "../../number.ts";
import { openOrDie } from "../../or-die.ts";
import { control } from "./device.ts";

const DEFAULT_PORT = "10809";
const GREETING = /^NBDMAGIC(IHAVEOPT|\x00\x00\x42\x02\x81\x86\x12\x53)$/s;
const GREETING_BYTES = 16;
/** Options with one dash or two, and whether a value follows. */
const OPTIONS: ReadonlyMap<string, boolean> = new Map([
  ["d", false],
  ["persist", false],
  ["p", false],
  ["block-size", true],
  ["b", true],
  ["timeout", true],
  ["t", true],
  ["name", true],
  ["N", true],
]);

export const nbdClient: Applet = function* (io) {
  const words = io.argv.slice(1);
  let disconnects = false;
  while (/^-./.test(words[0] ?? "")) {
    const word = words.shift() ?? "";
    const name = word.replace(/^--?/, "");
    const takesValue = OPTIONS.get(name);
    if (takesValue === undefined) {
      yield* io.warn(`unrecognized option '${word}'`);
      return yield* showUsage(io);
    }
    if (takesValue && words.shift() === undefined) return yield* showUsage(io);
    disconnects ||= name === "d";
  }
  const [first, second, third, ...more] = words;
  if (disconnects) {
    if (first === undefined || second !== undefined) return yield* showUsage(io);
    const fd = yield* openOrDie(io, first, O_RDWR);
    yield* attempt(ioctl(fd, "NBD_DISCONNECT"));
    yield* attempt(ioctl(fd, "NBD_CLEAR_SOCK"));
    return 0;
  }
  if (first === undefined || second === undefined || more.length > 0) return yield* showUsage(io);
  const [port, device] = third === undefined ? [DEFAULT_PORT, second] : [second, third];
  return yield* serveDevice(io, first, port, device);
};

function* serveDevice(io: Io, host: string, portText: string, device: string): Routine<number> {
  const nbd = yield* openOrDie(io, device, O_RDWR);
  const port = yield* unsignedOrDie(io, portText, 0, 0xffff);
  const server = yield* connectOrDie(io, yield* hostOrDie(io, host, port));
  if (!GREETING.test(latin1(yield* read(server, GREETING_BYTES)))) return yield* io.die("login failed");
  yield* control(io, nbd, "BLKROSET", { argument: 0 });
  yield* control(io, nbd, "NBD_SET_SOCK", { argument: server });
  yield* attempt(ioctl(nbd, "NBD_DO_IT"));
  return 0;
}
