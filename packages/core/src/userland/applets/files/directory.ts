/** Reading directories, as opendir(3) and readdir(3) do. */
import {
  close,
  type DirEntry,
  getdents,
  O_CLOEXEC,
  O_DIRECTORY,
  O_RDONLY,
  open,
  type Routine,
} from "../../../abi/index.ts";
import { isDotOrDotDot } from "./paths.ts";

/** Every entry, `.` and `..` too, in the order of the directory. @throws Errno */
export function* readDirectory(path: string): Routine<readonly DirEntry[]> {
  const fd = yield* open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  try {
    const entries: DirEntry[] = [];
    for (;;) {
      const some = yield* getdents(fd);
      if (some.length === 0) return entries;
      entries.push(...some);
    }
  } finally {
    yield* close(fd);
  }
}

/** The names in a directory but for `.` and `..`. @throws Errno */
export function* namesIn(path: string): Routine<readonly string[]> {
  return (yield* readDirectory(path)).map(({ name }) => name).filter((name) => !isDotOrDotDot(name));
}
