/** The version of an object that a client has seen, as a query says it. @see moby api/server/router/swarm */
import { parseUnsigned, problemOf } from "@bottleship/core/lib";
import { badRequest } from "../../http/problem.ts";

/**
 * `kind` is what the object is. Of some kinds it is told what is wrong with the number.
 *
 * @throws StatusError invalid-argument
 */
export function seenVersion(
  query: URLSearchParams,
  kind: string,
  { tellsWhy = true }: { readonly tellsWhy?: boolean } = {},
): number {
  const text = query.get("version") ?? "";
  const problem = problemOf(() => parseUnsigned(text));
  if (problem === undefined) return Number(text);
  throw badRequest(`invalid ${kind} version${tellsWhy ? ` '${text}': ${problem}` : ""}`);
}
