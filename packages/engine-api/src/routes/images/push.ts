/**
 * `POST /images/{name}/push`.
 *
 * @see moby api/server/router/image/image_routes.go postImagesPush, distribution/push_v2.go
 */
import { type Engine, familiarName, referenceText, repositoryName } from "@bottleship/core/engine";
import type { ApiReply } from "../../http/exchange.ts";
import { text } from "../../http/query.ts";
import type { Call } from "../../http/router.ts";
import { parse } from "./pull.ts";
import { layerDocument, replyToTransfer, useLogin } from "./transfer.ts";

export function push(engine: Engine, { param, query, request }: Call): Promise<ApiReply> {
  const named = parse(param("name"));
  const tag = text(query, "tag") || (named.tag ?? "latest");
  const reference = parse(`${familiarName(named)}:${tag}`);
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
