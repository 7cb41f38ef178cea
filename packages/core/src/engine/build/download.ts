/** Files of web servers, for ADD of a URL and for `docker import`. @see BuildKit source/http, Go net/http Client.do */
import { BuildError, type Download } from "../../build/index.ts";
import { httpUrlProblem, quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Fetch, HttpNetwork } from "../../registry/index.ts";
import { readHttpDate } from "../../userland/index.ts";

const MAX_REDIRECTS = 10;
const USER_AGENT = "buildkit/v0.0-dev";

/** What is answered for a URL, also if that is an error. @throws StatusError in the words of Go's client */
export type HttpGet = (url: string) => Promise<Response>;

/** Answers of web servers of the world, or of what listens on the machine itself. */
export function httpGet(web: HttpNetwork, onMachine: Fetch): HttpGet {
  const fetch: Fetch = async (request) => {
    if (web.has(new URL(request.url).host)) return web.fetch(request);
    try {
      return await onMachine(request.clone());
    } catch (error) {
      // Nobody serves it, neither in the world nor on the machine: the request is refused in the words of Go's client.
      if (error instanceof StatusError) return web.fetch(request);
      throw error;
    }
  };
  return (url) => follow(fetch, url);
}

/** What is behind a URL. @throws StatusError, BuildError in the words of Go's client and BuildKit */
export function downloadFrom(get: HttpGet): (url: string) => Promise<Download> {
  return async (url) => {
    const problem = httpUrlProblem(url);
    if (problem !== undefined) throw new BuildError(problem);
    const response = await get(url);
    if (response.status >= 400) throw new BuildError(`invalid response status ${response.status}`);
    const content = new Uint8Array(await response.arrayBuffer());
    return { content, mtimeUs: readHttpDate(response.headers.get("last-modified") ?? "") ?? 0 };
  };
}

async function follow(fetch: Fetch, url: string): Promise<Response> {
  let at = url;
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(new Request(urlOf(at), { headers: { "user-agent": USER_AGENT }, redirect: "manual" }));
    const location = response.headers.get("location");
    if (location === null || response.status < 300 || response.status >= 400) return response;
    if (redirects === MAX_REDIRECTS)
      throw new StatusError("unavailable", `Get "${location}": stopped after ${MAX_REDIRECTS} redirects`);
    at = urlOf(location, at);
  }
}

/** What browsers refuse and Go does not are numbers that are no addresses: nobody is called so. @throws StatusError */
function urlOf(text: string, base?: string): string {
  const url = URL.parse(text, base);
  if (url !== null) return url.href;
  const host = /^[^:]*:\/\/([^/?#:]*)/.exec(text)?.[1] ?? "";
  throw new StatusError("unavailable", `Get ${quote(text)}: dial tcp: lookup ${host}: no such host`);
}
