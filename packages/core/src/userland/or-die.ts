/** System calls whose failure ends the applet, with libbb's words for it. @see busybox: libbb/xfuncs_printf.c */
import { chdir, Errno, O_RDONLY, open, type Routine, write } from "../abi/index.ts";
import { decode } from "../lib/index.ts";
import { attempt, type Io, readFile } from "./io.ts";

/** A descriptor. `code`: what the applet ends with if there is none. @see libbb xopen */
export function* openOrDie(io: Io, path: string, flags = O_RDONLY, mode?: number, code?: number): Routine<number> {
  const fd = yield* attempt(open(path, flags, mode));
  return fd instanceof Errno ? yield* io.pdie(`can't open '${path}'`, fd, code) : fd;
}

/** A whole file. @see libbb xmalloc_xopen_read_close */
export function* readFileOrDie(io: Io, path: string): Routine<Uint8Array> {
  const bytes = yield* attempt(readFile(path));
  return bytes instanceof Errno ? yield* io.pdie(`can't open '${path}'`, bytes) : bytes;
}

export function* readTextOrDie(io: Io, path: string): Routine<string> {
  return decode(yield* readFileOrDie(io, path));
}

/** Goes to a directory, or ends the applet. @see libbb xchdir */
export function* chdirOrDie(io: Io, path: string): Routine<void> {
  const error = yield* chdir(path).attempt();
  if (error instanceof Errno) yield* io.pdie(`can't change directory to '${path}'`, error);
}

/** Writes everything, or ends the applet: what was begun is "short", in libbb's words. @see libbb xwrite */
export function* writeOrDie(io: Io, fd: number, data: Uint8Array): Routine<void> {
  for (let done = 0; done < data.length; ) {
    const written = yield* attempt(write(fd, data.subarray(done)));
    if (written instanceof Errno) return yield* io.pdie(done > 0 ? "short write" : "write error", written);
    done += written;
  }
}
