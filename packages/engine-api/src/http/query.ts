/**
 * Values in queries.
 *
 * @see moby api/server/httputils/form.go
 */
import { atoi, parseInteger, parseJson, ValueError } from "@bottleship/core/lib";
import type { z } from "zod";
import { check } from "./body.ts";
import { badRequest } from "./problem.ts";

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

/** An integer of 64 bits. @throws StatusError invalid-argument for something else */
export function integer64(query: URLSearchParams, name: string): number | undefined {
  const given = text(query, name);
  return given === "" ? undefined : inGoWords(() => parseInteger(given));
}

/** @throws StatusError invalid-argument in the words of strconv.Atoi, after `prefix` */
export function whole(given: string, prefix = ""): number {
  return inGoWords(() => atoi(given), prefix);
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
  const dot = given.indexOf(".");
  const seconds = inGoWords(() => parseInteger(dot < 0 ? given : given.slice(0, dot)));
  const fraction = dot < 0 ? "0" : given.slice(dot + 1);
  return seconds * 1e6 + Math.floor((inGoWords(() => parseInteger(fraction)) * 1e6) / 10 ** fraction.length);
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
  return given === "" ? undefined : fromJson(given, schema, `error reading ${what}`);
}

/** What a JSON text says. @throws StatusError invalid-argument, after `what` could not be done */
export function fromJson<T extends z.ZodType>(given: string, schema: T, what: string): z.infer<T> {
  const prefix = `${what}: `;
  return check(
    inGoWords(() => parseJson(given), prefix),
    schema,
    prefix,
  );
}

/** What a reader of Go's reads. @throws StatusError invalid-argument for what it refuses, after `prefix` */
function inGoWords<T>(read: () => T, prefix = ""): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ValueError ? badRequest(prefix + error.message) : error;
  }
}
