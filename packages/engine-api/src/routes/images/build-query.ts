/** What the query of `POST /build` says in JSON, whichever builder it is for. */
import { z } from "zod";
import { fromJson, jsonValue, text } from "../../http/query.ts";
import { map, maybe, ulimit } from "../../schemas/fields.ts";

/** Unset arguments are null. */
const ARGUMENTS = z.record(z.string(), z.string().nullable());
const OUTPUTS = z.array(z.object({ Type: maybe(z.string()), Attrs: maybe(map) }));
export const ULIMITS = z.array(ulimit);
export const NAMES = z.array(z.string());
export const LABELS = map;

/** @throws StatusError invalid-argument */
export function argumentsOf(query: URLSearchParams): Readonly<Record<string, string>> {
  const given = Object.entries(jsonValue(query, "buildargs", ARGUMENTS, "build args") ?? {});
  return Object.fromEntries(given.flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])));
}

/** @throws StatusError invalid-argument */
export function outputsOf(query: URLSearchParams): z.infer<typeof OUTPUTS> {
  const outputs = text(query, "outputs");
  return outputs === "" ? [] : fromJson(outputs, OUTPUTS, "invalid outputs specified");
}
