/** The files that accounts are kept in, and how they are changed. @see passwd(5), shadow(5), group(5) */
import {
  chmod,
  chown,
  close,
  Errno,
  link,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  open,
  type Routine,
  rename,
  stat,
  unlink,
} from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import { attempt, type Io, readText, writeAll } from "../../io.ts";

export const PASSWD = "/etc/passwd";
export const SHADOW = "/etc/shadow";
export const GROUP = "/etc/group";
export const GSHADOW = "/etc/gshadow";

/** Writes a copy and puts it in the file's place, with the same owner and mode; the old one stays as `path-`. */
export function* replaceFile(io: Io, path: string, text: string): Routine<void> {
  const old = yield* attempt(stat(path));
  const backup = `${path}-`;
  yield* attempt(unlink(backup));
  const kept = old instanceof Errno ? undefined : yield* attempt(link(path, backup));
  if (kept instanceof Errno) yield* io.perror(`warning: can't create backup copy '${backup}'`, kept);
  const copy = `${path}+`;
  const fd = yield* attempt(open(copy, O_WRONLY | O_CREAT | O_TRUNC, 0o600));
  if (fd instanceof Errno) return yield* io.pdie(`can't create '${copy}'`, fd);
  yield* writeAll(fd, encode(text));
  yield* close(fd);
  if (!(old instanceof Errno)) {
    yield* chmod(copy, old.mode & 0o7777);
    yield* chown(copy, old.uid, old.gid);
  }
  const error = yield* attempt(rename(copy, path));
  if (error instanceof Errno) yield* io.pdie(`can't move '${copy}'`, error);
}

/** Adds a record at the end of a file. False if the file is missing and may be. */
export function* appendRecord(io: Io, path: string, record: string, mustExist: boolean): Routine<boolean> {
  const text = yield* attempt(readText(path));
  if (text instanceof Errno) {
    if (mustExist) yield* io.perror(`can't open '${path}'`, text);
    return false;
  }
  yield* replaceFile(io, path, `${text === "" || text.endsWith("\n") ? text : `${text}\n`}${record}\n`);
  return true;
}

/** Drops the record of a name; does nothing without the file. */
export function* removeRecord(io: Io, path: string, name: string): Routine<void> {
  yield* editRecords(io, path, (record) => (record.startsWith(`${name}:`) ? undefined : record));
}

/** Changes who is in groups: the last field of a record is a list of members. */
export function* editMembers(
  io: Io,
  path: string,
  edit: (group: string, members: readonly string[]) => readonly string[],
): Routine<void> {
  yield* editRecords(io, path, (record) => {
    const fields = record.split(":");
    if (fields.length < 4) return record;
    const members = (fields[3] ?? "").split(",").filter((member) => member !== "");
    const changed = edit(fields[0] ?? "", members);
    return changed === members ? record : [...fields.slice(0, 3), changed.join(",")].join(":");
  });
}

function* editRecords(io: Io, path: string, edit: (record: string) => string | undefined): Routine<void> {
  const text = yield* attempt(readText(path));
  if (text instanceof Errno) return;
  const changed = text.split("\n").flatMap((line) => (line === "" ? [line] : (edit(line) ?? [])));
  const result = changed.join("\n");
  if (result !== text) yield* replaceFile(io, path, result);
}

/** Names that programs can live with: they begin with a letter or digit and hold nothing that files use. */
export function* checkName(io: Io, name: string): Routine<void> {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/.test(name)) return;
  yield* io.die("illegal characters in user name");
}
