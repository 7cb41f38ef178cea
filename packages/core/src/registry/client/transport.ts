/**
 * Requests to registries: where they go, with whose authorisation, and what becomes of failures.
 *
 * @see moby registry/config.go, registry/service_v2.go
 */
import { type Bytes, StatusError } from "../../lib/index.ts";
import { DEFAULT_DOMAIN } from "../../oci/index.ts";
import { bodyOf } from "../body.ts";
import type { Fetch } from "../fetch.ts";
import { Authorizer, type Credentials } from "./authorizer.ts";
import type { Challenge } from "./challenge.ts";
import { ConnectionError, errorOf, TokenError } from "./registry-error.ts";
import type { RetryOptions } from "./retry.ts";

/** How registries are reached. */
export interface TransportOptions extends RetryOptions {
  readonly fetch: Fetch;
  /** The credentials for a registry, by its host. */
  readonly credentials?: (host: string) => Credentials | undefined;
  /** Registries to ask before Docker Hub: "https://mirror.example". */
  readonly mirrors?: readonly string[];
  /** Hosts that speak HTTP without TLS, besides the machine's own. */
  readonly insecureHosts?: readonly string[];
}

export interface Outgoing {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Bytes;
  /** What the token has to allow: "repository:library/busybox:pull". */
  readonly scope: string;
  /** Hears that somebody's name and password are used: a token is asked for, or they are sent themselves. */
  readonly onLogin?: (scheme: Challenge["scheme"]) => void;
}

/** Where the images of `docker.io` really are. */
export const HUB_ENDPOINT = "https://registry-1.docker.io";
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const REDIRECT_LIMIT = 5;

export class Transport {
  readonly #options: TransportOptions;
  readonly #authorizer: Authorizer;
  readonly #mirrors: readonly string[];

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#mirrors = (options.mirrors ?? []).map((url) => url.replace(/\/$/, ""));
    this.#authorizer = new Authorizer((request) => this.#exchange(request), options.credentials ?? (() => undefined));
  }

  get retry(): RetryOptions {
    return this.#options;
  }

  /** Where a domain's registry is: the places to pull from, the best first; the last one is its own. */
  endpoints(domain: string): readonly string[] {
    if (domain === DEFAULT_DOMAIN) return [...this.#mirrors, HUB_ENDPOINT];
    const isPlain = isLoopback(domain) || this.#options.insecureHosts?.includes(domain) === true;
    return [`${isPlain ? "http" : "https"}://${domain}`];
  }

  /**
   * Sends a request, and says who one is if that is asked for; whatever is answered then is the answer.
   *
   * @throws TokenError if nobody gives a token; ConnectionError
   */
  async ask(url: string, outgoing: Outgoing): Promise<Response> {
    const response = await this.#follow(url, outgoing);
    if (response.status !== 401) return response;
    const isAnswered = await this.#authorizer.answer(hostOf(url), outgoing, response);
    return isAnswered ? this.#follow(url, outgoing) : response;
  }

  /** Sends a request. @throws RegistryError for an answer that is none of `expected`; TokenError; ConnectionError */
  async send(url: string, outgoing: Outgoing, expected: readonly number[] = [200]): Promise<Response> {
    const response = await this.#tell(url, outgoing);
    if (expected.includes(response.status)) return response;
    if (response.status === 401 && this.#authorizer.isUnknown(hostOf(url), response)) {
      throw new StatusError("unauthenticated", "no basic auth credentials");
    }
    throw await errorOf(response);
  }

  /** What goes wrong on the way to a token is told as what goes wrong with the request. */
  async #tell(url: string, outgoing: Outgoing): Promise<Response> {
    try {
      return await this.ask(url, outgoing);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      throw error.during(`${goVerb(outgoing.method ?? "GET")} ${JSON.stringify(url)}`);
    }
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
  return `${goVerb(method)} ${JSON.stringify(url)}: ${error instanceof Error && error.message !== "terminated" ? error.message : "EOF"}`;
}

/** "Get" */
const goVerb = (method: string): string => method.charAt(0) + method.slice(1).toLowerCase();

const hostOf = (url: string): string => new URL(url).host;

/** Whether a registry is on the machine itself, and may do without TLS. @see moby registry/config.go isInsecure */
export function isLoopback(domain: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(domain);
}
