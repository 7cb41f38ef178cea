/** Mount tables: /proc/mounts and fstab. @see fstab(5), getmntent(3) */
import { Errno, type Routine } from "../../../abi/index.ts";
import { attempt, readText } from "../../io.ts";

/** The kernel's table of the running process. */
export const MTAB = "/proc/mounts";

export interface MountEntry {
  readonly source: string;
  readonly directory: string;
  readonly type: string;
  readonly options: string;
}

/** The entries of a table, in order. */
export function* mountEntries(path: string): Routine<readonly MountEntry[] | Errno> {
  const text = yield* attempt(readText(path));
  if (text instanceof Errno) return text;
  return text.split("\n").flatMap((line) => {
    const fields = line.trim().split(/[ \t]+/);
    if (fields[0] === "" || fields[0]?.startsWith("#")) return [];
    const [source = "", directory = "", type = "", options = ""] = fields.map(unescaped);
    return [{ source, directory, type, options }];
  });
}

/** True if `list` is not given, names the type, or begins with `no` and does not name it. */
export function typeMatches(type: string, list: string | undefined): boolean {
  if (list === undefined) return true;
  const excludes = list.startsWith("no");
  return (excludes ? list.slice(2) : list).split(",").includes(type) !== excludes;
}

/** Blanks and backslashes are written as octal escapes. */
const unescaped = (field: string): string =>
  field.replace(/\\([0-3][0-7][0-7])/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
