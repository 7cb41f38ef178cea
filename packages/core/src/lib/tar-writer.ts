/**
 * Writes tar archives byte for byte as Go's archive/tar does: layer digests depend on it.
 *
 * USTAR where a header fits into it, PAX where it does not.
 *
 * @see Go's archive/tar/writer.go
 */
import { assert } from "./assert.ts";
import { concat } from "./bytes.ts";
import { join } from "./path.ts";
import { BLOCK_SIZE, FIELDS, fitsOctal, paddingOf, putChecksum, putOctal, putString, ZERO_BLOCK } from "./tar-block.ts";
import type { TarEntry, TarHeader, TarType } from "./tar-header.ts";
import { formatPax, formatPaxTime, type PaxRecords, XATTR_PREFIX } from "./tar-pax.ts";
import { byteLength, encode, latin1 } from "./text.ts";

const TYPE_FLAGS: Readonly<Record<Exclude<TarType, "other">, string>> = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  char: "3",
  block: "4",
  dir: "5",
  fifo: "6",
};

/** PAX keeps the subsecond part of times; otherwise they are rounded to seconds. */
export type TarFormat = "any" | "pax";

/** The whole archive. Entries stay in the order in which they are given. */
export function packTar(entries: Iterable<TarEntry>, format: TarFormat = "any"): Uint8Array {
  return concat([...tarChunks(entries, format)]);
}

/** The archive piece by piece. */
export function* tarChunks(entries: Iterable<TarEntry>, format: TarFormat = "any"): Generator<Uint8Array> {
  for (const { header, data } of entries) {
    assert(data.length === header.size, `tar: ${header.name} has ${data.length} bytes, not ${header.size}`);
    yield encodeTarHeader(header, format);
    if (data.length > 0) yield data;
    const padding = paddingOf(data.length);
    if (padding > 0) yield ZERO_BLOCK.subarray(0, padding);
  }
  yield END_OF_TAR;
}

/** Two zero blocks. */
export const END_OF_TAR = new Uint8Array(2 * BLOCK_SIZE);

/** The block or blocks before an entry's data. */
export function encodeTarHeader(given: TarHeader, format: TarFormat = "any"): Uint8Array {
  assert(given.type !== "other", "tar: an entry of unknown type cannot be written");
  const roundedUs = Math.floor(given.mtimeUs / 1e6 + 0.5) * 1e6;
  const header = format === "any" ? { ...given, mtimeUs: roundedUs } : given;
  const split = splitName(header.name);
  const { records, needsPax } = paxRecords(header, split !== undefined);
  if (!needsPax) return mainBlock(header, (text) => encode(text), split);
  const data = formatPax(records);
  return concat([
    metaBlock(paxName(header.name), "x", data.length),
    data,
    ZERO_BLOCK.subarray(0, paddingOf(data.length)),
    mainBlock(header, toAscii, undefined),
  ]);
}

/** What does not fit into a USTAR header. */
function paxRecords(
  header: TarHeader,
  canSplit: boolean,
): { readonly records: PaxRecords; readonly needsPax: boolean } {
  const records = new Map<string, Uint8Array>();
  const text = (key: string, value: string, size: number): void => {
    if (value === "") return;
    if (!isAscii(value) || byteLength(value) > size) records.set(key, encode(value));
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
  const seconds = Math.floor(header.mtimeUs / 1e6);
  if (!fitsOctal(seconds, FIELDS.mtime.size) || header.mtimeUs % 1e6 !== 0) {
    records.set("mtime", encode(formatPaxTime(header.mtimeUs)));
  }
  for (const [name, value] of header.xattrs) records.set(`${XATTR_PREFIX}${name}`, value);
  const onlyName = records.size === 1 && records.has("path");
  return { records, needsPax: records.size > 0 && !(onlyName && canSplit) };
}

/** A long name that USTAR can split at a slash. */
function splitName(name: string): readonly [prefix: string, suffix: string] | undefined {
  if (name.length <= FIELDS.name.size || !isAscii(name)) return undefined;
  let length = name.length;
  if (length > FIELDS.prefix.size + 1) length = FIELDS.prefix.size + 1;
  else if (name.endsWith("/")) length--;
  const slash = name.slice(0, length).lastIndexOf("/");
  const suffixLength = name.length - slash - 1;
  if (slash <= 0 || suffixLength > FIELDS.name.size || suffixLength === 0) return undefined;
  return [name.slice(0, slash), name.slice(slash + 1)];
}

function mainBlock(
  header: TarHeader,
  text: (value: string) => Uint8Array,
  split: readonly [prefix: string, suffix: string] | undefined,
): Uint8Array {
  const block = new Uint8Array(BLOCK_SIZE);
  const name = text(split?.[1] ?? header.name);
  putString(block, FIELDS.name, name);
  putString(block, FIELDS.linkName, text(header.linkName));
  putString(block, FIELDS.type, TYPE_FLAGS[header.type as Exclude<TarType, "other">]);
  putOctal(block, FIELDS.mode, header.mode);
  putOctal(block, FIELDS.uid, header.uid);
  putOctal(block, FIELDS.gid, header.gid);
  putOctal(block, FIELDS.size, header.size);
  putOctal(block, FIELDS.mtime, Math.floor(header.mtimeUs / 1e6));
  putString(block, FIELDS.userName, text(header.userName));
  putString(block, FIELDS.groupName, text(header.groupName));
  putOctal(block, FIELDS.major, header.major);
  putOctal(block, FIELDS.minor, header.minor);
  if (split !== undefined) putString(block, FIELDS.prefix, split[0]);
  return finish(block);
}

/** A header block for data that describes the next entry. */
function metaBlock(name: string, flag: string, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK_SIZE);
  putString(block, FIELDS.name, latin1(toAscii(name).subarray(0, FIELDS.name.size)).replace(/\/+$/, ""));
  putString(block, FIELDS.type, flag);
  for (const numeric of [FIELDS.mode, FIELDS.uid, FIELDS.gid, FIELDS.mtime]) putOctal(block, numeric, 0);
  putOctal(block, FIELDS.size, size);
  return finish(block);
}

function finish(block: Uint8Array): Uint8Array {
  putString(block, FIELDS.magic, "ustar\0");
  putString(block, FIELDS.version, "00");
  putChecksum(block);
  return block;
}

/** `a/PaxHeaders.0/b` for `a/b`. */
function paxName(name: string): string {
  const slash = name.lastIndexOf("/");
  return join(name.slice(0, slash + 1), "PaxHeaders.0", name.slice(slash + 1));
}

const isAscii = (text: string): boolean => /^[\x01-\x7f]*$/.test(text);

/** Characters that are not ASCII are dropped. */
const toAscii = (text: string): Uint8Array => encode(text).filter((byte) => byte > 0 && byte < 0x80);
