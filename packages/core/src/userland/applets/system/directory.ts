/** The names in a directory. */
import { close, Errno, getdents, open, type Routine } from "../../../abi/index.ts";
import { attempt } from "../../io.ts";

/** Without `.` and `..`, in the order in which the directory has them. */
export function* listDirectory(path: string): Routine<readonly string[] | Errno> {
  const fd = yield* attempt(open(path));
  if (fd instanceof Errno) return fd;
  try {
    const names: string[] = [];
    for (let entries = yield* getdents(fd); entries.length > 0; entries = yield* getdents(fd)) {
      for (const { name } of entries) if (name !== "." && name !== "..") names.push(name);
    }
    return names;
  } catch (error) {
    if (error instanceof Errno) return error;
    throw error;
  } finally {
    yield* close(fd);
  }
}
