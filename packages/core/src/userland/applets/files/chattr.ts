/**
 * chattr and lsattr: the attributes of ext2 and its descendants.
 *
 * Unlike Linux, no attribute can be kept: there is no ioctl for them. A file on a disk has extents and nothing else,
 * one on tmpfs nothing at all; immutable and append-only are refused as a container without CAP_LINUX_IMMUTABLE is.
 *
 * @see chattr(1), lsattr(1), ioctl_iflags(2)
 */
import {
  close,
  Errno,
  lstat,
  O_NOCTTY,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_RDONLY,
  open,
  type Routine,
  statfs,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { namesIn, readDirectory } from "../../directory.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { numberOrDie } from "./number.ts";
import { joinPath } from "./paths.ts";

const EXTENTS = "--------------e-----";
const NONE = "--------------------";
const TMPFS = 0x01021994;
/** ext4 and overlay; tmpfs knows attributes but has no extents. */
const DISKS = new Set([0xef53, 0x794c7630]);
const LETTERS = "AacCDdeEFIijNPSsTtuV";
const PRIVILEGED = /[ai]/;

export const lsattr: Applet = function* (io) {
  const options = yield* getopt(io, "Radlvp");
  const { operands } = options;
  const lister = { io, all: options.has("a"), recursive: options.has("R"), long: options.has("l"), options };
  for (const path of operands.length === 0 ? ["."] : operands) {
    const file = yield* attempt(lstat(path));
    if (file instanceof Errno) yield* io.perror(`can't stat '${path}'`, file);
    else if (file.type === "dir" && !options.has("d")) yield* listDirectory(lister, path);
    else yield* listOne(lister, path);
  }
  return 0;
};

interface Lister {
  readonly io: Io;
  readonly all: boolean;
  readonly recursive: boolean;
  readonly long: boolean;
  readonly options: { has(name: string): boolean };
}

function* listDirectory(lister: Lister, directory: string): Routine<void> {
  const entries = yield* attempt(readDirectory(directory));
  if (entries instanceof Errno) return;
  for (const { name } of entries) {
    const path = joinPath(directory, name);
    const file = yield* attempt(lstat(path));
    if (file instanceof Errno) {
      yield* lister.io.perror(`can't stat '${path}'`, file);
      continue;
    }
    if (name.startsWith(".") && !lister.all) continue;
    if (file.type === "file" || file.type === "symlink" || file.type === "dir") yield* listOne(lister, path);
    if (file.type === "dir" && lister.recursive && name !== "." && name !== "..") {
      yield* lister.io.out.write(`\n${path}:\n`);
      yield* listDirectory(lister, path);
      yield* lister.io.out.write("\n");
    }
  }
}

function* listOne({ io, long, options }: Lister, path: string): Routine<void> {
  const fd = yield* openPlain(io, path);
  if (fd === undefined) return;
  yield* close(fd);
  const flags = options.has("v") ? undefined : yield* flagsOf(path);
  if (flags === undefined) {
    yield* io.perror(`reading ${path}`, new Errno("ENOTTY"));
    return;
  }
  const project = options.has("p") ? "    0 " : "";
  const words = flags === EXTENTS ? "Extents" : "---";
  yield* io.out.line(project + (long ? `${path.padEnd(28)} ${words}` : `${flags} ${path}`));
}

/** The attributes of a file; `undefined` on a file system that has none. */
function* flagsOf(path: string): Routine<string | undefined> {
  const file = yield* lstat(path);
  const { magic } = yield* statfs(path);
  if (file.type !== "file" && file.type !== "dir") return undefined;
  if (magic === TMPFS) return NONE;
  return DISKS.has(magic) ? EXTENTS : undefined;
}

function* openPlain(io: Io, path: string): Routine<number | undefined> {
  const fd = yield* attempt(open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW));
  if (!(fd instanceof Errno)) return fd;
  yield* io.perror(`can't open '${path}'`, fd);
  return undefined;
}

interface Change {
  recursive: boolean;
  version: boolean;
  add: string;
  remove: string;
  set: string | undefined;
  project: boolean;
}

export const chattr: Applet = function* (io) {
  const words = io.argv.slice(1);
  const change: Change = { recursive: false, version: false, add: "", remove: "", set: undefined, project: false };
  while (words[0] !== undefined && /^[-+=]/.test(words[0])) {
    const word = words.shift() ?? "";
    if (!(yield* readWord(io, word, words, change))) return yield* showUsage(io);
  }
  if (words.length === 0) return yield* showUsage(io);
  if (change.set !== undefined && (change.add !== "" || change.remove !== "")) {
    return yield* io.die("= is incompatible with - and +");
  }
  if ([...change.remove].some((letter) => `${change.add}${change.set ?? ""}`.includes(letter))) {
    return yield* io.die("can't set and unset a flag");
  }
  const asks = change.version || change.project || change.set !== undefined || change.add + change.remove !== "";
  if (!asks) return yield* io.die("must use -v, -p, =, - or +");
  for (const path of words) yield* changeOne(io, path, change);
  return 0;
};

function* readWord(io: Io, word: string, words: string[], change: Change): Routine<boolean> {
  if (word.startsWith("=")) change.set ??= "";
  for (const letter of word.slice(1)) {
    if (word.startsWith("-") && "RVf".includes(letter)) {
      if (letter === "R") change.recursive = true;
      continue;
    }
    if (word.startsWith("-") && (letter === "v" || letter === "p")) {
      const number = words.shift();
      if (number === undefined) return false;
      yield* numberOrDie(io, number, { most: 0xffff_ffff });
      if (letter === "v") change.version = true;
      else change.project = true;
      continue;
    }
    if (!LETTERS.includes(letter)) return false;
    if (word.startsWith("-")) change.remove += letter;
    else if (word.startsWith("+")) change.add += letter;
    else change.set += letter;
  }
  return true;
}

function* changeOne(io: Io, path: string, change: Change): Routine<void> {
  const file = yield* attempt(lstat(path));
  if (file instanceof Errno) {
    yield* io.perror(`can't stat '${path}'`, file);
    return;
  }
  if (file.type !== "file" && file.type !== "dir" && file.type !== "symlink") return;
  const fd = yield* openPlain(io, path);
  if (fd !== undefined) {
    yield* close(fd);
    if (change.version) yield* io.perror(`setting version on ${path}`, new Errno("ENOTTY"));
    const flags = yield* flagsOf(path);
    const verb = change.set === undefined ? "getting" : "setting";
    if (flags === undefined) yield* io.perror(`${verb} flags on ${path}`, new Errno("ENOTTY"));
    else if (PRIVILEGED.test(change.add + (change.set ?? ""))) {
      yield* io.perror(`setting flags on ${path}`, new Errno("EPERM"));
    }
  }
  if (!change.recursive || file.type !== "dir") return;
  const names = yield* attempt(namesIn(path));
  for (const name of names instanceof Errno ? [] : names) yield* changeOne(io, joinPath(path, name), change);
}
