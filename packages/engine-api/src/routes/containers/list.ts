/**
 * `GET /containers/json`.
 *
 * @see moby daemon/list.go
 */
import type { Container, Engine } from "@bottleship/core/engine";
import { CONTAINER_FILTERS, containerSummary, imageNames, selectContainers, sizesOf } from "@bottleship/core/engine";
import { type ApiReply, json } from "../../http/exchange.ts";
import { Filters } from "../../http/filters.ts";
import { flag, integer } from "../../http/query.ts";
import type { Handler } from "../../http/router.ts";

export function listHandler(engine: Engine): Handler {
  return ({ query, version }): ApiReply => {
    const filters = Filters.parse(query.get("filters"), CONTAINER_FILTERS);
    const limit = integer(query, "limit") ?? 0;
    const withSize = flag(query, "size");
    const all = flag(query, "all") || limit > 0;
    const found = selectContainers(engine, filters, all);
    const imageOf = imageNames(engine);
    return json(
      found.slice(0, limit > 0 ? limit : undefined).map((container) => ({
        ...containerSummary(container, engine.kernel.nowUs, imageOf(container)),
        HostConfig: listedSettings(container, version),
        ...(withSize ? sizesOf(engine, container) : {}),
      })),
    );
  };
}

/** From this version on annotations are told of. */
const ANNOTATED = 146;

function listedSettings({ hostConfig }: Container, version: number) {
  const { NetworkMode = "bridge", Annotations: annotations } = hostConfig;
  const isTold = version >= ANNOTATED && annotations != null && Object.keys(annotations).length > 0;
  return isTold ? { NetworkMode, Annotations: annotations } : { NetworkMode };
}
