/**
 * How many bytes it takes to send files: what `transferring context: 335B` and `copying files 146B` count.
 *
 * The client tells of every file of a context, and the builder asks for those that have changed since the last time; both as protocol
 * buffers.
 *
 * @see fsutil send.go, types/wire.proto, types/stat.proto
 */
import { S_ISGID, S_ISUID, S_ISVTX } from "../../abi/index.ts";
import type { LayerEntry } from "../../content/index.ts";
import { byteLength } from "../../lib/index.ts";

/** Data goes in pieces of this size. */
const PIECE = 32 * 1024;
/** The message that says that all files have been told. */
const END = 2;
/** Go's os.FileMode bits for what is no regular file. */
const GO_TYPE_BITS: Readonly<Record<string, number>> = { dir: 2 ** 31, symlink: 2 ** 27, fifo: 2 ** 25 };

/** Its bits for set-user-id, set-group-id and sticky. */
const GO_MODE_BITS = [
  [S_ISUID, 2 ** 23],
  [S_ISGID, 2 ** 22],
  [S_ISVTX, 2 ** 20],
] as const;

/** Remembers what was sent, for the next time. */
export class Transfer {
  readonly #sent = new Map<string, string>();

  /** Sends files; returns the number of bytes. */
  send(files: Iterable<LayerEntry>): number {
    let bytes = END;
    let id = 0;
    const told = new Set<string>();
    for (const file of files) {
      const state = `${file.type} ${file.mode} ${file.mtimeUs} ${file.content?.length ?? 0} ${file.link ?? ""}`;
      const size = sizeOf(file);
      // A client tells of no owners.
      bytes += statBytes({ ...file, size, uid: 0, gid: 0 });
      if (file.type === "file" && this.#sent.get(file.path) !== state) bytes += dataBytes(id, size) + headerBytes(id);
      this.#sent.set(file.path, state);
      told.add(file.path);
      id++;
    }
    for (const path of this.#sent.keys()) if (!told.has(path)) this.#sent.delete(path);
    return bytes;
  }
}

/**
 * What who sends counts, where nothing was sent before: unlike the receiver, not the packets that only say that something
 * is over.
 *
 * @param mtimeUs when all of them were changed, if it is not what they say
 */
export function bytesToSend(files: readonly LayerEntry[], mtimeUs?: number): number {
  const lengths = new Map(files.map(({ path, content }) => [path, content?.length ?? 0]));
  return files.reduce((sum, file, id) => {
    const size = file.type === "hardlink" ? (lengths.get(file.link ?? "") ?? 0) : sizeOf(file);
    const bytes = statBytes({ ...file, size, mtimeUs: mtimeUs ?? file.mtimeUs });
    return sum + bytes + (file.type === "file" ? dataBytes(id, size) : 0);
  }, 0);
}

/** The size of an entry; for a symbolic link the length of its text. */
function sizeOf({ type, content, link = "" }: LayerEntry): number {
  if (type === "symlink") return byteLength(link);
  return type === "file" ? (content?.length ?? 0) : 0;
}

type Stat = Pick<LayerEntry, "path" | "type" | "mode" | "mtimeUs" | "link"> & {
  readonly size: number;
  readonly uid?: number;
  readonly gid?: number;
};

/** A packet with a file's path, mode, owner, size, time and link. */
function statBytes({ path, type, mode, uid = 0, gid = 0, size, mtimeUs, link }: Stat): number {
  const fields = [
    textField(path.replace(/\/$/, "")),
    numberField(goMode(type, mode)),
    numberField(uid),
    numberField(gid),
    numberField(size),
    numberField(mtimeUs * 1000),
    textField(link ?? ""),
  ];
  return packed(fields.reduce((sum, one) => sum + one, 0));
}

function goMode(type: LayerEntry["type"], mode: number): number {
  const special = GO_MODE_BITS.reduce((sum, [bit, goBit]) => sum + ((mode & bit) === 0 ? 0 : goBit), 0);
  return (GO_TYPE_BITS[type] ?? 0) + special + (mode & 0o777);
}

/** Bytes before the contents in a packet; an empty packet ends a file. */
const headerBytes = (id: number): number => 2 + numberField(id);

/** Packets with a file's contents. */
function dataBytes(id: number, size: number): number {
  const header = headerBytes(id);
  let bytes = 0;
  for (let left = size; left > 0; left -= PIECE) bytes += header + packed(Math.min(left, PIECE));
  return bytes;
}

function textField(text: string): number {
  return text === "" ? 0 : packed(byteLength(text));
}

/** A field of `length` bytes, with its tag and length. */
function packed(length: number): number {
  return 1 + varint(length) + length;
}

function numberField(value: number): number {
  return value === 0 ? 0 : 1 + varint(value);
}

function varint(value: number): number {
  let bytes = 1;
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
