/**
 * `GET /images/json`.
 *
 * @see moby daemon/images/images.go
 */
import type { Engine } from "@bottleship/core/engine";
import { IMAGE_FILTERS, imageSummary, selectImages } from "@bottleship/core/engine";
import { type ApiReply, json } from "../../http/exchange.ts";
import { Filters } from "../../http/filters.ts";
import { flag } from "../../http/query.ts";
import type { Handler } from "../../http/router.ts";
import { olderSummary } from "./older.ts";

export function listHandler(engine: Engine): Handler {
  return ({ query, version }): ApiReply => {
    const filters = Filters.parse(query.get("filters"), IMAGE_FILTERS);
    // Before filters a name could be given.
    const pattern = query.get("filter");
    return json(
      selectImages(engine, filters, { all: flag(query, "all") })
        .map((image) => imageSummary(engine, image, pattern === null ? filters.get("reference") : [pattern]))
        .filter((one) => one !== undefined)
        .map((one) => olderSummary(one, version)),
    );
  };
}
