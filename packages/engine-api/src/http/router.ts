/**
 * From a method and a path to a handler.
 *
 * Patterns are paths with parameters: `{id}` is one segment, `{name...}` may have slashes in it, as names of images do.
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
  /** A parameter of the path, decoded. */
  param(name: string): string;
}

export type Handler = (call: Call) => ApiReply | Promise<ApiReply>;

export interface Route {
  readonly method: string;
  readonly pattern: string;
  readonly handler: Handler;
}

interface Compiled {
  readonly method: string;
  readonly expression: RegExp;
  /** What follows the last parameter: most paths are told apart by it. */
  readonly ending: string;
  readonly names: readonly string[];
  readonly handler: Handler;
  readonly operation: Operation | undefined;
  readonly readsForm: boolean;
}

export interface Match {
  readonly handler: Handler;
  /** What the route stands for, if the API's description knows it. */
  readonly operation: Operation | undefined;
  readonly params: ReadonlyMap<string, string>;
  /** It refuses a query that is not written well. */
  readonly readsForm: boolean;
}

export function route(method: string, pattern: string, handler: Handler): Route {
  return { method, pattern, handler };
}

export class Router {
  /** By first segment, in the order in which they were given: the first that fits is taken. */
  readonly #routes = new Map<string, Compiled[]>();

  constructor(routes: Iterable<Route>) {
    for (const one of routes) {
      const first = firstSegment(one.pattern);
      const known = this.#routes.get(first) ?? [];
      known.push(compile(one));
      this.#routes.set(first, known);
    }
  }

  match(method: string, path: string): Match | undefined {
    return find(this.#routes.get(firstSegment(path)) ?? [], method, path);
  }
}

function find(candidates: readonly Compiled[], method: string, path: string): Match | undefined {
  for (const one of candidates) {
    if (one.method !== method || !path.endsWith(one.ending)) continue;
    const found = one.expression.exec(path);
    if (found === null) continue;
    const params = new Map<string, string>();
    for (const [index, name] of one.names.entries()) params.set(name, decoded(found[index + 1] ?? ""));
    const { handler, operation, readsForm } = one;
    return { handler, operation, params, readsForm };
  }
  return undefined;
}

function compile({ method, pattern, handler }: Route): Compiled {
  const names: string[] = [];
  const source = pattern.replace(/\{(\w+)(\.\.\.)?\}/g, (_, name: string, isLong: string | undefined) => {
    names.push(name);
    return isLong === undefined ? "([^/]+)" : "(.+)";
  });
  const ending = pattern.slice(pattern.lastIndexOf("}") + 1);
  return {
    method,
    expression: new RegExp(`^${source}$`),
    ending,
    names,
    handler,
    operation: operationOf(method, pattern),
    readsForm: readsForm(method, pattern),
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
