/** umount: detach a file system. @see umount(8), umount(2) */
import {
  Errno,
  MNT_DETACH,
  MNT_FORCE,
  MS_RDONLY,
  MS_REMOUNT,
  mount,
  type Routine,
  umount2,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { realPath } from "../files/canonical.ts";
import { type MountEntry, MTAB, mountEntries, typeMatches } from "./mount-table.ts";

export const umount: Applet = function* (io) {
  const options = yield* getopt(io, "fldnrat:cvi");
  const table = yield* mountEntries(MTAB);
  if (table instanceof Errno && options.has("a")) return yield* io.die(`can't open '${MTAB}'`);
  if (!options.has("a") && options.operands.length === 0) return yield* showUsage(io);
  const entries = table instanceof Errno ? [] : table.filter(({ type }) => typeMatches(type, options.value("t")));
  // What was mounted last is unmounted first.
  const newest = [...entries].reverse();
  let code = 0;
  if (options.has("a")) {
    for (const entry of newest) if (!(yield* unmount(io, options, entry.directory, entry))) code = 1;
    return code;
  }
  for (const name of options.operands) {
    const path = yield* attempt(realPath(name));
    const matches = newest.filter(({ directory, source }) => directory === path || source === path);
    const first = matches[0];
    // A device stands for all its mounts, a directory for the one on top.
    const chosen =
      first !== undefined && first.source === path ? matches.filter(({ source }) => source === path) : [first];
    for (const entry of chosen) if (!(yield* unmount(io, options, entry?.directory ?? name, entry))) code = 1;
  }
  return code;
};

function* unmount(io: Io, options: Options, path: string, entry: MountEntry | undefined): Routine<boolean> {
  const flags = (options.has("f") ? MNT_FORCE : 0) | (options.has("l") ? MNT_DETACH : 0);
  const error = yield* attempt(umount2(path, flags));
  if (!(error instanceof Errno)) return true;
  if (!options.has("r") || error.code !== "EBUSY" || entry === undefined) {
    yield* io.perror(`can't unmount ${path}`, error);
    return false;
  }
  const failure = yield* attempt(mount(entry.source, path, "", MS_REMOUNT | MS_RDONLY));
  const failed = failure instanceof Errno;
  yield* io.warn(failed ? `can't remount ${entry.source} read-only` : `${entry.source} busy - remounted read-only`);
  return !failed;
}
