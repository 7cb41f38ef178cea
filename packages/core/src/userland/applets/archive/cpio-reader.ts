/** Reading a cpio archive in its "new ASCII" format. @see cpio(5) */
import { makedev, type Routine } from "../../../abi/index.ts";
import { decode, latin1 } from "../../../lib/index.ts";
import type { Io } from "../../io.ts";
import { type Member, typeOf } from "./member.ts";
import type { Source } from "./source.ts";

/** Headers, names and data begin at multiples of it. */
export const CPIO_ALIGNMENT = 4;
const CPIO_HEADER_SIZE = 110;
/** Without checksums and with them. */
export const CPIO_MAGIC = "070701";
const CHECKED_MAGIC = "070702";
export const CPIO_TRAILER = "TRAILER!!!";
const FIELD_SIZE = 8;

export interface CpioMember extends Member {
  /** Only a link to another member, or to a file without data: it is made, but not listed. */
  readonly isLate: boolean;
}

/** A name whose data come with another one of the same inode. */
interface Waiting {
  readonly key: string;
  readonly member: Member;
}

export class CpioReader {
  readonly #io: Io;
  readonly #source: Source;
  readonly #waiting: Waiting[] = [];
  /** Names of inodes whose data were there, by device and inode. */
  readonly #made = new Map<string, string>();
  #ended = false;
  /** Blocks of 512 bytes up to the trailer, once it was met. */
  blocks: number | undefined;

  constructor(io: Io, source: Source) {
    this.#io = io;
    this.#source = source;
  }

  /** The next member; its data follow in the source. `undefined` at the end of the archive. */
  *next(): Routine<CpioMember | undefined> {
    while (!this.#ended) {
      yield* this.#source.align(CPIO_ALIGNMENT);
      const bytes = yield* this.#source.take(CPIO_HEADER_SIZE);
      if (bytes.length === 0 && !this.#source.failed) return undefined;
      if (bytes.length < CPIO_HEADER_SIZE) yield* this.#io.die("short read");
      const found = yield* this.#member(latin1(bytes));
      if (found !== undefined) return found;
    }
    return this.#late();
  }

  *#member(header: string): Routine<CpioMember | undefined> {
    const magic = header.slice(0, CPIO_MAGIC.length);
    if (magic !== CPIO_MAGIC && magic !== CHECKED_MAGIC) {
      yield* this.#io.die("unsupported cpio format, use newc or crc");
    }
    const fields: number[] = [];
    for (let at = CPIO_MAGIC.length; at < CPIO_HEADER_SIZE - FIELD_SIZE; at += FIELD_SIZE) {
      fields.push(Number.parseInt(header.slice(at, at + FIELD_SIZE), 16) || 0);
    }
    const [ino, mode = 0, uid = 0, gid = 0, nlink = 0, mtime = 0, size = 0, ...rest] = fields;
    const [major, minor, specialMajor = 0, specialMinor = 0, nameSize = 0] = rest;
    const raw = yield* this.#text(nameSize);
    yield* this.#source.align(CPIO_ALIGNMENT);
    if (raw === CPIO_TRAILER) {
      this.blocks = Math.ceil(this.#source.offset / 512);
      this.#ended = true;
      return undefined;
    }
    const plain: Member = {
      name: raw.replace(/^\/+/, ""),
      mode,
      uid,
      gid,
      userName: "",
      groupName: "",
      mtimeUs: mtime * 1e6,
      size,
      linkTarget: undefined,
      device: makedev(specialMajor, specialMinor),
    };
    if (typeOf(plain) === "symlink") {
      return { ...plain, size: 0, linkTarget: yield* this.#text(size), isLate: false };
    }
    if (nlink > 1 && typeOf(plain) !== "dir") {
      const key = `${major}:${minor}:${ino}`;
      if (size === 0) {
        this.#waiting.unshift({ key, member: plain });
        return undefined;
      }
      this.#made.set(key, plain.name);
    }
    return { ...plain, isLate: false };
  }

  /** A name that waited: a link to the member with the data, or, where none had any, the file itself. */
  #late(): CpioMember | undefined {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return undefined;
    const { key, member } = waiting;
    const first = this.#made.get(key);
    if (first === undefined) this.#made.set(key, member.name);
    return { ...member, linkTarget: first, isLate: true };
  }

  *#text(size: number): Routine<string> {
    return decode(yield* this.#source.need(size)).replace(/\0.*$/s, "");
  }
}
