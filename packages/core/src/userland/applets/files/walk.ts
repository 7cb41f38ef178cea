/** Walking directory trees, in the manner of libbb's recursive_action: for chmod, chown, chattr and find. */
import { Errno, lstat, type Routine, type Stat, stat } from "../../../abi/index.ts";
import { isDotOrDotDot, visitDirectory } from "../../directory.ts";
import { attempt, type Io } from "../../io.ts";
import { joinPath } from "./paths.ts";

export interface Walk {
  /** Go into directories; otherwise `directory` is called for the operand and that is all. */
  readonly recurses: boolean;
  /** Follow symbolic links: everywhere, or only if the operand is one. */
  readonly follows: "all" | "operand" | "none";
  /** Call `directory` after what is in it. */
  readonly depthFirst: boolean;
  /** Take a link to nothing for a file, where links are followed. */
  readonly acceptsDangling?: boolean;
  /** Called for everything that is no directory. An error is a failure that was told; the walk goes on. */
  file(path: string, stat: Stat, depth: number): Routine<Visit>;
  /** An error is told once more by the walk. It, and `skip`, do not go into the directory. */
  directory(path: string, stat: Stat, depth: number): Routine<Visit>;
}

export type Visit = "done" | "skip" | Errno;

/** Walks the tree at `path`. False if something failed; `PATH: reason` was printed where the walk itself failed. */
export function* walkTree(io: Io, path: string, walk: Walk, depth = 0): Routine<boolean> {
  const follows = walk.follows === "all" || (walk.follows === "operand" && depth === 0);
  const there = yield* attempt(follows ? stat(path) : lstat(path));
  if (there instanceof Errno) {
    if (walk.acceptsDangling && there.code === "ENOENT") {
      const itself = yield* attempt(lstat(path));
      if (!(itself instanceof Errno)) return succeeded(yield* walk.file(path, itself, depth));
    }
    return yield* failed(io, path, there);
  }
  if (there.type !== "dir") return succeeded(yield* walk.file(path, there, depth));
  if (!walk.recurses) return succeeded(yield* walk.directory(path, there, depth));
  if (!walk.depthFirst) {
    const visit = yield* walk.directory(path, there, depth);
    if (visit instanceof Errno) return yield* failed(io, path, visit);
    if (visit === "skip") return true;
  }
  let all = true;
  // The directory stays open meanwhile, which is seen in /proc.
  const reading = visitDirectory(path, function* (some) {
    for (const { name } of some)
      if (!isDotOrDotDot(name) && !(yield* walkTree(io, joinPath(path, name), walk, depth + 1))) all = false;
  });
  const unreadable = yield* attempt(reading);
  if (unreadable instanceof Errno) return yield* failed(io, path, unreadable);
  if (!walk.depthFirst) return all;
  const visit = yield* walk.directory(path, there, depth);
  return visit instanceof Errno ? yield* failed(io, path, visit) : all;
}

const succeeded = (visit: Visit): boolean => !(visit instanceof Errno);

function* failed(io: Io, path: string, error: Errno): Routine<false> {
  yield* io.perror(path, error);
  return false;
}
