/**
 * How many bytes it takes to send a context: what `transferring context: 335B` counts.
 *
 * The client tells of every file, and the builder asks for those that have changed since the last time; both as protocol
 * buffers.
 *
 * @see fsutil send.go, types/wire.proto, types/stat.proto
 */
import type { LayerEntry } from "../../content/index.ts";
import { byteLength } from "../../lib/index.ts";

/** Data goes in pieces of this size. */
const PIECE = 32 * 1024;
/** The message that says that all files have been told. */
const END = 2;
/** Go's os.FileMode bits for what is no regular file. */
const GO_TYPE_BITS: Readonly<Record<string, number>> = { dir: 2 ** 31, symlink: 2 ** 27, fifo: 2 ** 25 };

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
      bytes += statBytes(file);
      if (file.type === "file" && this.#sent.get(file.path) !== state)
        bytes += dataBytes(id, file.content?.length ?? 0);
      this.#sent.set(file.path, state);
      told.add(file.path);
      id++;
    }
    for (const path of this.#sent.keys()) if (!told.has(path)) this.#sent.delete(path);
    return bytes;
  }
}

/** A packet with a file's path, mode, size, time and link. */
function statBytes({ path, type, mode, content, mtimeUs, link }: LayerEntry): number {
  const fields = [
    textField(path),
    numberField((GO_TYPE_BITS[type] ?? 0) + mode),
    type === "file" ? numberField(content?.length ?? 0) : 0,
    numberField(mtimeUs * 1000),
    textField(link ?? ""),
  ];
  return packed(fields.reduce((sum, one) => sum + one, 0));
}

/** Packets with a file's contents, and an empty one at the end. */
function dataBytes(id: number, size: number): number {
  const header = 2 + numberField(id);
  let bytes = header;
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
