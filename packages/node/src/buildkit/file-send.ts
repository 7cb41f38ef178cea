/**
 * Files to somebody who asks for them: first all are told, then contents are sent as they are asked for.
 *
 * @see fsutil send.go
 */
import type { LayerEntry } from "@bottleship/core/content";
import { type GoFileType, goFileMode } from "./file-mode.ts";
import { PACKET, type PacketStream } from "./file-sync.ts";
import { GrpcError } from "./grpc.ts";
import { MESSAGES, type Packet, type Stat } from "./messages.ts";

const CHUNK_BYTES = 32 * 1024;

/** @param entries a directory before what is in it @throws GrpcError for what the receiver complains of */
export async function sendFiles(stream: PacketStream, entries: Iterable<LayerEntry>): Promise<void> {
  const send = (packet: Packet): Promise<void> => stream.send(MESSAGES.packet.encode(packet));
  const files = [...entries].filter(({ type }) => TYPES.has(type)).sort(byPath);
  for (const file of files) await send({ type: PACKET.stat, stat: statOf(file) });
  await send({ type: PACKET.stat });
  for await (const message of stream.messages) {
    const { type, ID = 0, data } = MESSAGES.packet.decode(message);
    if (type === PACKET.error) throw new GrpcError(2, `error from receiver: ${Buffer.from(data ?? []).toString()}`);
    if (type === PACKET.end) {
      await send({ type: PACKET.end });
      return;
    }
    if (type !== PACKET.request) continue;
    const content = files[ID]?.content ?? new Uint8Array();
    for (let at = 0; at < content.length; at += CHUNK_BYTES) {
      await send({ type: PACKET.data, ID, data: content.subarray(at, at + CHUNK_BYTES) });
    }
    await send({ type: PACKET.data, ID });
  }
}

/** How kinds of files are told; a hard link is a file that names another. */
const TYPES: ReadonlyMap<string, Exclude<GoFileType, "other">> = new Map([
  ["file", "file"],
  ["hardlink", "file"],
  ["dir", "dir"],
  ["symlink", "symlink"],
  ["fifo", "fifo"],
]);

function statOf({ path, type, mode, uid, gid, mtimeUs, content, link = "" }: LayerEntry): Stat {
  return {
    path: path.replace(/\/$/, ""),
    mode: goFileMode(TYPES.get(type) ?? "file", mode),
    uid,
    gid,
    size: content?.length ?? 0,
    modTime: mtimeUs * 1000,
    linkname: link,
  };
}

/** Receivers insist on the order of a walk: what is in a directory comes right after it. */
function byPath(a: LayerEntry, b: LayerEntry): number {
  const [one, other] = [a, b].map(({ path }) => path.replace(/\/$/, "").split("/").join("\0"));
  return (one ?? "") < (other ?? "") ? -1 : 1;
}
