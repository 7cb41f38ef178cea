/**
 * Filters: `{"label":{"a=b":true}}`, as the docker client sends them, or `{"label":["a=b"]}`, as older ones do.
 *
 * @see moby api/types/filters/parse.go
 */
import { Filters as EngineFilters } from "@bottleship/core/engine";
import { z } from "zod";
import { withoutNulls } from "./nulls.ts";
import { badRequest } from "./problem.ts";

const FILTERS = z.record(z.string(), z.union([z.record(z.string(), z.boolean()), z.array(z.string())]));

export class Filters extends EngineFilters {
  /**
   * @param prefix what is said before the word that a text is no filter
   * @throws StatusError invalid-argument for what is no filter, or for one that is not among `known`
   */
  static parse(text: string | null, known?: readonly string[], prefix = ""): Filters {
    if (text === null || text === "") return new Filters();
    const parsed = FILTERS.safeParse(withoutNulls(parsedJson(text), FILTERS));
    if (!parsed.success) throw badRequest(`${prefix}invalid filter`);
    const filters = new Filters(valuesOf(parsed.data));
    filters.check(known);
    return filters;
  }
}

function valuesOf(filters: z.infer<typeof FILTERS>): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    Object.entries(filters).map(([name, values]) => [
      name,
      new Set(Array.isArray(values) ? values : Object.keys(values)),
    ]),
  );
}

/** `undefined`, which is no filter either, for what is no JSON. */
function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
