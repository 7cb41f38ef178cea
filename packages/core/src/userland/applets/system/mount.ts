/**
 * mount: attach a file system.
 *
 * Unlike the real one it starts no `mount.TYPE` helpers and sets no loop devices up: there are none.
 *
 * @see mount(8), mount(2)
 */
import {
  Errno,
  getcwd,
  MS_BIND,
  MS_MOVE,
  MS_RDONLY,
  MS_REMOUNT,
  mount as mountCall,
  type Routine,
  stat,
} from "../../../abi/index.ts";
import { clean, join } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, Io, readText } from "../../io.ts";
import { appendOptions, type MountOptions, PROPAGATION_FLAGS, parseMountOptions } from "./mount-options.ts";
import { type MountEntry, MTAB, mountEntries, typeMatches } from "./mount-table.ts";

const FSTAB = "/etc/fstab";
const PERMISSION_DENIED = "permission denied (are you root?)";
const FAILED = 255;

export const mount: Applet = function* (io) {
  const words = io.argv.slice(1);
  const longs = words.filter((word) => word.startsWith("--")).map((word) => word.slice(2));
  const plain = new Io(io.name, [io.calledAs, ...words.filter((word) => !word.startsWith("--"))], io.env);
  const options = yield* getopt(plain, "o:t:rwanfvsiO:T:");
  if (options.operands.length > 2) return yield* showUsage(io);
  let given = "";
  const switches = [...(options.has("r") ? ["ro"] : []), ...(options.has("w") ? ["rw"] : [])];
  for (const text of [...longs, ...options.values("o"), ...switches]) given = appendOptions(given, text);
  const [first, second] = options.operands;
  if (first === undefined) return options.has("a") ? yield* mountAll(io, options) : yield* list(io, options.value("t"));
  if (second === undefined) return yield* mountFromTable(io, options, first, given);
  const type = options.value("t") ?? "";
  return yield* mountOne(io, options, { source: first, directory: second, type, options: given });
};

function* list(io: Io, type: string | undefined): Routine<number> {
  const entries = yield* mountEntries(MTAB);
  if (entries instanceof Errno) return yield* io.die(`no ${MTAB}`);
  for (const entry of entries) {
    if (type !== undefined && entry.type !== type) continue;
    yield* io.out.line(`${entry.source} on ${entry.directory} type ${entry.type} (${entry.options})`);
  }
  return 0;
}

/** `mount -a`: everything in fstab that is not mounted yet. Returns how many failed. */
function* mountAll(io: Io, options: Options): Routine<number> {
  const mounted = yield* mountEntries(MTAB);
  const taken = new Set(mounted instanceof Errno ? [] : mounted.map(({ directory }) => directory));
  let failures = 0;
  for (const entry of yield* readTable(io, options.value("T") ?? FSTAB)) {
    const isWanted = typeMatches(entry.type, options.value("t")) && optionsMatch(entry.options, options.value("O"));
    if (!isWanted || entry.type === "swap" || parseMountOptions(entry.options).noauto) continue;
    if (/(^|,)(sw|swap)(,|$)/.test(entry.options) || taken.has(clean(entry.directory))) continue;
    if ((yield* mountOne(io, options, entry)) !== 0) failures++;
  }
  return failures;
}

/** Every option must be there, or missing if it begins with `no`. */
function optionsMatch(have: string, wanted: string | undefined): boolean {
  const words = have.split(",");
  const listed = (wanted ?? "").split(",").filter((word) => word !== "");
  return listed.every((word) => (word.startsWith("no") ? !words.includes(word.slice(2)) : words.includes(word)));
}

/** One name: a propagation type for a mount, a mount to be changed, or an entry of fstab. */
function* mountFromTable(io: Io, options: Options, name: string, given: string): Routine<number> {
  const { flags } = parseMountOptions(given);
  if ((flags & PROPAGATION_FLAGS) !== 0) {
    const error = yield* attempt(mountCall("", name, "", flags));
    return error instanceof Errno ? yield* io.pdie(name, error) : 0;
  }
  const table = (flags & MS_REMOUNT) !== 0 ? MTAB : (options.value("T") ?? FSTAB);
  const path = clean(name.startsWith("/") ? name : join(yield* getcwd(), name));
  const entries = yield* readTable(io, table);
  const isNamed = ({ source, directory }: MountEntry): boolean =>
    [source, directory].some((field) => field === name || field === path);
  const entry = entries.findLast(isNamed);
  if (entry === undefined) return yield* io.die(`can't find ${name} in ${table}`);
  return yield* mountOne(io, options, { ...entry, options: appendOptions(entry.options, given) });
}

function* readTable(io: Io, path: string): Routine<readonly MountEntry[]> {
  const entries = yield* mountEntries(path);
  return entries instanceof Errno ? yield* io.pdie(`can't read '${path}'`, entries) : entries;
}

function* mountOne(io: Io, options: Options, entry: MountEntry): Routine<number> {
  const parsed = parseMountOptions(entry.options);
  let { flags } = parsed;
  const moves = (flags & (MS_REMOUNT | MS_BIND | MS_MOVE)) !== 0;
  const known = entry.type === "auto" ? "" : entry.type;
  if (!moves && known === "" && (yield* isDirectory(entry.source))) flags |= MS_BIND;
  const needsType = known === "" && (flags & (MS_REMOUNT | MS_BIND | MS_MOVE)) === 0;
  const types = needsType ? yield* diskTypes() : known.split(",");
  if (options.has("f")) return 0;
  let error: Errno | undefined = new Errno("EINVAL");
  for (const type of types) {
    error = yield* mountNow(io, options, entry, type, { ...parsed, flags });
    if (error === undefined) return 0;
  }
  if (error.code === "EBUSY" && options.has("a")) return 0;
  if (error.code === "ENOENT" && parsed.nofail) return 0;
  yield* io.perror(`mounting ${entry.source} on ${entry.directory} failed`, error);
  return FAILED;
}

/** Tries once more, read-only, if that may be why it failed. */
function* mountNow(
  io: Io,
  options: Options,
  { source, directory }: MountEntry,
  type: string,
  { flags, data }: MountOptions,
): Routine<Errno | undefined> {
  let error = yield* attempt(mountCall(source, directory, type, flags, data));
  const mayRetry = (flags & MS_RDONLY) === 0 && !options.has("w");
  if (error instanceof Errno && mayRetry && (error.code === "EACCES" || error.code === "EROFS")) {
    error = yield* attempt(mountCall(source, directory, type, flags | MS_RDONLY, data));
  }
  if (!(error instanceof Errno)) return undefined;
  if (error.code === "EPERM") return yield* io.die(PERMISSION_DENIED);
  return error;
}

function* isDirectory(path: string): Routine<boolean> {
  const found = yield* attempt(stat(path));
  return !(found instanceof Errno) && found.type === "dir";
}

/** The types that need a disk: what a file system without a type may be. */
function* diskTypes(): Routine<readonly string[]> {
  const text = yield* attempt(readText("/proc/filesystems"));
  if (text instanceof Errno) return [];
  return text.split("\n").flatMap((line) => (line.startsWith("nodev") || line.trim() === "" ? [] : [line.trim()]));
}
