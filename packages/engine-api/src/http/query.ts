/**
 * Values in queries.
 *
 * @see moby api/server/httputils/form.go
 */
import { atoiProblem, compactJson, parseInteger, problemOf, type StatusError } from "@bottleship/core/lib";
import type { z } from "zod";
import { badRequest } from "./problem.ts";
import { unmarshalProblem } from "./unmarshal.ts";

/** Everything is true but these: "", "0", "no", "false", "none". */
export function flag(query: URLSearchParams, name: string, otherwise = false): boolean {
  const text = query.get(name);
  if (text === null) return otherwise;
  return !/^(|0|no|false|none)$/i.test(text.trim());
}

/** A whole number; `undefined` if there is none. @throws StatusError invalid-argument for something else */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const given = text(query, name);
  return given === "" ? undefined : whole(given);
}

/** @throws StatusError invalid-argument in the words of strconv.Atoi, after `prefix` */
export function whole(given: string, prefix = ""): number {
  const problem = atoiProblem(given);
  if (problem !== undefined) throw badRequest(prefix + problem);
  return Number(given);
}

export function text(query: URLSearchParams, name: string): string {
  return query.get(name) ?? "";
}

/**
 * Seconds since 1970 and perhaps a fraction, in microseconds; `undefined` if there is none. Words like `1h` are worked out
 * by clients.
 *
 * @throws StatusError invalid-argument
 * @see moby api/types/time: ParseTimestamps
 */
export function unixTime(query: URLSearchParams, name: string): number | undefined {
  const given = text(query, name);
  if (given === "") return undefined;
  const [seconds = "", fraction = ""] = given.split(".", 2);
  const problem = problemOf(() => parseInteger(seconds)) ?? problemOf(() => parseInteger(fraction || "0"));
  if (problem !== undefined) throw badRequest(problem);
  return Number(seconds) * 1e6 + Math.floor(Number(`0.${fraction || "0"}`) * 1e6);
}

/**
 * A JSON value in a query, as build arguments are sent; `undefined` if there is none.
 *
 * @param what moby's name for it
 * @throws StatusError invalid-argument
 */
export function jsonValue<T extends z.ZodType>(
  query: URLSearchParams,
  name: string,
  schema: T,
  what: string,
): z.infer<T> | undefined {
  const given = text(query, name);
  if (given === "") return undefined;
  const refuse = (problem: string): StatusError => badRequest(`error reading ${what}: ${problem}`);
  const problem = problemOf(() => compactJson(given));
  if (problem !== undefined) throw refuse(problem);
  const result = schema.safeParse(JSON.parse(given), { reportInput: true });
  if (!result.success) throw refuse(unmarshalProblem(result.error.issues[0], schema));
  return result.data;
}
