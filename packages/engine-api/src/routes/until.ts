/** The filter `until` of prune requests: only what is older. */
import { type Engine, parseTimestamp } from "@bottleship/core/engine";
import type { Filters } from "../http/filters.ts";
import { badRequest, messageOf } from "../http/problem.ts";

/** @throws StatusError invalid-argument for a time that is none */
export function isOlder({ kernel }: Engine, filters: Filters, createdUs: number): boolean {
  const [text] = filters.get("until");
  if (text === undefined) return true;
  try {
    return createdUs < parseTimestamp(text, kernel.nowUs / 1e6).seconds * 1e6;
  } catch (error) {
    throw badRequest(messageOf(error));
  }
}
