/** The servers of a world: requests find theirs by the host that they are for. */
import { offlineError } from "../lib/go/index.ts";
import { ownFunction } from "../lib/index.ts";
import { ConnectionError } from "./client/registry-error.ts";
import type { Fetch } from "./fetch.ts";

/** Registries or other web servers by their hosts: "localhost:5000", "registry-1.docker.io". */
export class HttpNetwork {
  readonly #hosts = new Map<string, Fetch>();
  readonly #outside: Fetch | undefined;

  /** `outside` is asked for hosts that are not of this world. Without it there is no way out. */
  constructor({ outside }: { readonly outside?: Fetch } = {}) {
    this.#outside = outside;
  }

  /** Puts a server into the world; returns its removal. */
  add(host: string, server: Fetch): () => void {
    this.#hosts.set(host, server);
    return () => {
      if (this.#hosts.get(host) === server) this.#hosts.delete(host);
    };
  }

  /** Is there a server of this name in the world? */
  has(host: string): boolean {
    return this.#hosts.has(host);
  }

  /** Sends a request where it belongs. Rejects as a machine without a way there would. */
  readonly fetch: Fetch = ownFunction((request) => {
    const { url } = request;
    const registry = this.#hosts.get(new URL(url).host) ?? this.#outside;
    return registry === undefined ? unreached(request) : registry(request);
  });

  /** The same, as somebody sees it who cannot reach some of the hosts. */
  except(hosts: readonly string[]): Fetch {
    return (request) => (hosts.includes(new URL(request.url).host) ? unreached(request) : this.fetch(request));
  }
}

function unreached({ method, url }: Request): Promise<Response> {
  const verb = method.charAt(0) + method.slice(1).toLowerCase();
  return Promise.reject(new ConnectionError(offlineError(verb, url)));
}
