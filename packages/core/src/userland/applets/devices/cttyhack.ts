/** cttyhack: run a program with a controlling terminal, for who was started without one. @see busybox(1) */
import { Errno, ioctl, O_RDWR, open, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execOrDie } from "../../exec.ts";
import { attempt, readText } from "../../io.ts";
import { moveFd, STANDARD_STREAMS } from "../../move-fd.ts";
import { knows } from "./device.ts";

const TERMINAL = "/dev/tty";
/** Which consoles the machine has; the last one is the one that messages are read on. */
const ACTIVE = "/sys/class/tty/console/active";

export const cttyhack: Applet = function* (io) {
  const words = io.argv.slice(1);
  let fd = yield* attempt(open(TERMINAL, O_RDWR));
  const path = fd instanceof Errno ? yield* consoleOfMachine() : TERMINAL;
  if (words.length === 0) {
    if (path === undefined) return 1;
    yield* io.out.line(path);
    return 0;
  }
  if (fd instanceof Errno) {
    fd = yield* attempt(open(path ?? "", O_RDWR));
    if (fd instanceof Errno) yield* io.perror(`can't open '${path ?? ""}'`, fd);
  }
  if (!(fd instanceof Errno)) {
    yield* moveFd(fd, ...STANDARD_STREAMS);
    yield* attempt(ioctl(0, "TIOCSCTTY", 1));
  }
  return yield* execOrDie(io, words);
};

function* consoleOfMachine(): Routine<string | undefined> {
  const active = yield* attempt(readText(ACTIVE));
  if (!(active instanceof Errno) && active !== "") return `/dev/${active.trimEnd().split(" ").at(-1)}`;
  const screen = yield* attempt(ioctl(0, "VT_GETSTATE"));
  if (!(screen instanceof Errno)) return `/dev/tty${Number(screen)}`;
  return (yield* knows(0, "TIOCGSERIAL")) ? "/dev/ttyS0" : undefined;
}
