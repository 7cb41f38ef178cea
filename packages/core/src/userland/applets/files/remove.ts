/** Removing files and trees: for rm and mv. */
import { access, Errno, lstat, type Routine, rmdir, unlink, W_OK } from "../../../abi/index.ts";
import { namesIn } from "../../directory.ts";
import { attempt, type Io, isatty } from "../../io.ts";
import { confirm } from "./confirm.ts";
import { joinPath } from "./paths.ts";

export interface Removal {
  readonly force: boolean;
  readonly interactive: boolean;
  readonly recursive: boolean;
  readonly verbose?: boolean;
}

/** Removes `path`; says what went wrong and returns false otherwise. A refusal by the user is no failure. */
export function* removeFile(io: Io, path: string, how: Removal): Routine<boolean> {
  const there = yield* attempt(lstat(path));
  if (there instanceof Errno) {
    if (there.code !== "ENOENT") yield* io.perror(`can't stat '${path}'`, there);
    else if (how.force) return true;
    else yield* io.perror(`can't remove '${path}'`, there);
    return false;
  }
  if (there.type === "dir") return yield* removeDirectory(io, path, how);
  const asks = how.interactive || (there.type !== "symlink" && (yield* isProtected(path, how)));
  if (asks && !(yield* confirm(io, `${io.name}: remove '${path}'? `))) return true;
  return yield* removed(io, path, yield* attempt(unlink(path)), how, "removed");
}

function* removeDirectory(io: Io, path: string, how: Removal): Routine<boolean> {
  if (!how.recursive) {
    yield* io.warn(`'${path}' is a directory`);
    return false;
  }
  const asks = how.interactive || (yield* isProtected(path, how));
  if (asks && !(yield* confirm(io, `${io.name}: descend into directory '${path}'? `))) return true;
  const names = yield* attempt(namesIn(path));
  // A directory that cannot be read is a silent failure.
  if (names instanceof Errno) return false;
  let all = true;
  for (const name of names) if (!(yield* removeFile(io, joinPath(path, name), how))) all = false;
  if (how.interactive && !(yield* confirm(io, `${io.name}: remove directory '${path}'? `))) return all;
  if (!all) return false;
  return yield* removed(io, path, yield* attempt(rmdir(path)), how, "removed directory:");
}

function* removed(io: Io, path: string, result: unknown, how: Removal, done: string): Routine<boolean> {
  if (result instanceof Errno) {
    yield* io.perror(`can't remove '${path}'`, result);
    return false;
  }
  if (how.verbose) yield* io.out.line(`${done} '${path}'`);
  return true;
}

/** Somebody at a terminal is asked before a file goes that could not be written. */
function* isProtected(path: string, how: Removal): Routine<boolean> {
  if (how.force || !((yield* attempt(access(path, W_OK))) instanceof Errno)) return false;
  return yield* isatty(0);
}
