/**
 * Files of the client: a directory that it offers, received as a tar archive.
 *
 * The client tells every file first; then it is asked for the contents, by the places of the files in its list.
 *
 * @see fsutil receive.go, send.go; BuildKit session/filesync/filesync.go
 */
import { concat, packTar, type TarEntry, tarHeader } from "@bottleship/core/lib";
import { goFileType, permissionsOf } from "./file-mode.ts";
import { GrpcError } from "./grpc.ts";
import type { GrpcClient, OutgoingCall } from "./grpc-client.ts";
import { MESSAGES, type Packet, type Stat } from "./messages.ts";

export const PACKET = { stat: 0, request: 1, data: 2, end: 3, error: 4 } as const;

/** Both directions of a stream of packets. */
export type PacketStream = Pick<OutgoingCall, "messages" | "send">;

export interface DirectoryRequest {
  /** What the client calls the directory: "context", "dockerfile", or the name of a further one. */
  readonly name: string;
  /** As in .dockerignore. */
  readonly excludes?: readonly string[];
  /** Only these paths, and what they link to. */
  readonly follow?: readonly string[];
}

/** @throws GrpcError if the client does not offer it */
export async function receiveDirectory(client: GrpcClient, request: DirectoryRequest): Promise<Uint8Array> {
  const call = client.call("/moby.filesync.v1.FileSync/DiffCopy", metadataOf(request));
  return packTar(await receiveFiles(call, () => call.end()));
}

/** What somebody sends with `sendFiles`. @param onEnd is called when he has said his last word @throws GrpcError */
export async function receiveFiles(stream: PacketStream, onEnd = () => {}): Promise<readonly TarEntry[]> {
  const receiver = new Receiver(stream);
  for await (const message of stream.messages) {
    if (!(await receiver.take(MESSAGES.packet.decode(message)))) onEnd();
  }
  return receiver.entries();
}

/** Values that are not ASCII are written as in URLs, and the client is told so. */
function metadataOf({
  name,
  excludes = [],
  follow = [],
}: DirectoryRequest): Record<string, string | readonly string[]> {
  const values: Record<string, readonly string[]> = {
    "dir-name": [name],
    ...(excludes.length > 0 ? { "exclude-patterns": excludes } : {}),
    ...(follow.length > 0 ? { followpaths: follow } : {}),
  };
  const isPlain = Object.values(values).every((texts) => texts.every((text) => /^[\x20-\x7e]*$/.test(text)));
  if (isPlain) return values;
  const encoded: Record<string, string | readonly string[]> = { "opts-encoded": "1" };
  for (const [key, texts] of Object.entries(values)) {
    encoded[`${key}-encoded`] = "1";
    encoded[key] = texts.map(encodeURIComponent);
  }
  return encoded;
}

class Receiver {
  readonly #stream: PacketStream;
  readonly #files: Stat[] = [];
  readonly #contents = new Map<number, Uint8Array[]>();
  #open = 0;

  constructor(stream: PacketStream) {
    this.#stream = stream;
  }

  /** False when the client has said its last word. @throws GrpcError for what the client complains of */
  async take({ type, stat, ID = 0, data = new Uint8Array() }: Packet): Promise<boolean> {
    if (type === PACKET.error) throw new GrpcError(2, `error from sender: ${Buffer.from(data).toString()}`);
    if (type === PACKET.stat) {
      if (stat === undefined || stat === null) await this.#askForContents();
      else this.#files.push(stat);
    } else if (type === PACKET.data && data.length > 0) this.#contents.get(ID)?.push(data);
    else if (type === PACKET.data && --this.#open === 0) await this.#send({ type: PACKET.end });
    return type !== PACKET.end;
  }

  entries(): readonly TarEntry[] {
    return this.#files.flatMap((stat, i) => {
      const type = goFileType(stat.mode);
      if (type === "other") return [];
      const data = concat(this.#contents.get(i) ?? []);
      const isLink = type === "file" && stat.linkname !== "";
      const header = tarHeader({
        name: type === "dir" ? `${stat.path}/` : stat.path,
        type: isLink ? "hardlink" : type,
        linkName: stat.linkname,
        size: data.length,
        mode: permissionsOf(stat.mode),
        mtimeUs: Math.floor(stat.modTime / 1000),
      });
      return [{ header, data }];
    });
  }

  async #askForContents(): Promise<void> {
    const wanted = this.#files.flatMap((stat, i) =>
      goFileType(stat.mode) === "file" && stat.linkname === "" && stat.size > 0 ? [i] : [],
    );
    this.#open = wanted.length;
    for (const i of wanted) this.#contents.set(i, []);
    for (const ID of wanted) await this.#send({ type: PACKET.request, ID });
    if (wanted.length === 0) await this.#send({ type: PACKET.end });
  }

  #send(packet: Packet): Promise<void> {
    return this.#stream.send(MESSAGES.packet.encode(packet));
  }
}
