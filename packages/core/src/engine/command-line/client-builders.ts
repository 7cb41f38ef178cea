/**
 * The builders that buildx knows besides the engines of contexts. This client has no files of its own, so that the engine
 * keeps them. None of them has been booted: that takes BuildKit in a container, or on another machine.
 *
 * @see docker/buildx store/nodegroup.go, store/store.go
 */

/** Where a builder builds. */
export interface BuilderNode {
  readonly name: string;
  readonly endpoint: string;
  readonly driverOptions: readonly (readonly [name: string, value: string])[];
  /** Of the BuildKit daemon. */
  readonly flags: readonly string[];
  readonly platforms: readonly string[];
}

export interface ClientBuilder {
  /** As it was written; two do not differ by their case alone. */
  readonly name: string;
  readonly driver: string;
  readonly nodes: readonly BuilderNode[];
  readonly lastActivityUs: number;
}

export class ClientBuilders {
  /** By their names in lower case. */
  readonly #all = new Map<string, ClientBuilder>();
  /** What was said to be used: when it is gone that of the context is, until there is one of that name again. */
  #chosen: string | undefined;

  /** The one that is in use, in lower case; nothing for that of the context. */
  get current(): string | undefined {
    return this.#chosen !== undefined && this.#all.has(this.#chosen) ? this.#chosen : undefined;
  }

  set current(name: string | undefined) {
    this.#chosen = name?.toLowerCase();
  }

  get(name: string): ClientBuilder | undefined {
    return this.#all.get(name.toLowerCase());
  }

  set(builder: ClientBuilder): void {
    this.#all.set(builder.name.toLowerCase(), builder);
  }

  delete(name: string): void {
    this.#all.delete(name.toLowerCase());
  }

  /** Those of the store, by name. */
  list(): readonly ClientBuilder[] {
    return [...this.#all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
