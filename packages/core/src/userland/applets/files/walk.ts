/** Walking directory trees, in the manner of libbb's recursive_action: for chmod, chown, chattr and find. */
import { Errno, lstat, type Routine, type Stat, stat } from "../../../abi/index.ts";
import { attempt, type Io } from "../../io.ts";
import { namesIn } from "./directory.ts";
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
  /** Called for everything that is no directory. False is a failure; the walk goes on. */
  file(path: string, stat: Stat, depth: number): Routine<boolean>;
  /** False is a failure that is told, `skip` does not go into the directory; the walk goes on after both. */
  directory(path: string, stat: Stat, depth: number): Routine<boolean | "skip">;
}

/** Walks the tree at `path`. False if something failed; `PATH: reason` was printed where the walk itself failed. */
export function* walkTree(io: Io, path: string, walk: Walk, depth = 0): Routine<boolean> {
  const follows = walk.follows === "all" || (walk.follows === "operand" && depth === 0);
  const there = yield* attempt(follows ? stat(path) : lstat(path));
  if (there instanceof Errno) {
    if (walk.acceptsDangling && there.code === "ENOENT") {
      const itself = yield* attempt(lstat(path));
      if (!(itself instanceof Errno)) return yield* walk.file(path, itself, depth);
    }
    yield* io.perror(path, there);
    return false;
  }
  if (there.type !== "dir") return yield* walk.file(path, there, depth);
  if (!walk.recurses) return (yield* walk.directory(path, there, depth)) !== false;
  if (!walk.depthFirst) {
    const answer = yield* walk.directory(path, there, depth);
    if (answer !== true) return answer === "skip";
  }
  const names = yield* attempt(namesIn(path));
  if (names instanceof Errno) {
    yield* io.perror(path, names);
    return false;
  }
  let all = true;
  for (const name of names) if (!(yield* walkTree(io, joinPath(path, name), walk, depth + 1))) all = false;
  if (walk.depthFirst && (yield* walk.directory(path, there, depth)) === false) return false;
  return all;
}
