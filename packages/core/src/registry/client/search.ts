/**
 * Searching a registry for repositories, by the first version of its API: Docker Hub still speaks it.
 *
 * @see moby registry/search.go, registry/search_endpoint_v1.go
 */
import { z } from "zod";
import { httpUrlProblem } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Fetch } from "../fetch.ts";
import { isLoopback } from "./transport.ts";

const RESULT = z.object({
  star_count: z.number().default(0),
  is_official: z.boolean().default(false),
  name: z.string().default(""),
  description: z.string().default(""),
});
const RESULTS = z.object({ results: z.array(RESULT).default([]) });

/** A repository, as a search shows it. */
export type FoundRepository = z.infer<typeof RESULT>;

/** How a search is made. */
export interface SearchOptions {
  /** How many at most; 1 to 100, 25 without it. */
  readonly limit?: number;
  /** Hosts that speak HTTP without TLS, besides the machine's own. */
  readonly insecureHosts?: readonly string[];
}

const HUB_INDEX = "https://index.docker.io/v1/";
const HUB_NAMES: ReadonlySet<string> = new Set(["docker.io", "index.docker.io"]);
const OFFICIAL = "library/";
const DEFAULT_LIMIT = 25;
const LARGEST_LIMIT = 100;

/**
 * `term` is a part of a name, behind the registry's host if it is not Docker Hub.
 *
 * @throws StatusError invalid-argument for a limit or a term that is none, internal if there is no answer
 */
export async function searchRepositories(
  fetch: Fetch,
  term: string,
  { limit = 0, insecureHosts = [] }: SearchOptions = {},
): Promise<readonly FoundRepository[]> {
  if (term.includes("://")) {
    const problem = `invalid repository name: repository name (${term}) should not have a scheme`;
    throw new StatusError("invalid-argument", problem);
  }
  const [host, name] = split(term);
  const isHub = HUB_NAMES.has(host);
  const base = isHub ? HUB_INDEX : await endpointOf(fetch, host, insecureHosts);
  const count = limit === 0 ? DEFAULT_LIMIT : limit;
  if (count < 1 || count > LARGEST_LIMIT) {
    throw new StatusError("invalid-argument", `limit ${limit} is outside the range of [1, ${LARGEST_LIMIT}]`);
  }
  const wanted = isHub && name.startsWith(OFFICIAL) ? name.slice(OFFICIAL.length) : name;
  // As Go escapes a query.
  const query = encodeURIComponent(wanted).replaceAll("%20", "+");
  const response = await get(fetch, `${base}search?q=${query}&n=${count}`);
  if (response.status !== 200) throw new StatusError("internal", `Unexpected status code ${response.status}`);
  const read = RESULTS.safeParse(await response.json().catch(() => undefined));
  if (!read.success) throw new StatusError("internal", "error decoding registry search results");
  return read.data.results;
}

/** A host has a dot or a port, or is this machine. */
function split(term: string): readonly [host: string, name: string] {
  const slash = term.indexOf("/");
  const first = slash < 0 ? "" : term.slice(0, slash);
  return /[.:]|^localhost$/.test(first) ? [first, term.slice(slash + 1)] : ["docker.io", term];
}

/** Where a registry that answers at all has its first API. */
async function endpointOf(fetch: Fetch, host: string, insecureHosts: readonly string[]): Promise<string> {
  const secure = `https://${host}/v1/`;
  const plain = `http://${host}/v1/`;
  const isInsecure = isLoopback(host) || insecureHosts.includes(host);
  const overTls = await failure(fetch, secure);
  if (overTls === undefined) return secure;
  if (!isInsecure)
    throw new StatusError("invalid-argument", `invalid registry endpoint ${secure}: ${overTls}. ${ADVICE(host)}`);
  const overPlain = await failure(fetch, plain);
  if (overPlain === undefined) return plain;
  const attempts = `HTTPS attempt: ${overTls}. HTTP attempt: ${overPlain}`;
  throw new StatusError("invalid-argument", `invalid registry endpoint ${JSON.stringify(plain)}. ${attempts}`);
}

const ADVICE = (host: string): string =>
  `If this private registry supports only HTTP or HTTPS with an unknown CA certificate, please add \`--insecure-registry ${host}\` to the daemon's arguments. In the case of HTTPS, if you have access to the registry's CA certificate, no need for the flag; simply place the CA certificate at /etc/docker/certs.d/${host}/ca.crt`;

async function failure(fetch: Fetch, base: string): Promise<string | undefined> {
  try {
    await get(fetch, `${base}_ping`);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function get(fetch: Fetch, url: string): Promise<Response> {
  const problem = httpUrlProblem(url);
  if (problem !== undefined) throw new StatusError("invalid-argument", problem);
  try {
    return await fetch(new Request(url));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new StatusError("internal", message, { cause: error });
  }
}
