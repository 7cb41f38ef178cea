/** The version of an object that a client has seen, as a query says it. @see moby api/server/router/swarm */
import { badRequest } from "../../http/problem.ts";

/** @throws StatusError invalid-argument */
export function seenVersion(query: URLSearchParams, problem: string): number {
  const text = query.get("version") ?? "";
  if (!/^\d+$/.test(text)) throw badRequest(problem);
  return Number(text);
}

/** What Go says of a text that is no unsigned number. */
export const parseProblem = (kind: string, query: URLSearchParams): string => {
  const text = query.get("version") ?? "";
  return `invalid ${kind} version '${text}': strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
};
