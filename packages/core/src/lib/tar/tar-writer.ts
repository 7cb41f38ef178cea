/**
 * Writes tar archives byte for byte as Go's archive/tar does: layer digests depend on it.
 *
 * USTAR where a header fits into it, PAX where it does not.
 *
 * @see Go's archive/tar/writer.go
 */
import { assert } from "../assert.ts";
import { concat } from "../bytes.ts";
import { ChunkWriter } from "../chunk-writer.ts";
import { type Bytes, Chunks, wholeOf } from "../chunks.ts";
import { join } from "../path.ts";
import { encode } from "../text.ts";
import { BLOCK_SIZE, BlockWriter, FIELDS, fitsOctal, paddingOf } from "./tar-block.ts";
import type { TarEntry, TarHeader } from "./tar-header.ts";
import { HeaderPattern } from "./tar-pattern.ts";
import { formatPax, formatPaxTime, type PaxRecords, XATTR_PREFIX } from "./tar-pax.ts";

/** Data of more bytes are handed on as they are instead of being copied behind their header. */
const COPIED = 16 * 1024;

/** PAX keeps the subsecond part of times; otherwise they are rounded to seconds. */
export type TarFormat = "any" | "pax";

/** The whole archive. Entries stay in the order in which they are given. */
export function packTar(entries: Iterable<TarEntry>, format: TarFormat = "any"): Uint8Array {
  return concat([...tarChunks(entries, format)]);
}

/** The archive in chunks, of which some are the data of entries themselves. */
export function* tarChunks(entries: Iterable<TarEntry<Bytes>>, format: TarFormat = "any"): Generator<Uint8Array> {
  const chunks = new ChunkWriter();
  const pattern = new HeaderPattern();
  for (const { header, data } of entries) {
    assert(data.length === header.size, `tar: ${header.name} has ${data.length} bytes, not ${header.size}`);
    putHeader(chunks, header, format, pattern);
    const padding = paddingOf(data.length);
    if (data.length <= COPIED) chunks.put(wholeOf(data), padding);
    else {
      for (const chunk of Chunks.of(data)) chunks.hand(chunk);
      chunks.claim(padding);
    }
    yield* chunks.full();
  }
  chunks.claim(END_OF_TAR.length);
  yield* chunks.all();
}

/** Two zero blocks. */
export const END_OF_TAR = new Uint8Array(2 * BLOCK_SIZE);

/** The block or blocks before an entry's data. */
function putHeader(chunks: ChunkWriter, given: TarHeader, format: TarFormat, pattern: HeaderPattern): void {
  assert(given.type !== "other", "tar: an entry of unknown type cannot be written");
  const mtimeUs = format === "any" ? Math.floor(given.mtimeUs / 1e6 + 0.5) * 1e6 : given.mtimeUs;
  const seconds = Math.floor(mtimeUs / 1e6);
  if (fitsUstar(given, mtimeUs)) {
    putMainBlock(pattern.begin(chunks.claim(BLOCK_SIZE), given, seconds), given);
    return;
  }
  const split = splitName(given.name);
  const records = paxRecords(given, mtimeUs);
  const onlyName = records.size === 1 && records.has("path");
  if (records.size === 0 || (onlyName && split !== undefined)) {
    putMainBlock(pattern.begin(chunks.claim(BLOCK_SIZE), given, seconds), given, split);
    return;
  }
  const { name, linkName, userName, groupName } = given;
  const data = formatPax(records);
  putMetaBlock(chunks.claim(BLOCK_SIZE), paxName(name), "x", data.length);
  chunks.claim(data.length + paddingOf(data.length)).set(data);
  const ascii = { name: toAscii(name), linkName: toAscii(linkName) };
  const header = { ...given, ...ascii, userName: toAscii(userName), groupName: toAscii(groupName) };
  putMainBlock(pattern.begin(chunks.claim(BLOCK_SIZE), header, seconds), header);
}

/** True if a USTAR header says it all, as it does of most entries. */
function fitsUstar(header: TarHeader, mtimeUs: number): boolean {
  const { name, linkName, userName, groupName, uid, gid, size, xattrs } = header;
  return (
    fits(name, FIELDS.name.size) &&
    fits(linkName, FIELDS.linkName.size) &&
    fits(userName, FIELDS.userName.size) &&
    fits(groupName, FIELDS.groupName.size) &&
    fitsOctal(uid, FIELDS.uid.size) &&
    fitsOctal(gid, FIELDS.gid.size) &&
    fitsOctal(size, FIELDS.size.size) &&
    fitsOctal(mtimeUs / 1e6, FIELDS.mtime.size) &&
    mtimeUs % 1e6 === 0 &&
    xattrs.size === 0
  );
}

function fits(text: string, most: number): boolean {
  return text.length <= most && isAscii(text);
}

/** What does not fit into a USTAR header. */
function paxRecords(header: TarHeader, mtimeUs: number): PaxRecords {
  const records = new Map<string, Uint8Array>();
  const text = (key: string, value: string, size: number): void => {
    if (value.length > size || !isAscii(value)) records.set(key, encode(value));
  };
  const number = (key: string, value: number, size: number): void => {
    if (!fitsOctal(value, size)) records.set(key, encode(String(value)));
  };
  text("path", header.name, FIELDS.name.size);
  text("linkpath", header.linkName, FIELDS.linkName.size);
  text("uname", header.userName, FIELDS.userName.size);
  text("gname", header.groupName, FIELDS.groupName.size);
  number("uid", header.uid, FIELDS.uid.size);
  number("gid", header.gid, FIELDS.gid.size);
  number("size", header.size, FIELDS.size.size);
  if (!fitsOctal(Math.floor(mtimeUs / 1e6), FIELDS.mtime.size) || mtimeUs % 1e6 !== 0) {
    records.set("mtime", encode(formatPaxTime(mtimeUs)));
  }
  for (const [name, value] of header.xattrs) records.set(`${XATTR_PREFIX}${name}`, value);
  return records;
}

/** A long name that USTAR can split at a slash. */
type SplitName = readonly [prefix: string, suffix: string];

function splitName(name: string): SplitName | undefined {
  if (name.length <= FIELDS.name.size || !isAscii(name)) return undefined;
  let length = name.length;
  if (length > FIELDS.prefix.size + 1) length = FIELDS.prefix.size + 1;
  else if (name.endsWith("/")) length--;
  const slash = name.slice(0, length).lastIndexOf("/");
  const suffixLength = name.length - slash - 1;
  if (slash <= 0 || suffixLength > FIELDS.name.size || suffixLength === 0) return undefined;
  return [name.slice(0, slash), name.slice(slash + 1)];
}

/** Fills in what a pattern leaves open; all texts of the header are ASCII. */
function putMainBlock(writer: BlockWriter, header: TarHeader, split?: SplitName): void {
  writer.text(FIELDS.name, split?.[1] ?? header.name);
  if (header.linkName !== "") writer.text(FIELDS.linkName, header.linkName);
  writer.octal(FIELDS.size, header.size);
  if (split !== undefined) writer.text(FIELDS.prefix, split[0]);
  writer.checksum();
}

/** Fills a zero block before data that describe the next entry. */
function putMetaBlock(block: Uint8Array, name: string, flag: string, size: number): void {
  const writer = new BlockWriter(block);
  writer.text(FIELDS.name, toAscii(name).slice(0, FIELDS.name.size).replace(/\/+$/, ""));
  writer.text(FIELDS.type, flag);
  for (const numeric of [FIELDS.mode, FIELDS.uid, FIELDS.gid, FIELDS.mtime]) writer.octal(numeric, 0);
  writer.octal(FIELDS.size, size);
  writer.magic();
  writer.checksum();
}

/** `a/PaxHeaders.0/b` for `a/b`. */
function paxName(name: string): string {
  const slash = name.lastIndexOf("/");
  return join(name.slice(0, slash + 1), "PaxHeaders.0", name.slice(slash + 1));
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0 || unit > 0x7f) return false;
  }
  return true;
}

/** Characters that are not ASCII are dropped. */
const toAscii = (text: string): string => text.replace(/[^\x01-\x7f]/g, "");
