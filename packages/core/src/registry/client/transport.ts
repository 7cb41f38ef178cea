/**
 * Requests to registries: where they go, with whose authorisation, and what becomes of failures.
 *
 * @see moby registry/config.go, registry/service_v2.go
 */
import { StatusError } from "../../lib/index.ts";
import { DEFAULT_DOMAIN } from "../../oci/index.ts";
import { bodyOf } from "../body.ts";
import type { Fetch } from "../fetch.ts";
import { Authorizer, type Credentials } from "./authorizer.ts";
import { ConnectionError, errorOf } from "./registry-error.ts";
import type { RetryOptions } from "./retry.ts";

export interface TransportOptions extends RetryOptions {
  readonly fetch: Fetch;
  /** Who one is at a registry, by its host. */
  readonly credentials?: (host: string) => Credentials | undefined;
  /** Registries to ask before Docker Hub: "https://mirror.example". */
  readonly mirrors?: readonly string[];
  /** Hosts that speak HTTP without TLS, besides the machine's own. */
  readonly insecureHosts?: readonly string[];
}

export interface Outgoing {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** What the token has to allow: "repository:library/busybox:pull". */
  readonly scope: string;
}

export const HUB_ENDPOINT = "https://registry-1.docker.io";
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const REDIRECT_LIMIT = 5;

export class Transport {
  readonly #options: TransportOptions;
  readonly #authorizer: Authorizer;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#authorizer = new Authorizer((request) => this.#exchange(request), options.credentials ?? (() => undefined));
  }

  get retry(): RetryOptions {
    return this.#options;
  }

  /** Where a domain's registry is: the places to pull from, the best first; the last one is its own. */
  endpoints(domain: string): readonly string[] {
    if (domain === DEFAULT_DOMAIN) return [...(this.#options.mirrors ?? []), HUB_ENDPOINT];
    const isPlain = isLoopback(domain) || this.#options.insecureHosts?.includes(domain) === true;
    return [`${isPlain ? "http" : "https"}://${domain}`];
  }

  /** Sends a request. @throws RegistryError for an answer that is none of `expected`; ConnectionError */
  async send(url: string, outgoing: Outgoing, expected: readonly number[] = [200]): Promise<Response> {
    const host = hostOf(url);
    let response = await this.#follow(url, outgoing);
    if (response.status === 401 && (await this.#authorizer.answer(host, outgoing.scope, response))) {
      response = await this.#follow(url, outgoing);
    }
    if (expected.includes(response.status)) return response;
    throw await errorOf(response);
  }

  /** Asks without caring for the answer. @throws ConnectionError */
  async reach(url: string): Promise<void> {
    await this.#exchange(this.#request(url, { scope: "" }));
  }

  /** Goes where it is sent; authorisation stays with the host that it is for. */
  async #follow(url: string, outgoing: Outgoing): Promise<Response> {
    let at = url;
    for (let hops = 0; hops <= REDIRECT_LIMIT; hops++) {
      const response = await this.#exchange(this.#request(at, outgoing));
      const location = response.headers.get("location");
      if (!REDIRECTS.has(response.status) || location === null) return response;
      at = new URL(location, at).href;
    }
    throw new StatusError("unavailable", `stopped after ${REDIRECT_LIMIT} redirects`);
  }

  #request(url: string, { method = "GET", headers = {}, body, scope }: Outgoing): Request {
    const authorization = this.#authorizer.header(hostOf(url), scope);
    const init = {
      method,
      headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
      redirect: "manual" as const,
      ...(body === undefined ? {} : { body: bodyOf(body), duplex: "half" }),
    };
    return new Request(url, init);
  }

  async #exchange(request: Request): Promise<Response> {
    try {
      return await this.#options.fetch(request);
    } catch (error) {
      if (error instanceof StatusError) throw error;
      throw new ConnectionError(connectionMessage(request, error), { cause: error });
    }
  }
}

/** As Go's HTTP client says it. */
function connectionMessage({ method, url }: Request, error: unknown): string {
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  return `${verb} ${JSON.stringify(url)}: ${error instanceof Error && error.message !== "terminated" ? error.message : "EOF"}`;
}

export const hostOf = (url: string): string => new URL(url).host;

/** @see moby registry/config.go isInsecure: 127.0.0.0/8 and ::1 need no TLS. */
function isLoopback(domain: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(domain);
}
