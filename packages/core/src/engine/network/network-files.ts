/**
 * Keeps /etc/hosts and /etc/resolv.conf of running containers in step with their networks.
 *
 * A file that nobody has looked at yet does not exist: it will say the right thing when it is made.
 *
 * @see moby libnetwork/etchosts, libnetwork/sandbox_dns_unix.go
 */
import type { BundleDirectory } from "../container/bundle.ts";
import type { Container } from "../container/container.ts";
import type { NetworkService } from "../networks.ts";
import type { Endpoint } from "./endpoint.ts";

export class NetworkFiles {
  readonly #bundles: BundleDirectory;
  readonly #networks: NetworkService;

  constructor(bundles: BundleDirectory, networks: NetworkService) {
    this.#bundles = bundles;
    this.#networks = networks;
    networks.changes.on("joined", (container, endpoint) => this.#joined(container, endpoint));
    networks.changes.on("left", (container, endpoint) => this.#left(container, endpoint));
  }

  /** Writes the new address of a container to the files of those that link to it. */
  started(container: Container): void {
    if (container.linkedBy.size === 0) return;
    const address = container.endpoints["bridge"]?.IPAddress ?? "";
    if (address === "") return;
    for (const parent of container.linkedBy) {
      for (const [alias, child] of parent.links) {
        if (child !== container) continue;
        this.#bundles.edit(parent.id, "hosts", (text) => withAddress(text, alias, address));
      }
    }
  }

  /** A link is no more. */
  unlinked(container: Container, alias: string): void {
    this.#bundles.edit(container.id, "hosts", (text) => lines(text, (line) => !line.split(/\s+/).includes(alias, 1)));
  }

  #joined(container: Container, endpoint: Endpoint): void {
    const added = this.#networks.hostsOf(container, endpoint);
    this.#bundles.edit(container.id, "hosts", (text) => `${text}${added.map((line) => `${line}\n`).join("")}`);
    const after = this.#networks.resolvConf(container);
    const before = this.#networks.resolvConf(container, { embedded: false });
    // A file that was edited is kept as it is.
    this.#bundles.edit(container.id, "resolv.conf", (text) => (text === before ? after : text));
  }

  #left(container: Container, endpoint: Endpoint): void {
    const removed = new Set(this.#networks.hostsOf(container, endpoint));
    this.#bundles.edit(container.id, "hosts", (text) => lines(text, (line) => !removed.has(line)));
  }
}

const lines = (text: string, keep: (line: string) => boolean): string => text.split("\n").filter(keep).join("\n");

function withAddress(text: string, alias: string, address: string): string {
  return text
    .split("\n")
    .map((line) => (line.split(/\s+/)[1] === alias ? line.replace(/^\S+/, address) : line))
    .join("\n");
}
