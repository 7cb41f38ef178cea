/**
 * From a method and a path to a handler.
 *
 * Patterns are paths with a parameter: `{id}` is one segment, `{name...}` may have slashes in it, as names of images do. A
 * second parameter only has to be there.
 */
import { type Operation, operationOf } from "@bottleship/core/faults";
import type { ApiReply, ApiRequest } from "./exchange.ts";
import { readsForm } from "./form.ts";

/** What a handler gets: the request, and what its path says. */
export interface Call {
  readonly request: ApiRequest;
  readonly query: URLSearchParams;
  /** The version of the API that the client speaks: 1.51 as 151. */
  readonly version: number;
  /** The parameter of the path, decoded; empty if its pattern has none. */
  readonly param: string;
}

export type Handler = (call: Call) => ApiReply | Promise<ApiReply>;

export interface Route {
  readonly method: string;
  readonly pattern: string;
  readonly handler: Handler;
}

/** A route as requests are compared with it: its pattern taken apart, and what follows from it. */
export interface KnownRoute {
  readonly handler: Handler;
  /** What it stands for, if the API's description knows it. */
  readonly operation: Operation | undefined;
  /** Whether a malformed query is refused. */
  readonly readsForm: boolean;
  /** What stands before the parameter, or everything. */
  readonly head: string;
  readonly parameter: "none" | "segment" | "long";
  /** What stands between the parameter and a second one; empty if there is none. */
  readonly between: string;
  /** What follows the last parameter: most paths are told apart by it. */
  readonly tail: string;
}

export interface Match {
  readonly route: KnownRoute;
  readonly param: string;
}

export function route(method: string, pattern: string, handler: Handler): Route {
  return { method, pattern, handler };
}

export class Router {
  /** By method and first segment, in the order in which they were given: the first that fits is taken. */
  readonly #routes = new Map<string, Map<string, KnownRoute[]>>();

  constructor(routes: Iterable<Route>) {
    for (const one of routes) {
      const ofMethod = this.#routes.get(one.method) ?? new Map<string, KnownRoute[]>();
      const first = firstSegment(one.pattern);
      const known = ofMethod.get(first) ?? [];
      known.push(takenApart(one));
      this.#routes.set(one.method, ofMethod.set(first, known));
    }
  }

  match(method: string, path: string): Match | undefined {
    for (const route of this.#routes.get(method)?.get(firstSegment(path)) ?? []) {
      const param = paramOf(route, path);
      if (param !== undefined) return { route, param: decoded(param) };
    }
    return undefined;
  }
}

/** What a path has where the pattern has its parameter; `undefined` if it does not fit. */
function paramOf({ head, parameter, between, tail }: KnownRoute, path: string): string | undefined {
  if (parameter === "none") return path === head ? "" : undefined;
  if (path.length <= head.length + tail.length || !path.endsWith(tail) || !path.startsWith(head)) return undefined;
  const said = path.slice(head.length, path.length - tail.length);
  const end = between === "" ? said.length : said.lastIndexOf(between, said.length - between.length - 1);
  const param = said.slice(0, Math.max(0, end));
  return param === "" || (parameter === "segment" && param.includes("/")) ? undefined : param;
}

function takenApart({ method, pattern, handler }: Route): KnownRoute {
  const [head = "", ...literals] = pattern.split(/\{\w+(?:\.\.\.)?\}/);
  const isLong = /^[^}]*\.\.\.\}/.test(pattern);
  return {
    handler,
    operation: operationOf(method, pattern),
    readsForm: readsForm(method, pattern),
    head,
    parameter: literals.length === 0 ? "none" : isLong ? "long" : "segment",
    between: literals.length > 1 ? (literals[0] ?? "") : "",
    tail: literals.at(-1) ?? "",
  };
}

function firstSegment(path: string): string {
  const end = path.indexOf("/", 1);
  return end < 0 ? path.slice(1) : path.slice(1, end);
}

function decoded(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
