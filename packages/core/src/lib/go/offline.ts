/**
 * What Go's HTTP client says on a machine without a network: names are looked up in vain, and of the machine's own
 * addresses none answers.
 *
 * @see Go net/http Client.do, net OpError
 */
import { canonicalIp, familyOf, isLoopback } from "../ip.ts";

/** Where such a machine looks names up. */
const NAME_SERVER = "10.255.255.53:53";

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** `Get "http://127.0.0.1:9/x": dial tcp 127.0.0.1:9: connect: connection refused` and its like. */
export function offlineError(method: string, url: string): string {
  return `${method} "${url}": ${dialError(url)}`;
}

function dialError(url: string): string {
  const [, scheme = "", host = "", given] =
    /^([a-z]+:)\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)(?::(\d+))?/.exec(url) ?? [];
  const port = given ?? DEFAULT_PORTS[scheme] ?? "80";
  const address = host === "localhost" ? "::1" : canonicalIp(host.replace(/^\[|\]$/g, ""));
  if (address === undefined)
    return `dial tcp: lookup ${host} on ${NAME_SERVER}: dial udp ${NAME_SERVER}: connect: network is unreachable`;
  const place = familyOf(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
  return `dial tcp ${place}: connect: ${isLoopback(address) ? "connection refused" : "network is unreachable"}`;
}
