/**
 * Images as archives: `docker save`, `docker load`, `docker import`.
 *
 * @see moby api/server/router/image/image_routes.go
 */
import {
  applyChanges,
  type Engine,
  humanSize,
  importedArchive,
  loadedLines,
  referenceText,
  timeOf,
} from "@bottleship/core/engine";
import { readChunks } from "../../http/body.ts";
import { type ApiReply, chunked } from "../../http/exchange.ts";
import { onlyPlatform, type WantedPlatform, writtenPlatform } from "../../http/platform.ts";
import { text } from "../../http/query.ts";
import type { Call } from "../../http/router.ts";
import { progressReply } from "../../streams/progress.ts";
import { repoTag } from "./repo-tag.ts";

/** @throws StatusError not-found */
export function save({ images }: Engine, names: readonly string[], platform?: WantedPlatform): ApiReply {
  return chunked(images.save(names, platform), "application/x-tar");
}

export async function load({ images }: Engine, { request, query }: Call): Promise<ApiReply> {
  const platform = onlyPlatform(query);
  const sent = await readChunks(request.body);
  // What is wrong with an archive is told after the status.
  return progressReply(async (tell) => {
    const loaded = images.load(sent, platform);
    if (loaded.length === 0) await tell({ stream: "" });
    for (const one of loaded) for (const line of loadedLines(one)) await tell({ stream: `${line}\n` });
  });
}

export async function importImage(engine: Engine, { request, query }: Call): Promise<ApiReply> {
  const { images, kernel } = engine;
  const source = text(query, "fromSrc");
  const isRemote = source !== "-";
  const target = repoTag(text(query, "repo"), text(query, "tag"));
  const platform = writtenPlatform(text(query, "platform"));
  const config = applyChanges({}, query.getAll("changes"));
  const url = /^\w+:\/\//.test(source) ? source : `http://${source}`;
  const sent = isRemote ? await importedArchive(engine.httpGet, url) : await readChunks(request.body);
  const message = text(query, "message") || (isRemote ? `Imported from ${url}` : "");
  const image = images.importArchive(sent, {
    created: timeOf(kernel.nowUs),
    config,
    ...(message === "" ? {} : { message }),
    ...(target === undefined ? {} : { name: referenceText(target) }),
    ...(platform === undefined ? {} : { platform }),
  });
  return progressReply(async (tell) => {
    if (isRemote) await tell({ status: `Downloading from ${url}` });
    if (isRemote && sent.length > 0) await tell(importing(sent.length));
    await tell({ status: image.id });
  });
}

/** All of it has come. */
function importing(bytes: number) {
  const size = humanSize(bytes);
  const progress = `[${"=".repeat(50)}>] ${size.padStart(8)}/${size}`;
  return { status: "Importing", progressDetail: { current: bytes, total: bytes }, progress };
}
