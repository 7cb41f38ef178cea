/**
 * `GET /images/json`.
 *
 * @see moby daemon/images/images.go
 */
import type { Engine } from "@bottleship/core/engine";
import { IMAGE_FILTERS, imageSummary, selectImages, sharedSizes } from "@bottleship/core/engine";
import { type ApiReply, json } from "../../http/exchange.ts";
import { Filters } from "../../http/filters.ts";
import { flag } from "../../http/query.ts";
import type { Handler } from "../../http/router.ts";
import { olderSummary } from "./older.ts";

/** From this version on it can be asked what images have in common. */
const SHARED_SIZES = 142;

export function listHandler(engine: Engine): Handler {
  return ({ query, version }): ApiReply => {
    const filters = Filters.parse(query.get("filters"), IMAGE_FILTERS);
    // Before filters a name could be given.
    const pattern = query.get("filter");
    const sharedSize = version >= SHARED_SIZES && flag(query, "shared-size") ? sharedSizes(engine) : undefined;
    const patterns = pattern === null ? filters.get("reference") : [pattern];
    return json(
      selectImages(engine, filters, { all: flag(query, "all") })
        .map((image) => imageSummary(engine, image, { patterns, sharedSize }))
        .filter((one) => one !== undefined)
        .map((one) => olderSummary(one, version)),
    );
  };
}
