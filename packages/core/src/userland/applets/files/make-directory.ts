/** Making a directory, if wished with its parents: for mkdir, install and cp. */
import { chmod, Errno, mkdir, type Routine, stat, umask } from "../../../abi/index.ts";
import { attempt, type Io } from "../../io.ts";

/** What a parent must allow its owner whatever the umask says: otherwise nothing could be made in it. */
const OWNER_MAY_ENTER = 0o300;

export interface MakeDirectory {
  /** Make parents too, and be content if the directory is there already. */
  readonly parents: boolean;
  /** Set on the last directory only, regardless of the umask. */
  readonly mode?: number | undefined;
  readonly verbose?: boolean;
}

/** Makes `path`; says what went wrong and returns false otherwise. */
export function* makeDirectory(io: Io, path: string, how: MakeDirectory): Routine<boolean> {
  if (path === "/" || path === ".") return true;
  if (how.parents) {
    const parents = prefixes(path);
    if (parents.length > 0) {
      const mask = yield* umask(0);
      yield* umask(mask & ~OWNER_MAY_ENTER);
      for (const parent of parents) {
        if ((yield* makeOne(io, parent, how)) !== "failed") continue;
        yield* umask(mask);
        return false;
      }
      yield* umask(mask);
    }
  }
  const made = yield* makeOne(io, path, how);
  if (made !== "made" || how.mode === undefined) return made !== "failed";
  const changed = yield* attempt(chmod(path, how.mode));
  if (!(changed instanceof Errno)) return true;
  yield* io.perror(`can't set permissions of directory '${path}'`, changed);
  return false;
}

/** The parents of a path, each with the slashes behind it: `/a/` and `/a/b//` of `/a/b//c`. */
function prefixes(path: string): readonly string[] {
  return [...path.matchAll(/\/+(?=[^/])/g)].map(({ index, 0: slashes }) => path.slice(0, index + slashes.length));
}

function* makeOne(io: Io, path: string, how: MakeDirectory): Routine<"made" | "there" | "failed"> {
  const made = yield* attempt(mkdir(path, 0o777));
  if (!(made instanceof Errno)) {
    if (how.verbose) yield* io.out.line(`created directory: '${path}'`);
    return "made";
  }
  let why = made;
  if (how.parents && (made.code === "EEXIST" || made.code === "EISDIR")) {
    const there = yield* attempt(stat(path));
    // The later failure is the one that is told: `f/` is no directory, rather than there.
    if (there instanceof Errno) why = there;
    else if (there.type === "dir") return "there";
  }
  yield* io.perror(`can't create directory '${path}'`, why);
  return "failed";
}
