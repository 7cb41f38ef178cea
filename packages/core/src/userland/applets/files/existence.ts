/** What there is at a path, as cp and mv ask before they begin. */
import { type Call, Errno, type Routine, type Stat, stat } from "../../../abi/index.ts";
import { attempt, type Io } from "../../io.ts";

export type Existence = "missing" | "file" | "directory";

/** What `look` (stat by default) finds; `undefined`, with a message, if it fails for another reason than ENOENT. */
export function* existenceOf(
  io: Io,
  path: string,
  look: (path: string) => Iterable<Call, Stat, unknown> = stat,
): Routine<Existence | undefined> {
  const there = yield* attempt(look(path));
  if (!(there instanceof Errno)) return there.type === "dir" ? "directory" : "file";
  if (there.code === "ENOENT") return "missing";
  const why = there.code === "ENOTDIR" ? "Path has non-directory component" : there.message;
  yield* io.warn(`can't stat '${path}': ${why}`);
  return undefined;
}
