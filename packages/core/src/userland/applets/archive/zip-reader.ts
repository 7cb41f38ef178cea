/** The directory of a ZIP archive. @see APPNOTE.TXT 4.3 */
import { crc32, decode, inflate, StatusError } from "../../../lib/index.ts";

export interface ZipEntry {
  readonly name: string;
  /** 0: as it is, 8: deflated. */
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly size: number;
  readonly packedSize: number;
  readonly date: ZipDate;
  /** `undefined` if no Unix made it. */
  readonly mode: number | undefined;
  /** Where its own header lies. */
  readonly offset: number;
}

/** In the time zone of who made it, whole even seconds. */
export interface ZipDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const END = 0x06054b50;
const END_SIZE = 22;
const ENTRY = 0x02014b50;
const ENTRY_SIZE = 46;
const LOCAL_SIZE = 30;
/** Who made it: the upper byte of a version. */
const UNIX = 3;

/** All entries; `undefined` if there is no directory. */
export function readDirectory(archive: Uint8Array): readonly ZipEntry[] | undefined {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  let end = archive.length - END_SIZE;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  if (end < 0) return undefined;
  const entries: ZipEntry[] = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (at + ENTRY_SIZE > archive.length || view.getUint32(at, true) !== ENTRY) return undefined;
    const nameLength = view.getUint16(at + 28, true);
    entries.push(readEntry(view, at, decode(archive.subarray(at + ENTRY_SIZE, at + ENTRY_SIZE + nameLength))));
    at += ENTRY_SIZE + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

function readEntry(view: DataView, at: number, name: string): ZipEntry {
  const time = view.getUint16(at + 12, true);
  const date = view.getUint16(at + 14, true);
  return {
    name,
    method: view.getUint16(at + 10, true),
    isEncrypted: (view.getUint16(at + 8, true) & 1) !== 0,
    crc: view.getUint32(at + 16, true),
    packedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    date: {
      year: 1980 + (date >> 9),
      month: (date >> 5) & 15,
      day: date & 31,
      hour: time >> 11,
      minute: (time >> 5) & 63,
    },
    mode: view.getUint8(at + 5) === UNIX ? view.getUint32(at + 38, true) >>> 16 : undefined,
    offset: view.getUint32(at + 42, true),
  };
}

/** What an entry holds, or why that cannot be told. */
export function contentsOf(archive: Uint8Array, entry: ZipEntry): Uint8Array | string {
  if (entry.isEncrypted) return "zip flag 1 (encryption) is not supported";
  if (entry.method !== 0 && entry.method !== 8) return `unsupported method ${entry.method}`;
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  if (entry.offset + LOCAL_SIZE > archive.length) return "short read";
  const start =
    entry.offset + LOCAL_SIZE + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
  const packed = archive.subarray(start, start + entry.packedSize);
  if (packed.length < entry.packedSize) return "short read";
  const data = entry.method === 0 ? packed : inflated(packed);
  if (data === undefined) return "inflate error";
  if (crc32(data) !== entry.crc) return "crc error";
  return data.length === entry.size ? data : "bad length";
}

function inflated(packed: Uint8Array): Uint8Array | undefined {
  try {
    return inflate(packed).data;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return undefined;
  }
}
