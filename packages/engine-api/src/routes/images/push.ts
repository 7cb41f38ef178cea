/**
 * `POST /images/{name}/push`.
 *
 * @see moby api/server/router/image/image_routes.go postImagesPush, distribution/push_v2.go
 */
import { type Engine, referenceText, repositoryName } from "@bottleship/core/engine";
import type { ApiReply } from "../../http/exchange.ts";
import { jsonPlatform } from "../../http/platform.ts";
import { badRequest } from "../../http/problem.ts";
import { text } from "../../http/query.ts";
import type { Call } from "../../http/router.ts";
import { parse } from "./pull.ts";
import { withTag } from "./repo-tag.ts";
import { layerDocument, replyToTransfer, useLogin } from "./transfer.ts";

export function push(engine: Engine, { param, query, request }: Call): Promise<ApiReply> {
  jsonPlatform(query.get("platform"));
  const named = parse(param("name"));
  const wanted = text(query, "tag");
  if (wanted !== "" && named.digest !== undefined) throw badRequest("cannot import digest reference");
  const tag = wanted === "" ? (named.tag ?? "latest") : wanted;
  const reference = withTag(named, tag);
  useLogin(engine, request, reference);
  return replyToTransfer(async (tell) => {
    tell({ status: `The push refers to repository [${repositoryName(reference)}]` });
    const { digest, size } = await engine.images.push(referenceText(reference), {
      onEvent: (event) => {
        const layer = layerDocument(event);
        if (layer !== undefined) tell(layer);
      },
    });
    tell({ status: `${tag}: digest: ${digest} size: ${size}` });
    tell({ progressDetail: {}, aux: { Tag: tag, Digest: digest, Size: size } });
  });
}
