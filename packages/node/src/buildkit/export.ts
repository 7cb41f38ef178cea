/**
 * Where the result of a build goes when it does not stay in the engine: the client's disk, as files or as an archive.
 *
 * @see BuildKit exporter/local, exporter/tar, exporter/oci
 */
import type { BuildResult } from "@bottleship/core/build";
import { layerArchive } from "@bottleship/core/content";
import type { Engine } from "@bottleship/core/engine";
import type { Chunks } from "@bottleship/core/lib";
import { sendFiles } from "./file-send.ts";
import { CODES, GrpcError } from "./grpc.ts";
import type { GrpcClient } from "./grpc-client.ts";
import { MESSAGES } from "./messages.ts";

const SEND = "/moby.filesync.v1.FileSend/DiffCopy";
const CHUNK_BYTES = 64 * 1024;

export interface Export {
  readonly type: string;
  readonly attrs: Readonly<Record<string, string>>;
  /** Its place among the exporters of the build. */
  readonly index: number;
}

/** @throws GrpcError for an exporter that nobody knows */
export async function exportImage(
  engine: Engine,
  client: GrpcClient,
  { image, epochUs }: Pick<BuildResult, "image" | "epochUs">,
  what: Export,
): Promise<void> {
  switch (what.type) {
    case "moby":
    case "image":
      // The engine has it, under its names.
      return;
    case "local": {
      const call = client.call(SEND, metadataOf(what));
      await sendFiles(call, engine.archives.image(image, epochUs));
      call.end();
      return;
    }
    case "tar":
      return sendBytes(client, what, layerArchive(engine.archives.image(image, epochUs)));
    case "docker":
      return sendBytes(client, what, engine.images.save([image.id]));
    default:
      throw new GrpcError(CODES.unknown, `exporter ${JSON.stringify(what.type)} could not be found`);
  }
}

async function sendBytes(client: GrpcClient, what: Export, bytes: Chunks): Promise<void> {
  const call = client.call(SEND, metadataOf(what));
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    await call.send(MESSAGES.bytes.encode({ data: bytes.subarray(at, at + CHUNK_BYTES).whole() }));
  }
  call.end();
  for await (const _ of call.messages);
}

const metadataOf = ({ index }: Export) => ({ "buildkit-attachable-exporter-id": String(index) });
