/** File work that package managers and servers share: making directories, writing, removing, listing. */
import {
  chmod,
  close,
  Errno,
  lstat,
  mkdir,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  open,
  type Routine,
  rmdir,
  stat,
  unlink,
} from "../abi/index.ts";
import { dirname, encode } from "../lib/index.ts";
import { attempt, namesIn, writeAll } from "../userland/index.ts";

/** Makes a directory and those above it. @throws Errno */
export function* makeDirectories(path: string): Routine<void> {
  if (path === "/" || path === "." || path === "") return;
  const found = yield* stat(path).attempt();
  if (!(found instanceof Errno)) return;
  yield* makeDirectories(dirname(path));
  const made = yield* mkdir(path, 0o755).attempt();
  if (made instanceof Errno && made.code !== "EEXIST") throw made;
}

/** Makes a file with its directories, or replaces what is in it. @throws Errno */
export function* putFile(path: string, content: string | Uint8Array, mode = 0o644): Routine<void> {
  yield* makeDirectories(dirname(path));
  const fd = yield* open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
  try {
    yield* writeAll(fd, typeof content === "string" ? encode(content) : content);
  } finally {
    yield* close(fd);
  }
  if ((mode & 0o111) !== 0) yield* chmod(path, mode);
}

export function* exists(path: string): Routine<boolean> {
  return !((yield* stat(path).attempt()) instanceof Errno);
}

/** The names in a directory, sorted; none if it is not there. */
export function* listDirectory(path: string): Routine<readonly string[]> {
  const names = yield* attempt(namesIn(path));
  return names instanceof Errno ? [] : [...names].sort();
}

/** Removes a file, or a directory with all that is in it. What is not there is removed already. */
export function* removeTree(path: string): Routine<void> {
  const found = yield* lstat(path).attempt();
  if (found instanceof Errno) return;
  if (found.type !== "dir") {
    yield* unlink(path).attempt();
    return;
  }
  for (const name of yield* listDirectory(path)) yield* removeTree(`${path}/${name}`);
  yield* rmdir(path).attempt();
}
