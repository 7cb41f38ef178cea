/**
 * What a swarm keeps of one kind: nodes, services, secrets… Each has an id, and a version that every change raises: who
 * changes something says which version they have seen.
 *
 * @see moby daemon/cluster, swarmkit manager/state/store
 */
import { StatusError } from "../../lib/index.ts";
import type { Prng } from "../../sim/index.ts";
import { timeOf } from "../documents/time.ts";
import { swarmDigits } from "../network/overlay.ts";
import { rpcError } from "./rpc-error.ts";

export interface SwarmObject {
  readonly id: string;
  version: number;
  readonly createdUs: number;
  updatedUs: number;
}

/** The log of changes, in which every one has a number; and the source of ids. */
export class Revisions {
  readonly #prng: Prng;
  readonly #nowUs: () => number;
  #last: number;

  /** `last` is the number of the last change that there has been. */
  constructor(prng: Prng, nowUs: () => number, last = 0) {
    this.#prng = prng;
    this.#nowUs = nowUs;
    this.#last = last;
  }

  get last(): number {
    return this.#last;
  }

  get nowUs(): number {
    return this.#nowUs();
  }

  /** `count` digits of chance, as swarm's ids have them. */
  digits(count?: number): string {
    return swarmDigits(this.#prng, count);
  }

  get prng(): Prng {
    return this.#prng;
  }

  /** What every new object begins with. */
  created(): SwarmObject {
    const { nowUs } = this;
    return { id: this.digits(), version: ++this.#last, createdUs: nowUs, updatedUs: nowUs };
  }

  changed(object: SwarmObject): void {
    object.version = ++this.#last;
    object.updatedUs = this.nowUs;
  }
}

/** @throws StatusError internal (as with Docker) if somebody else has changed it since */
export function checkVersion({ version }: SwarmObject, seen: number): void {
  if (version !== seen) throw rpcError("Unknown", "update out of sequence");
}

export class ObjectTable<T extends SwarmObject> {
  readonly #kind: string;
  readonly #nameOf: (object: T) => string;
  readonly #objects = new Map<string, T>();

  constructor(kind: string, nameOf: (object: T) => string) {
    this.#kind = kind;
    this.#nameOf = nameOf;
  }

  /** The objects as data. */
  get records(): readonly T[] {
    return this.list().map((object) => ({ ...object }));
  }

  add(object: T): void {
    this.#objects.set(object.id, object);
  }

  delete({ id }: T): void {
    this.#objects.delete(id);
  }

  /** By its whole id. */
  byId(id: string): T | undefined {
    return this.#objects.get(id);
  }

  byName(name: string): T | undefined {
    return this.list().find((object) => this.#nameOf(object) === name);
  }

  /** By id, name, or the beginning of an id. @throws StatusError not-found, internal if several begin so */
  get(reference: string): T {
    const known = this.byId(reference) ?? this.byName(reference);
    if (known !== undefined) return known;
    const found = reference === "" ? [] : this.list().filter(({ id }) => id.startsWith(reference));
    const [first] = found;
    if (first === undefined) throw new StatusError("not-found", `${this.#kind} ${reference} not found`);
    if (found.length > 1) {
      const problem = `${this.#kind} ${reference} is ambiguous (${found.length} matches found)`;
      throw new StatusError("invalid-argument", problem);
    }
    return first;
  }

  /** By id. */
  list(): readonly T[] {
    return [...this.#objects.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

/** What every document of an object begins with. */
export function objectFields({ id, version, createdUs, updatedUs }: SwarmObject) {
  return { ID: id, Version: { Index: version }, CreatedAt: timeOf(createdUs), UpdatedAt: timeOf(updatedUs) };
}
