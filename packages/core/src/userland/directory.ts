/** Reading directories, as opendir(3) and readdir(3) do. */
import {
  close,
  type DirEntry,
  Errno,
  getdents,
  O_CLOEXEC,
  O_DIRECTORY,
  O_RDONLY,
  open,
  type Routine,
} from "../abi/index.ts";
import { attempt } from "./io.ts";

/** Every entry, `.` and `..` too, in the order of the directory. @throws Errno */
export function* readDirectory(path: string): Routine<readonly DirEntry[]> {
  const entries: DirEntry[] = [];
  yield* visitDirectory(path, function* (some) {
    entries.push(...some);
  });
  return entries;
}

/**
 * Shows the entries to `visit`, as many at a time as getdents(2) gives, while the directory is open: a visitor of
 * /proc/self/fd meets the descriptor that it lists with.
 *
 * @throws Errno
 */
export function* visitDirectory(path: string, visit: (some: readonly DirEntry[]) => Routine<void>): Routine<void> {
  const fd = yield* open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  try {
    for (;;) {
      const some = yield* attempt(getdents(fd));
      // A directory that was removed has nothing to read: readdir(3) shows its end.
      if (some instanceof Errno && some.code !== "ENOENT") throw some;
      if (some instanceof Errno || some.length === 0) return;
      yield* visit(some);
    }
  } finally {
    yield* close(fd);
  }
}

/** The names in a directory but for `.` and `..`. @throws Errno */
export function* namesIn(path: string): Routine<readonly string[]> {
  return (yield* readDirectory(path)).map(({ name }) => name).filter((name) => !isDotOrDotDot(name));
}

/** Every directory has these two, and nobody means them who walks through it. */
export const isDotOrDotDot = (name: string): boolean => name === "." || name === "..";
