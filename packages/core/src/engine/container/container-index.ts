/**
 * Which containers there are, and what they are called.
 *
 * @see moby daemon/names.go, container/view.go
 */
import { StatusError } from "../../lib/index.ts";
import type { Prng } from "../../sim/index.ts";
import { newName } from "../names.ts";
import { Container, type ContainerRecord } from "./container.ts";

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

export class ContainerIndex {
  readonly #prng: Prng;
  /** Containers, and records of those that nobody has looked at since the machine began. */
  readonly #containers = new Map<string, Container | ContainerRecord>();
  /** Ids, by name. A name is taken before its container is there. */
  readonly #names = new Map<string, string>();

  constructor(prng: Prng) {
    this.#prng = prng;
  }

  /**
   * Takes a name for the container that will have this id; makes one up if it is empty.
   *
   * @throws StatusError invalid-argument; conflict for a taken name
   */
  reserve(name: string, id: string): string {
    const chosen = name === "" ? newName(this.#prng, this.#names) : withoutSlash(name);
    if (name !== "" && !NAME.test(chosen)) {
      throw new StatusError(
        "invalid-argument",
        `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
      );
    }
    const holder = this.#names.get(chosen);
    if (holder !== undefined) {
      throw new StatusError(
        "conflict",
        `Conflict. The container name "/${chosen}" is already in use by container "${holder}". You have to remove (or rename) that container to be able to reuse that name.`,
      );
    }
    this.#names.set(chosen, id);
    return chosen;
  }

  /** A reserved name is free again. */
  release(name: string): void {
    this.#names.delete(name);
  }

  /** A container that was on the machine before this one began. */
  adopt(record: ContainerRecord): void {
    this.#names.set(record.name, record.id);
    this.#containers.set(record.id, record);
  }

  /** All as data, oldest first. */
  get records(): readonly ContainerRecord[] {
    return [...this.#containers.values()].map((one) => (one instanceof Container ? one.record : one));
  }

  add(container: Container): void {
    this.#containers.set(container.id, container);
  }

  /** Forgets the container and its name. */
  delete(container: Container): void {
    this.#containers.delete(container.id);
    this.#names.delete(container.name);
  }

  has(id: string): boolean {
    return this.#containers.has(id);
  }

  byId(id: string): Container | undefined {
    const found = this.#containers.get(id);
    if (found === undefined || found instanceof Container) return found;
    const container = Container.restored(found);
    this.#containers.set(id, container);
    return container;
  }

  /** By its own name, or by what another container calls it: `PARENT/ALIAS`. */
  byName(name: string): Container | undefined {
    const own = this.byId(this.idOf(name) ?? "");
    const slash = name.indexOf("/");
    if (own !== undefined || slash < 0) return own;
    return this.byId(this.idOf(name.slice(0, slash)) ?? "")?.links.get(name.slice(slash + 1));
  }

  idOf(name: string): string | undefined {
    return this.#names.get(name);
  }

  /**
   * By name, id, or the beginning of an id.
   *
   * @throws StatusError not-found, invalid-argument if several begin so, or nothing is named
   */
  get(reference: string): Container {
    if (reference === "") throw new StatusError("invalid-argument", 'invalid name or ID supplied: ""');
    const name = withoutSlash(reference);
    const known = this.byId(name) ?? this.byName(name);
    if (known !== undefined) return known;
    const found = name === "" ? [] : this.all().filter(({ id }) => id.startsWith(name));
    const [only] = found;
    if (found.length > 1) throw new StatusError("invalid-argument", `Multiple IDs found with provided prefix: ${name}`);
    if (only === undefined) throw new StatusError("not-found", `No such container: ${reference}`);
    return only;
  }

  /** Like `get`. @throws StatusError invalid-argument if several begin so, or nothing is named */
  find(reference: string): Container | undefined {
    try {
      return this.get(reference);
    } catch (error) {
      if (error instanceof StatusError && error.kind === "not-found") return undefined;
      throw error;
    }
  }

  /** Oldest first. */
  all(): readonly Container[] {
    return [...this.#containers.keys()].map((id) => this.byId(id) as Container);
  }
}

/** A name as the index has it: clients may put a slash before it, as inspect does. */
export const withoutSlash = (name: string): string => (name.startsWith("/") ? name.slice(1) : name);
