/** What two directories hold, name by name. */
import { Errno, type Routine, type Stat, stat } from "../../../../abi/index.ts";
import { compareBytes } from "../../../../lib/index.ts";
import { namesIn } from "../../../directory.ts";
import { attempt, type Io } from "../../../io.ts";

export interface Listing {
  /** Relative paths, sorted by their bytes. */
  readonly names: readonly string[];
  /** A directory was left out because the other side has none of that name. */
  readonly leftOut: boolean;
}

/**
 * Lists the files below `root`. Recursing, directories are not listed themselves; without, they are listed and not
 * entered. `other` is the directory that must have a directory too for one to be entered; `undefined` enters all.
 */
export function* listBelow(
  io: Io,
  root: string,
  options: { readonly recurse: boolean; readonly other: string | undefined },
): Routine<Listing> {
  const names: string[] = [];
  let leftOut = false;
  const visit = function* (path: string, prefix: string): Routine<void> {
    for (const name of yield* entries(io, path)) {
      const relative = prefix + name;
      const full = join(path, name);
      const status = yield* attempt(stat(full));
      if (!isDirectory(status)) names.push(relative);
      else if (!options.recurse) names.push(relative);
      else if (options.other === undefined || isDirectory(yield* attempt(stat(join(options.other, relative))))) {
        yield* visit(full, `${relative}/`);
      } else leftOut = true;
    }
  };
  yield* visit(root, "");
  return { names: names.sort(compareBytes), leftOut };
}

function* entries(io: Io, path: string): Routine<readonly string[]> {
  const names = yield* attempt(namesIn(path));
  if (!(names instanceof Errno)) return names;
  yield* io.perror(path, names);
  return [];
}

const isDirectory = (status: Stat | Errno): boolean => !(status instanceof Errno) && status.type === "dir";

/** A directory and a name with one slash between. */
export function join(directory: string, name: string): string {
  return `${directory.endsWith("/") ? directory : `${directory}/`}${name.replace(/^\/+/, "")}`;
}
