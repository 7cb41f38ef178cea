/** The console, for those who ask its keyboard or its screens. @see console_ioctl(4), busybox: libbb/get_console.c */
import { close, Errno, O_RDONLY, O_RDWR, O_WRONLY, open, type Routine } from "../../../abi/index.ts";
import { attempt, type Io } from "../../io.ts";
import { control, knows } from "./device.ts";

/** Numbers of virtual terminals. @see include/uapi/linux/vt.h MAX_NR_CONSOLES */
export const FIRST_TERMINAL = 1;
export const LAST_TERMINAL = 63;

/** Each of them is tried, and after it the standard stream of its place. */
const CONSOLES = ["/dev/tty", "/dev/tty0", "/dev/console"] as const;
const WAYS = [O_RDWR, O_WRONLY, O_RDONLY] as const;

/** A descriptor with a keyboard behind it, or ends the applet. */
export function* openConsole(io: Io): Routine<number> {
  for (const [at, path] of CONSOLES.entries()) {
    const named = yield* openAnyway(path);
    if (named !== undefined) {
      if (yield* knows(named, "KDGKBTYPE")) return named;
      yield* close(named);
    }
    const standard = CONSOLES.length - 1 - at;
    if (yield* knows(standard, "KDGKBTYPE")) return standard;
  }
  return yield* io.die("can't open console");
}

/** For reading and writing, or else for one of them. */
function* openAnyway(path: string): Routine<number | undefined> {
  for (const flags of WAYS) {
    const fd = yield* attempt(open(path, flags));
    if (!(fd instanceof Errno)) return fd;
    if (fd.code !== "EACCES") return undefined;
  }
  return undefined;
}

/** Shows another virtual terminal, and waits until it is shown. */
export function* makeActive(io: Io, fd: number, terminal: number): Routine<void> {
  yield* control(io, fd, "VT_ACTIVATE", { argument: terminal });
  yield* control(io, fd, "VT_WAITACTIVE", { argument: terminal });
}
