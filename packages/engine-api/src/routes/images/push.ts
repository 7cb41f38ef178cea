/**
 * `POST /images/{name}/push`: an image, or without a tag all that the repository has.
 *
 * @see moby api/server/router/image/image_routes.go postImagesPush, distribution/push_v2.go
 */
import { type Engine, referenceText, repositoryName } from "@bottleship/core/engine";
import { isNameOnly } from "@bottleship/core/oci";
import type { ApiReply } from "../../http/exchange.ts";
import { jsonPlatform } from "../../http/platform.ts";
import { badRequest } from "../../http/problem.ts";
import { text } from "../../http/query.ts";
import type { Call } from "../../http/router.ts";
import { parse } from "./pull.ts";
import { withTag } from "./repo-tag.ts";
import { layerDocument, replyToTransfer, type TellTransfer, useLogin } from "./transfer.ts";

export function push(engine: Engine, { param, query, request }: Call): Promise<ApiReply> {
  jsonPlatform(query.get("platform"));
  const named = parse(param);
  const wanted = text(query, "tag");
  if (wanted !== "" && named.digest !== undefined) throw badRequest("cannot import digest reference");
  const one = wanted === "" ? named : withTag(named, wanted);
  useLogin(engine, request, one);
  return replyToTransfer(async (tell) => {
    tell({ status: `The push refers to repository [${repositoryName(one)}]` });
    const names = isNameOnly(one) ? engine.images.namesIn(one) : [referenceText(one)];
    for (const name of names) await pushOne(engine, name, tell);
  });
}

async function pushOne(engine: Engine, name: string, tell: TellTransfer): Promise<void> {
  const { digest, size } = await engine.images.push(name, {
    onEvent: (event) => {
      const layer = layerDocument(event);
      if (layer !== undefined) tell(layer);
    },
  });
  const { tag } = parse(name);
  tell({ status: `${tag}: digest: ${digest} size: ${size}` });
  tell({ progressDetail: {}, aux: { Tag: tag, Digest: digest, Size: size } });
}
