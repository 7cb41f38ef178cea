/**
 * What Go's URL parser refuses, and its client after it.
 *
 * @see Go net/url Parse, net/http Client.do
 */
import { quote } from "./quote.ts";

/** What a host may hold besides letters, digits and what lies beyond ASCII. */
const IN_HOST = /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"\u0080-\u{10ffff}]$/u;
const MAX_PORT = 65_535;

/** Why `url`, which begins with `http://` or `https://`, cannot be asked for; undefined if it can. */
export function httpUrlProblem(url: string): string | undefined {
  const problem = urlProblem(url);
  if (problem !== undefined) return problem;
  const { host, path } = partsOf(url);
  const scheme = /^[^:]*/.exec(url)?.[0] ?? "";
  if (!/^https?$/i.test(scheme)) return `Get ${quote(url)}: unsupported protocol scheme ${quote(scheme)}`;
  if (host === "") return `Get ${quote(path === "" ? url.replace(/\/\/$/, "") : url)}: http: no Host in request URL`;
  const port = /:(\d+)$/.exec(host)?.[1] ?? "";
  return Number(port) > MAX_PORT ? `Get ${quote(url)}: dial tcp: address ${port}: invalid port` : undefined;
}

/** Why `url` is none. */
export function urlProblem(url: string): string | undefined {
  const { plain, host, path, fragment } = partsOf(url);
  const problem = url.startsWith(":")
    ? "missing protocol scheme"
    : (parseProblem(plain, host, path) ?? badEscape(fragment));
  return problem === undefined ? undefined : `parse ${quote(url)}: ${problem}`;
}

function partsOf(url: string) {
  const [plain = "", fragment = ""] = url.split(/#(.*)/s);
  const [, authority = "", path = ""] = /^[^:]*:\/\/([^/?]*)([^?]*)/s.exec(plain) ?? [];
  return { plain, host: authority.slice(authority.lastIndexOf("@") + 1), path, fragment };
}

function parseProblem(plain: string, host: string, path: string): string | undefined {
  if (/[\x00-\x1f\x7f]/.test(plain)) return "net/url: invalid control character in URL";
  const hasScheme = /^[a-z][a-z0-9+.-]*:/i.test(plain);
  if (!hasScheme && /^[^/?]*:/.test(plain)) return "first path segment in URL cannot contain colon";
  const closing = host.lastIndexOf("]");
  if (host.startsWith("[") && closing < 0) return "missing ']' in host";
  const port = host.startsWith("[") ? host.slice(closing + 1) : (/:[^:]*$/.exec(host)?.[0] ?? "");
  if (!/^(?::[0-9]*)?$/.test(port)) return `invalid port ${quote(port)} after host`;
  // Of a host, only characters beyond ASCII and the percent sign may be escaped.
  const escape = badEscape(host, /%(?:(?![0-9A-Fa-f]{2}).{0,2}|(?!25)[0-7].)/s);
  if (escape !== undefined) return escape;
  const refused = [...host.replace(/%../g, "")].find((one) => !IN_HOST.test(one));
  return refused === undefined ? badEscape(path) : `invalid character ${quote(refused)} in host name`;
}

function badEscape(text: string, bad = /%(?![0-9A-Fa-f]{2}).{0,2}/s): string | undefined {
  const found = bad.exec(text)?.[0];
  return found === undefined ? undefined : `invalid URL escape ${quote(found)}`;
}
