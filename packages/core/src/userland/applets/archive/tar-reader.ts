/** Reading a tar archive: header blocks, with GNU's long names. @see pax(1p) "ustar Interchange Format", tar(5) */
import { makedev, type Routine, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFREG } from "../../../abi/index.ts";
import { BLOCK_SIZE, decode, latin1 } from "../../../lib/index.ts";
import type { Io } from "../../io.ts";
import type { Member } from "./member.ts";
import type { Source } from "./source.ts";

type Field = readonly [offset: number, size: number];

const NAME = [0, 100] as const;
const MODE = [100, 8] as const;
const UID = [108, 8] as const;
const GID = [116, 8] as const;
const SIZE = [124, 12] as const;
const MTIME = [136, 12] as const;
const CHECKSUM = [148, 8] as const;
const TYPE = 156;
const LINK_NAME = [157, 100] as const;
const MAGIC = [257, 5] as const;
const USER_NAME = [265, 32] as const;
const GROUP_NAME = [297, 32] as const;
const MAJOR = [329, 8] as const;
const MINOR = [337, 8] as const;
const PREFIX = [345, 155] as const;
/** Names longer than this are no names. */
const LONGEST_NAME = 0xfff;
const SHORT = "short read";

const TYPE_BITS: Readonly<Record<string, number>> = {
  "0": S_IFREG,
  "1": S_IFREG,
  "2": S_IFLNK,
  "3": S_IFCHR,
  "4": S_IFBLK,
  "5": S_IFDIR,
  "6": S_IFIFO,
  "7": S_IFREG,
};

export class TarReader {
  readonly #io: Io;
  readonly #source: Source;

  /** There was nothing at all, which was said. */
  isEmpty = false;

  constructor(io: Io, source: Source) {
    this.#io = io;
    this.#source = source;
  }

  /** The next member; its data follow in the source. `undefined` at the end of the archive. */
  *next(): Routine<Member | undefined> {
    let longName: string | undefined;
    let longLink: string | undefined;
    let emptyBlocks = 0;
    for (;;) {
      yield* this.#source.align(BLOCK_SIZE);
      const block = yield* this.#source.take(BLOCK_SIZE);
      if (block.length === 0) {
        this.isEmpty = this.#source.offset === 0;
        if (this.isEmpty) yield* this.#io.warn(SHORT);
        return undefined;
      }
      if (block.length < BLOCK_SIZE) yield* this.#io.die(SHORT);
      if (block[0] === 0 && block[PREFIX[0]] === 0 && longName === undefined) {
        if (++emptyBlocks < 2) continue;
        yield* this.#drain();
        return undefined;
      }
      emptyBlocks = 0;
      yield* this.#check(block);
      const flag = String.fromCharCode(block[TYPE] || 0x30);
      if (TYPE_BITS[flag] !== undefined) return member(block, flag, longName, longLink);
      const size = number(block, SIZE);
      if (flag === "L" || flag === "K") {
        if (size > LONGEST_NAME) yield* this.#io.die("bad archive");
        const text = decode(yield* this.#source.need(size)).replace(/\0.*$/s, "");
        if (flag === "L") longName = text;
        else longLink = text;
      } else yield* this.#skip(flag, size);
    }
  }

  *#check(block: Uint8Array): Routine<void> {
    const magic = latin1(block.subarray(MAGIC[0], MAGIC[0] + MAGIC[1]));
    if (magic !== "ustar" && magic !== "\0\0\0\0\0") yield* this.#io.die("invalid tar magic");
    let sum = 0;
    for (const [index, byte] of block.entries()) {
      sum += index >= CHECKSUM[0] && index < CHECKSUM[0] + CHECKSUM[1] ? 0x20 : byte;
    }
    if (!isNumber(block, CHECKSUM)) yield* this.#io.die(NOT_OCTAL);
    if (sum !== number(block, CHECKSUM)) yield* this.#io.die("invalid tar header checksum");
    const device = block[MAJOR[0]] === 0 ? [] : [MINOR, MAJOR];
    const numbers = [...device, MTIME, SIZE, GID, UID, MODE];
    if (!numbers.every((field) => isNumber(block, field))) yield* this.#io.die(NOT_OCTAL);
  }

  /** Attributes that busybox does not know are passed over. */
  *#skip(flag: string, size: number): Routine<void> {
    if (!"xgV".includes(flag)) yield* this.#io.die(`unknown typeflag: 0x${flag.charCodeAt(0).toString(16)}`);
    if (flag === "V") yield* this.#io.warn(`warning: skipping header '${flag}'`);
    yield* this.#source.skip(size);
  }

  /** Whoever writes into the pipe is not to die of it. */
  *#drain(): Routine<void> {
    while ((yield* this.#source.take(BLOCK_SIZE)).length === BLOCK_SIZE);
  }
}

function member(block: Uint8Array, flag: string, longName: string | undefined, longLink: string | undefined): Member {
  const prefix = text(block, PREFIX);
  const name = longName ?? (prefix === "" ? text(block, NAME) : `${prefix}/${text(block, NAME)}`);
  const link = longLink ?? text(block, LINK_NAME);
  const isOldDirectory = flag === "0" && name.endsWith("/");
  const type = isOldDirectory ? S_IFDIR : (TYPE_BITS[flag] as number);
  const hasData = (flag === "0" || flag === "7") && !isOldDirectory;
  return {
    name,
    mode: type | (number(block, MODE) & 0o7777),
    uid: number(block, UID),
    gid: number(block, GID),
    userName: text(block, USER_NAME),
    groupName: text(block, GROUP_NAME),
    mtimeUs: number(block, MTIME) * 1e6,
    size: hasData ? number(block, SIZE) : 0,
    linkTarget: link === "" ? undefined : link,
    device: block[MAJOR[0]] === 0 ? 0 : makedev(number(block, MAJOR), number(block, MINOR)),
  };
}

function text(block: Uint8Array, [at, size]: Field): string {
  const bytes = block.subarray(at, at + size);
  const end = bytes.indexOf(0);
  return decode(end < 0 ? bytes : bytes.subarray(0, end));
}

const NOT_OCTAL = "corrupted octal value in tar header";

/** Whether {@link number} can read a field: digits end with a blank or NUL, and there may be none. */
function isNumber(block: Uint8Array, [at, size]: Field): boolean {
  return ((block[at] ?? 0) & 0x80) !== 0 || /^[ \t]*[0-7]*(?:[ \0]|$)/.test(latin1(block.subarray(at, at + size)));
}

/** Octal digits; or, if the first bit is set, a number in base 256. */
function number(block: Uint8Array, [at, size]: Field): number {
  const bytes = block.subarray(at, at + size);
  if (((bytes[0] ?? 0) & 0x80) !== 0) {
    return bytes.reduce((value, byte, index) => value * 256 + (index === 0 ? byte & 0x7f : byte), 0);
  }
  return Number.parseInt(/^ *([0-7]*)/.exec(latin1(bytes))?.[1] || "0", 8);
}
