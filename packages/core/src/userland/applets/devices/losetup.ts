/** losetup: make files block devices. @see losetup(8), loop(4) */
import { close, Errno, ioctl, O_RDONLY, O_RDWR, open, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { numberOrDie } from "../files/number.ts";
import { control } from "./device.ts";

const LOOP_CONTROL = "/dev/loop-control";
const MOST_LOOPS = 1_048_575;
/** -a looks so far. */
const ALL_LOOPS = 10;

export const losetup: Applet = function* (io) {
  const options = yield* getopt(io, "cdPo:far");
  const { operands } = options;
  const [first] = operands;
  const asked = new Set(options.given.map(([letter]) => letter));
  const alone = (letter: string): boolean => asked.has(letter) && asked.size === 1;
  if (operands.length > 2 || contradict(asked)) return yield* showUsage(io);
  if (asked.size === 0 && first !== undefined && operands.length === 1) return yield* show(io, first);
  if (alone("c") && first !== undefined) {
    yield* control(io, yield* openOrDie(io, first), "LOOP_SET_CAPACITY");
    return 0;
  }
  if (alone("d") && first !== undefined) return yield* detach(io, first);
  if (alone("a")) return yield* showAll(io);
  const free = asked.has("f") ? yield* freeLoop(io) : undefined;
  if (alone("f") && free !== undefined && first === undefined) {
    yield* io.out.line(free);
    return 0;
  }
  const [device, file] = free === undefined ? operands : [free, first];
  if (device === undefined || file === undefined) return yield* showUsage(io);
  return yield* attach(io, options, device, file);
};

const contradict = (asked: ReadonlySet<string>): boolean =>
  (asked.has("d") && [..."Pofar"].some((letter) => asked.has(letter))) ||
  (asked.has("a") && [..."Pofr"].some((letter) => asked.has(letter)));

/** What a loop device shows, or why that cannot be told. */
function* query(device: string): Routine<string | Errno> {
  const fd = yield* attempt(open(device));
  if (fd instanceof Errno) return fd;
  const status = yield* attempt(ioctl(fd, "LOOP_GET_STATUS64"));
  yield* close(fd);
  return status instanceof Errno ? status : String(status);
}

function* show(io: Io, device: string): Routine<number> {
  const status = yield* query(device);
  if (status instanceof Errno) return yield* io.pdie(device, status);
  yield* io.out.line(`${device}: ${status}`);
  return 0;
}

function* showAll(io: Io): Routine<number> {
  for (let at = 0; at < ALL_LOOPS; at++) {
    const status = yield* query(`/dev/loop${at}`);
    if (!(status instanceof Errno)) yield* io.out.line(`/dev/loop${at}: ${status}`);
  }
  return 0;
}

function* detach(io: Io, device: string): Routine<number> {
  const fd = yield* attempt(open(device));
  if (fd instanceof Errno) return yield* io.pdie(device, fd);
  yield* control(io, fd, "LOOP_CLR_FD", { what: device });
  return 0;
}

/** The kernel tells; where it cannot be asked, the first one that shows nothing. */
function* freeLoop(io: Io): Routine<string> {
  const fd = yield* attempt(open(LOOP_CONTROL, O_RDWR));
  const told = fd instanceof Errno ? fd : yield* attempt(ioctl(fd, "LOOP_CTL_GET_FREE"));
  for (let at = told instanceof Errno ? 0 : Number(told); at <= MOST_LOOPS; at++) {
    if ((yield* query(`/dev/loop${at}`)) instanceof Errno) return `/dev/loop${at}`;
  }
  return yield* io.die("no free loop devices");
}

function* attach(io: Io, options: Options, device: string, path: string): Routine<number> {
  const offset = yield* numberOrDie(io, options.value("o") ?? "0");
  const file = yield* attempt(open(path, options.has("r") ? O_RDONLY : O_RDWR));
  if (file instanceof Errno) return yield* io.pdie(path, file);
  const loop = yield* attempt(open(device, O_RDWR));
  if (loop instanceof Errno) return yield* io.pdie(path, loop);
  yield* control(io, loop, "LOOP_SET_FD", { argument: file, what: path });
  const argument = { offset, path, isReadOnly: options.has("r"), scans: options.has("P") };
  yield* control(io, loop, "LOOP_SET_STATUS64", { argument, what: path });
  return 0;
}
