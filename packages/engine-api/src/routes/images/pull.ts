/**
 * `POST /images/create`: pulling, with progress; and importing.
 *
 * @see moby api/server/router/image/image_routes.go postImagesCreate, distribution/pull_v2.go
 */
import {
  type Engine,
  familiarName,
  familiarText,
  type ImageReference,
  parseReference,
  referenceText,
  withDefaultTag,
} from "@bottleship/core/engine";
import type { ApiReply } from "../../http/exchange.ts";
import { badRequest, messageOf } from "../../http/problem.ts";
import { text } from "../../http/query.ts";
import type { Call } from "../../http/router.ts";
import { progressReply } from "../../streams/progress.ts";

export function pull(engine: Engine, { query }: Call): ApiReply {
  const name = text(query, "fromImage");
  if (name === "") throw badRequest("invalid reference format");
  const reference = withDefaultTag(withTag(parse(name), text(query, "tag")));
  const known = engine.images.find(referenceText(reference));
  // Nobody has it: that is told by a status, as long as nothing has been sent.
  const image = engine.images.pull(referenceText(reference));
  const layers = image.chain.map((layer) => layer.replace(/^sha256:/, "").slice(0, 12));
  const isNew = known?.id !== image.id;
  return progressReply(async (tell) => {
    await tell({ status: `Pulling from ${reference.path}`, id: reference.tag ?? reference.digest ?? "latest" });
    if (isNew) for (const id of layers) await tell({ status: "Pulling fs layer", progressDetail: {}, id });
    if (isNew) for (const id of layers) await tell({ status: "Download complete", progressDetail: {}, id });
    if (isNew) for (const id of layers) await tell({ status: "Pull complete", progressDetail: {}, id });
    await tell({ status: `Digest: ${image.id}` });
    const what = isNew ? "Downloaded newer image for" : "Image is up to date for";
    await tell({ status: `Status: ${what} ${familiarText(reference)}` });
  });
}

/** The tag of a query, which may also be a digest, goes before that of the name. */
function withTag(reference: ImageReference, tag: string): ImageReference {
  if (tag === "") return reference;
  return parse(tag.includes(":") ? `${familiarName(reference)}@${tag}` : `${familiarName(reference)}:${tag}`);
}

/** @throws StatusError invalid-argument */
export function parse(name: string): ImageReference {
  try {
    return parseReference(name);
  } catch (error) {
    throw badRequest(messageOf(error));
  }
}
