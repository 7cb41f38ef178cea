/**
 * `GET /images/search`: repositories of Docker Hub, or of another registry that can be searched.
 *
 * @see moby api/server/router/image/image_routes.go getImagesSearch, registry/search.go
 */
import type { Engine } from "@bottleship/core/engine";
import { json } from "../../http/exchange.ts";
import { Filters } from "../../http/filters.ts";
import { badRequest } from "../../http/problem.ts";
import { text } from "../../http/query.ts";
import type { Handler } from "../../http/router.ts";

const FILTERS = ["is-automated", "is-official", "stars"];

export function searchHandler({ images }: Engine): Handler {
  return async ({ query }) => {
    const limit = limitOf(text(query, "limit"));
    const filters = Filters.parse(query.get("filters"), FILTERS);
    // No repository is built by Docker Hub any more.
    if (filters.flag("is-automated") === true) return json([]);
    const isOfficial = filters.flag("is-official");
    const stars = Math.max(0, ...filters.get("stars").map(starsOf));
    const found = await images.search(text(query, "term"), { limit });
    return json(
      found
        .filter((one) => (isOfficial === undefined || one.is_official === isOfficial) && one.star_count >= stars)
        .map(({ star_count, is_official, name, description }) => {
          return { star_count, is_official, name, is_automated: false, description };
        }),
    );
  };
}

function limitOf(given: string): number {
  const limit = given === "" ? 0 : whole(given);
  if (limit === undefined) throw badRequest(`invalid limit specified: ${notANumber(given)}`);
  // As Docker says it, whose error has nothing to wrap.
  if (limit < 0) throw badRequest("invalid limit specified");
  return limit;
}

function starsOf(given: string): number {
  const stars = whole(given);
  if (stars === undefined) throw badRequest(`invalid filter 'stars=${given}': ${notANumber(given)}`);
  return stars;
}

const whole = (given: string): number | undefined => (/^[+-]?\d+$/.test(given) ? Number(given) : undefined);
const notANumber = (given: string): string => `strconv.Atoi: parsing ${JSON.stringify(given)}: invalid syntax`;
