/** Files of web servers, for ADD of a URL. @see BuildKit source/http, Go net/http Client.do */
import { BuildError, type Download } from "../build/index.ts";
import { secondsOf } from "../lib/go/index.ts";
import { StatusError } from "../lib/index.ts";
import type { Fetch, HttpNetwork } from "../registry/index.ts";

const MAX_REDIRECTS = 10;
const USER_AGENT = "buildkit/v0.0-dev";

/**
 * What is behind a URL: a web server's of the world, or that of what listens on the machine itself.
 *
 * @throws StatusError, BuildError in the words of Go's client and BuildKit
 */
export function downloadFrom(web: HttpNetwork, onMachine: Fetch): (url: string) => Promise<Download> {
  const fetch: Fetch = async (request) => {
    if (web.has(new URL(request.url).host)) return web.fetch(request);
    // Nobody in the world: what nobody on the machine answers either is refused in the client's words.
    return onMachine(request.clone()).catch(() => web.fetch(request));
  };
  return async (url) => {
    const response = await follow(fetch, url);
    if (response.status >= 400) throw new BuildError(`invalid response status ${response.status}`);
    const content = new Uint8Array(await response.arrayBuffer());
    return { content, mtimeUs: httpDateUs(response.headers.get("last-modified") ?? "") };
  };
}

async function follow(fetch: Fetch, url: string): Promise<Response> {
  let at = url;
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(new Request(at, { headers: { "user-agent": USER_AGENT }, redirect: "manual" }));
    const location = response.headers.get("location");
    if (location === null || response.status < 300 || response.status >= 400) return response;
    if (redirects === MAX_REDIRECTS)
      throw new StatusError("unavailable", `Get "${location}": stopped after ${MAX_REDIRECTS} redirects`);
    at = new URL(location, at).href;
  }
}

const HTTP_DATE = /^[A-Z][a-z]{2}, (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "Tue, 03 Feb 2015 04:05:06 GMT" in microseconds since 1970; 0 for what is no such date. @see RFC 9110 section 5.6.7 */
function httpDateUs(text: string): number {
  const [, day, name = "", year, hour, minute, second] = HTTP_DATE.exec(text) ?? [];
  const month = MONTHS.indexOf(name) + 1;
  if (month === 0) return 0;
  const [d = 0, y = 0, h = 0, mi = 0, s = 0] = [day, year, hour, minute, second].map(Number);
  return secondsOf({ year: y, month, day: d, hour: h, minute: mi, second: s }) * 1_000_000;
}
