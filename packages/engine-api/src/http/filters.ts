/**
 * Filters: `{"label":{"a=b":true}}`, as the docker client sends them, or `{"label":["a=b"]}`, as older ones do.
 *
 * @see moby api/types/filters/parse.go
 */
import { Filters as EngineFilters } from "@bottleship/core/engine";
import { z } from "zod";
import { badRequest } from "./problem.ts";

const FILTERS = z.record(z.string(), z.union([z.record(z.string(), z.boolean()), z.array(z.string())]));

export class Filters extends EngineFilters {
  /** @throws StatusError invalid-argument for what is no filter, or for one that is not among `known` */
  static parse(text: string | null, known?: readonly string[]): Filters {
    if (text === null || text === "") return new Filters();
    const filters = new Filters(valuesOf(text));
    filters.check(known);
    return filters;
  }
}

function valuesOf(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const parsed = FILTERS.safeParse(parsedJson(text));
  if (!parsed.success) throw badRequest("invalid filter");
  return new Map(
    Object.entries(parsed.data).map(([name, values]) => [
      name,
      new Set(Array.isArray(values) ? values : Object.keys(values)),
    ]),
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("invalid filter");
  }
}
