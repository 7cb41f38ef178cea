/** `--filter NAME=VALUE`, collected by name. Model: docker/cli opts.FilterOpt. */
import { ownValue } from "../../../lib/index.ts";
import { ValueError } from "../problem.ts";
import { cut } from "./pairs.ts";

/** Filter values by name, in the order given, without repetitions. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** `filters` and one more; the name is lower-cased, both sides are trimmed, an empty text adds nothing. */
export function addFilter(text: string, filters: Filters): Filters {
  if (text === "") return filters;
  const [name, value] = cut(text, "=");
  if (value === undefined) throw new ValueError("bad format of filter (expected name=value)");
  return withFilter(filters, name.trim().toLowerCase(), value.trim());
}

/** `filters` with `value` under `name`. */
export function withFilter(filters: Filters, name: string, value: string): Filters {
  const values = ownValue(filters, name) ?? [];
  return values.includes(value) ? filters : { ...filters, [name]: [...values, value] };
}
