/** The working directory's path, as the C library tells it. @see getcwd(3), glibc/sysdeps/unix/sysv/linux/getcwd.c */
import { Errno, getcwd, lstat, type Routine, type Stat, stat } from "../abi/index.ts";
import { namesIn } from "./directory.ts";
import { attempt } from "./io.ts";

/**
 * What getcwd(2) says; where the directory lies in a mount of another namespace, the way up from it, by the names that
 * lead down again.
 *
 * @throws ENOENT if the directory was removed, or does not lead to the root.
 */
export function* workingDirectory(): Routine<string> {
  const path = yield* getcwd();
  return path.startsWith("/") ? path : yield* climbed();
}

function* climbed(): Routine<string> {
  const root = yield* stat("/");
  const names: string[] = [];
  let up = ".";
  for (;;) {
    const here = yield* stat(up);
    if (isSame(here, root)) return `/${names.join("/")}`;
    up = `${up}/..`;
    names.unshift(yield* nameIn(up, here));
  }
}

/** What `child` is called in a directory. @throws ENOENT if it has no name there. */
function* nameIn(directory: string, child: Stat): Routine<string> {
  for (const name of yield* namesIn(directory)) {
    const found = yield* attempt(lstat(`${directory}/${name}`));
    if (!(found instanceof Errno) && isSame(found, child)) return name;
  }
  throw new Errno("ENOENT");
}

function isSame(a: Stat, b: Stat): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}
