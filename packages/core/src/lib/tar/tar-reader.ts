/**
 * Reads tar archives: V7, USTAR, PAX and GNU headers, with long names and base-256 numbers.
 *
 * Unlike Go, sparse files are taken as they are stored; global PAX headers are skipped, as Docker does.
 *
 * @see tar(5), Go's archive/tar/reader.go
 */
import { located } from "../archive-error.ts";
import { ChunkReader } from "../chunk-reader.ts";
import type { Bytes, Chunks } from "../chunks.ts";
import { StatusError } from "../status-error.ts";
import { decode, encode } from "../text.ts";
import {
  BLOCK_SIZE,
  checksum,
  FIELDS,
  type Field,
  isZeroBlock,
  numberField,
  paddingOf,
  stringField,
} from "./tar-block.ts";
import { NO_XATTRS, type TarEntry, type TarHeader, type TarType } from "./tar-header.ts";
import { type PaxRecords, parsePax, parsePaxTime, XATTR_PREFIX } from "./tar-pax.ts";

const TYPES: ReadonlyMap<string, TarType> = new Map([
  ["0", "file"],
  ["\0", "file"],
  ["7", "file"],
  ["1", "hardlink"],
  ["2", "symlink"],
  ["3", "char"],
  ["4", "block"],
  ["5", "dir"],
  ["6", "fifo"],
]);

/**
 * The entries of an archive in memory; `data` are views into it, copied only where one of its chunks ends among them.
 *
 * @throws ArchiveError invalid-argument for a broken or cut archive, with the messages of Go's archive/tar.
 */
export function readTar(archive: Bytes): Generator<TarEntry> {
  return entriesOf(archive, (reader, size) => reader.takeWhole(size));
}

/** The same, with data in as many chunks as they lie in: nothing is copied. @throws as `readTar` */
export function readTarInChunks(archive: Bytes): Generator<TarEntry<Chunks>> {
  return entriesOf(archive, (reader, size) => reader.take(size));
}

function* entriesOf<Data extends Bytes>(
  archive: Bytes,
  takeData: (reader: ChunkReader, size: number) => Data,
): Generator<TarEntry<Data>> {
  const decoder = new TarDecoder();
  const reader = new ChunkReader(archive);
  let offset = 0;
  const present = (size: number): number => {
    if (size > reader.left) throw broken("unexpected EOF");
    return size;
  };
  const skipPadding = (size: number): void => reader.skip(Math.min(reader.left, paddingOf(size)));
  try {
    while (reader.left > 0) {
      const block = reader.takeWhole(present(BLOCK_SIZE));
      if (isZeroBlock(block)) {
        offset = archive.length - reader.left;
        const isEnd = reader.left === 0 || isZeroBlock(reader.takeWhole(present(BLOCK_SIZE)));
        if (!isEnd) throw broken("archive/tar: invalid tar header");
        return;
      }
      const found = decoder.header(block);
      if (found.kind === "meta") {
        decoder.meta(reader.takeWhole(present(found.size)));
        skipPadding(found.size);
        continue;
      }
      const { header } = found;
      const data = takeData(reader, present(header.size));
      skipPadding(header.size);
      yield { header, data, offset };
      offset = archive.length - reader.left;
    }
  } catch (error) {
    throw located(error, offset);
  }
}

/**
 * The header of the first entry, whether or not its data are there; `undefined` if there is none.
 *
 * @throws StatusError invalid-argument for a block that is no header
 */
export function firstTarHeader(archive: Uint8Array): TarHeader | undefined {
  const decoder = new TarDecoder();
  for (let at = 0; at + BLOCK_SIZE <= archive.length; ) {
    const block = archive.subarray(at, at + BLOCK_SIZE);
    if (isZeroBlock(block)) return undefined;
    const found = decoder.header(block);
    if (found.kind === "entry") return found.header;
    const [start, end] = [at + BLOCK_SIZE, at + BLOCK_SIZE + found.size];
    if (end > archive.length) return undefined;
    decoder.meta(archive.subarray(start, end));
    at = end + paddingOf(found.size);
  }
  return undefined;
}

/** What a header block announces: an entry, or data about the next one that is to be given to `meta`. */
export type TarStep =
  | { readonly kind: "entry"; readonly header: TarHeader }
  | { readonly kind: "meta"; readonly size: number };

/** Puts entries together from their header blocks: for readers that get an archive in pieces. */
export class TarDecoder {
  #flag = "";
  #records: PaxRecords = NO_RECORDS;
  #longName: string | undefined;
  #longLink: string | undefined;

  /** Takes a header block, which is not zero. @throws StatusError invalid-argument */
  header(block: Uint8Array): TarStep {
    const header = parseBlock(block);
    const flag = flagOf(block);
    this.#flag = flag;
    if ("xgLK".includes(flag)) return { kind: "meta", size: header.size };
    const merged = this.#merge(header);
    const type = flag === "\0" && merged.name.endsWith("/") ? "dir" : merged.type;
    const size = type === "file" || type === "other" ? merged.size : 0;
    const isSame = type === merged.type && size === merged.size;
    return { kind: "entry", header: isSame ? merged : { ...merged, type, size } };
  }

  /** What was said about this entry beforehand counts more than its own header. */
  #merge(header: TarHeader): TarHeader {
    const [records, longName, longLink] = [this.#records, this.#longName, this.#longLink];
    if (records.size === 0 && longName === undefined && longLink === undefined) return header;
    this.#records = NO_RECORDS;
    this.#longName = undefined;
    this.#longLink = undefined;
    const merged = mergePax(header, records);
    return { ...merged, name: longName ?? merged.name, linkName: longLink ?? merged.linkName };
  }

  /** Takes the data that `header` asked for. @throws StatusError invalid-argument */
  meta(data: Uint8Array): void {
    if (this.#flag === "L") this.#longName = cString(data) || undefined;
    else if (this.#flag === "K") this.#longLink = cString(data) || undefined;
    else {
      const records = parsePax(data);
      if (records === undefined) throw broken("archive/tar: invalid tar header");
      if (this.#flag === "x") this.#records = records;
    }
  }
}

const NO_RECORDS: PaxRecords = new Map();

const flagOf = (block: Uint8Array): string => String.fromCharCode(block[FIELDS.type.at] ?? 0);

/** @throws StatusError invalid-argument */
function parseBlock(block: Uint8Array): TarHeader {
  const sum = numberField(block, FIELDS.checksum);
  const { unsigned, signed } = checksum(block);
  if (sum === undefined || (sum !== unsigned && sum !== signed)) throw broken("archive/tar: invalid tar header");
  const isUstar = magicIs(block, USTAR);
  const hasOwners = isUstar || magicIs(block, GNU);
  const name = text(block, FIELDS.name);
  const prefix = isUstar ? text(block, FIELDS.prefix) : "";
  const size = number(block, FIELDS.size);
  if (size < 0) throw broken("archive/tar: invalid tar header");
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    type: TYPES.get(flagOf(block)) ?? "other",
    linkName: text(block, FIELDS.linkName),
    size,
    mode: number(block, FIELDS.mode),
    uid: number(block, FIELDS.uid),
    gid: number(block, FIELDS.gid),
    userName: hasOwners ? text(block, FIELDS.userName) : "",
    groupName: hasOwners ? text(block, FIELDS.groupName) : "",
    mtimeUs: number(block, FIELDS.mtime) * 1e6,
    major: hasOwners ? number(block, FIELDS.major) : 0,
    minor: hasOwners ? number(block, FIELDS.minor) : 0,
    xattrs: NO_XATTRS,
  };
}

/** Magic and version together. */
const USTAR = encode("ustar\x0000");
const GNU = encode("ustar  \0");

function magicIs(block: Uint8Array, magic: Uint8Array): boolean {
  for (let i = 0; i < magic.length; i++) if (block[FIELDS.magic.at + i] !== magic[i]) return false;
  return true;
}

function text(block: Uint8Array, field: Field): string {
  return block[field.at] === 0 ? "" : decode(stringField(block, field));
}

/** @throws StatusError invalid-argument */
function number(block: Uint8Array, field: Field): number {
  const value = numberField(block, field);
  if (value === undefined) throw broken("archive/tar: invalid tar header");
  return value;
}

/** Records replace fields; empty ones do not. @throws StatusError invalid-argument */
function mergePax(header: TarHeader, records: PaxRecords): TarHeader {
  if (records.size === 0) return header;
  const text = (key: string, old: string): string => {
    const value = records.get(key);
    return value === undefined || value.length === 0 ? old : decode(value);
  };
  const number = (key: string, old: number, parse: (text: string) => number | undefined): number => {
    const shown = text(key, "");
    const value = shown === "" ? old : parse(shown);
    if (value === undefined) throw broken("archive/tar: invalid tar header");
    return value;
  };
  const integer = (shown: string): number | undefined => (/^-?\d{1,15}$/.test(shown) ? Number(shown) : undefined);
  const natural = (shown: string): number | undefined => (/^\d{1,15}$/.test(shown) ? Number(shown) : undefined);
  const xattrs = new Map<string, Uint8Array>();
  for (const [key, value] of records) {
    if (key.startsWith(XATTR_PREFIX) && value.length > 0) xattrs.set(key.slice(XATTR_PREFIX.length), value);
  }
  return {
    ...header,
    name: text("path", header.name),
    linkName: text("linkpath", header.linkName),
    userName: text("uname", header.userName),
    groupName: text("gname", header.groupName),
    uid: number("uid", header.uid, integer),
    gid: number("gid", header.gid, integer),
    size: number("size", header.size, natural),
    mtimeUs: number("mtime", header.mtimeUs, parsePaxTime),
    xattrs,
  };
}

const cString = (data: Uint8Array): string => decode(stringField(data, { at: 0, size: data.length }));

const broken = (message: string): StatusError => new StatusError("invalid-argument", message);
