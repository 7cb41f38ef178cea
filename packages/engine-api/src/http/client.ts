/** The name of the client that makes a request. */
import type { ApiRequest } from "./exchange.ts";

/** What a client calls itself: the product of its User-Agent. Docker's own is called as its command lines are. */
export function clientOf({ headers }: ApiRequest): string {
  const product = headers.get("user-agent")?.split(/[/ ]/)[0] ?? "";
  return product === "Docker-Client" ? "docker" : product === "" ? "http" : product;
}
