/**
 * `GET /images/search`: repositories of Docker Hub, or of another registry that can be searched.
 *
 * @see moby api/server/router/image/image_routes.go getImagesSearch, registry/search.go
 */
import { type Engine, SEARCH_FILTERS, searchImages } from "@bottleship/core/engine";
import { json } from "../../http/exchange.ts";
import { Filters } from "../../http/filters.ts";
import { badRequest } from "../../http/problem.ts";
import { text, whole } from "../../http/query.ts";
import type { Handler } from "../../http/router.ts";

export function searchHandler({ images }: Engine): Handler {
  return async ({ query }) => {
    const limit = limitOf(text(query, "limit"));
    const filters = Filters.parse(query.get("filters"), SEARCH_FILTERS);
    const found = await searchImages(images, text(query, "term"), { limit, filters });
    return json(
      found.map(({ star_count, is_official, name, description }) => {
        return { star_count, is_official, name, is_automated: false, description };
      }),
    );
  };
}

function limitOf(given: string): number {
  const limit = given === "" ? 0 : whole(given, "invalid limit specified: ");
  // As Docker says it, whose error has nothing to wrap.
  if (limit < 0) throw badRequest("invalid limit specified");
  return limit;
}
