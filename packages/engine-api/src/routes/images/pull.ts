/**
 * `POST /images/create`: pulling, with progress.
 *
 * @see moby api/server/router/image/image_routes.go postImagesCreate, distribution/pull_v2.go
 */
import {
  type Engine,
  familiarText,
  type ImageReference,
  parseReference,
  referenceText,
  withDefaultTag,
} from "@bottleship/core/engine";
import { digestProblem } from "@bottleship/core/oci";
import type { ApiReply } from "../../http/exchange.ts";
import { writtenPlatform } from "../../http/platform.ts";
import { badRequest, messageOf } from "../../http/problem.ts";
import { text } from "../../http/query.ts";
import type { Call } from "../../http/router.ts";
import { withTag } from "./repo-tag.ts";
import { layerDocument, replyToTransfer, useLogin } from "./transfer.ts";

export function pull(engine: Engine, { query, request }: Call): Promise<ApiReply> {
  writtenPlatform(text(query, "platform"));
  const reference = withDefaultTag(withTagOrDigest(parse(text(query, "fromImage")), text(query, "tag")));
  useLogin(engine, request, reference);
  return replyToTransfer(async (tell) => {
    await engine.images.pull(referenceText(reference), {
      signal: request.signal,
      onEvent: (event) => {
        const layer = layerDocument(event);
        if (layer !== undefined) tell(layer);
        if (event.kind === "begin") {
          tell({
            status: `Pulling from ${reference.path}`,
            id: reference.digest === undefined ? reference.tag : referenceText(reference),
          });
        }
        if (event.kind !== "end") return;
        tell({ status: `Digest: ${event.digest}` });
        const what = event.isNew ? "Downloaded newer image for" : "Image is up to date for";
        tell({ status: `Status: ${what} ${familiarText(reference)}` });
      },
    });
  });
}

/** The tag of a query, which may also be a digest, goes before that of the name. */
function withTagOrDigest(reference: ImageReference, tag: string): ImageReference {
  if (tag === "") return reference;
  return digestProblem(tag) === undefined ? { ...reference, tag: undefined, digest: tag } : withTag(reference, tag);
}

/** @throws StatusError invalid-argument */
export function parse(name: string): ImageReference {
  try {
    return parseReference(name);
  } catch (error) {
    throw badRequest(messageOf(error));
  }
}
