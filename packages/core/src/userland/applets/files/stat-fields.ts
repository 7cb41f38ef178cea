/** What each letter of a `stat -c` format stands for. */
import {
  Errno,
  major,
  minor,
  PERMISSION_BITS,
  type Routine,
  readlink,
  type Stat,
  type StatFs,
} from "../../../abi/index.ts";
import { civilOf, strftime, zoneOf } from "../../dates.ts";
import { attempt, type Io } from "../../io.ts";
import { modeString } from "../../mode.ts";
import { groupById, userById } from "../../passwd.ts";
import type { Field } from "./stat-format.ts";

const UNKNOWN = "UNKNOWN";
const BLOCK_UNIT = 512;
const US_PER_SECOND = 1_000_000;

const TYPE_NAMES = {
  file: "regular file",
  dir: "directory",
  block: "block special file",
  char: "character special file",
  fifo: "fifo",
  symlink: "symbolic link",
  socket: "socket",
} as const;

/** Names of file systems by the magic numbers of statfs(2); overlay is not among those that are known. */
const FILE_SYSTEM_NAMES = new Map([
  [0x1cd1, "devpts"],
  [0xef53, "ext2/ext3"],
  [0x58465342, "xfs"],
  [0x9660, "isofs"],
  [0x6969, "nfs"],
  [0x9fa0, "proc"],
  [0x01021994, "tmpfs"],
  [0x858458f6, "ramfs"],
  [0x73717368, "squashfs"],
  [0x62656572, "sysfs"],
]);

const text = (value: string): Field => ({ text: value, kind: "text" });
const unsigned = (number: number): Field => ({ number, kind: "unsigned" });
const hex = (number: number): Field => ({ number, kind: "hex" });
const seconds = (timeUs: number): Field => ({ number: Math.floor(timeUs / US_PER_SECOND), kind: "signed" });

export class FileFields {
  readonly #io: Io;
  readonly #path: string;
  readonly #file: Stat;

  constructor(io: Io, path: string, file: Stat) {
    this.#io = io;
    this.#path = path;
    this.#file = file;
  }

  /** The value for a letter; `undefined` if it stands for nothing. */
  *get(letter: string): Routine<Field | undefined> {
    const file = this.#file;
    switch (letter) {
      case "N":
        return yield* this.#nameAndTarget();
      case "U":
        return text((yield* userById(this.#io, file.uid))?.name ?? UNKNOWN);
      case "G":
        return text((yield* groupById(this.#io, file.gid))?.name ?? UNKNOWN);
      case "x":
        return text(this.#time(file.atimeUs));
      case "y":
        return text(this.#time(file.mtimeUs));
      case "z":
        return text(this.#time(file.ctimeUs));
      default:
        return this.#plain(letter);
    }
  }

  #plain(letter: string): Field | undefined {
    const file = this.#file;
    const isEmpty = file.type === "file" && file.size === 0;
    const fields: Readonly<Record<string, Field>> = {
      a: { number: file.mode & PERMISSION_BITS, kind: "octal" },
      A: text(modeString(file.mode)),
      b: unsigned(file.blocks),
      B: unsigned(BLOCK_UNIT),
      d: unsigned(file.dev),
      D: hex(file.dev),
      f: hex(file.mode),
      F: text(isEmpty ? "regular empty file" : TYPE_NAMES[file.type]),
      g: unsigned(file.gid),
      h: unsigned(file.nlink),
      i: unsigned(file.ino),
      n: text(this.#path),
      o: unsigned(file.blockSize),
      s: unsigned(file.size),
      t: hex(major(file.rdev)),
      T: hex(minor(file.rdev)),
      u: unsigned(file.uid),
      X: seconds(file.atimeUs),
      Y: seconds(file.mtimeUs),
      Z: seconds(file.ctimeUs),
    };
    return fields[letter];
  }

  *#nameAndTarget(): Routine<Field> {
    if (this.#file.type !== "symlink") return text(this.#path);
    const target = yield* attempt(readlink(this.#path));
    if (!(target instanceof Errno)) return { text: `'${this.#path}' -> '${target}'`, kind: "verbatim" };
    yield* this.#io.warn(`${this.#path}: cannot read link: ${target.message}`);
    return { text: "", kind: "verbatim" };
  }

  /** Nanoseconds are shown, microseconds are known. */
  #time(timeUs: number): string {
    const us = timeUs - Math.floor(timeUs / US_PER_SECOND) * US_PER_SECOND;
    const fraction = String(us).padStart(6, "0");
    return strftime(`%Y-%m-%d %H:%M:%S.${fraction}000 %z`, civilOf(timeUs, zoneOf(this.#io.env.get("TZ"))));
  }
}

export class FileSystemFields {
  readonly #path: string;
  readonly #fileSystem: StatFs;

  constructor(path: string, fileSystem: StatFs) {
    this.#path = path;
    this.#fileSystem = fileSystem;
  }

  *get(letter: string): Routine<Field | undefined> {
    const { magic, blockSize, blocks, blocksFree, files, filesFree, nameMax } = this.#fileSystem;
    const fields: Readonly<Record<string, Field>> = {
      a: unsigned(blocksFree),
      b: unsigned(blocks),
      c: unsigned(files),
      d: unsigned(filesFree),
      f: unsigned(blocksFree),
      // The system call tells no id of the file system.
      i: hex(0),
      l: unsigned(nameMax),
      n: text(this.#path),
      s: unsigned(blockSize),
      S: unsigned(blockSize),
      t: hex(magic),
      T: text(FILE_SYSTEM_NAMES.get(magic) ?? UNKNOWN),
    };
    return fields[letter];
  }
}
