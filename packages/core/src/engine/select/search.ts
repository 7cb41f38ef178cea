/** What is left of a search at a registry. @see moby registry/search.go: Search */
import { atoiProblem } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { FoundRepository } from "../../registry/index.ts";
import type { ImageService } from "../images.ts";
import type { Filters } from "./filters.ts";

/** What searches can be filtered by. */
export const SEARCH_FILTERS = ["is-automated", "is-official", "stars"];

/**
 * Asks Docker Hub, or the registry that the term names, for repositories.
 *
 * @throws StatusError invalid-argument for a filter, a limit or a term that is none; with the registry's words
 */
export async function searchImages(
  images: ImageService,
  term: string,
  { limit, filters }: { readonly limit: number; readonly filters: Filters },
): Promise<readonly FoundRepository[]> {
  filters.check(SEARCH_FILTERS);
  // No repository is built by Docker Hub any more.
  if (filters.flag("is-automated") === true) return [];
  const isOfficial = filters.flag("is-official");
  const stars = Math.max(0, ...filters.get("stars").map(starsOf));
  const found = await images.search(term, { limit });
  return found.filter((one) => (isOfficial === undefined || one.is_official === isOfficial) && one.star_count >= stars);
}

function starsOf(given: string): number {
  const problem = atoiProblem(given);
  if (problem === undefined) return Number(given);
  throw new StatusError("invalid-argument", `invalid filter 'stars=${given}': ${problem}`);
}
