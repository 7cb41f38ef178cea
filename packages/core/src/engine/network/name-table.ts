/**
 * The names of a network: who is called what, and which name an address has.
 *
 * @see moby libnetwork/network.go: addSvcRecords, ResolveName, ResolveIP
 */
import { familyOf, type IpFamily } from "../../lib/index.ts";

/** Somebody on a network. */
export interface Named {
  /** The first one is what its addresses are called. */
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  /** What its addresses are called is something else. */
  readonly isAlias?: boolean;
}

/**
 * Names of the containers on a network. On most networks none is ever asked for, so an index is only made when one is.
 */
export class NameTable {
  /** The name of the network. */
  readonly #domain: string;
  readonly #all = new Set<Named>();
  #index: NameIndex | undefined;

  constructor(domain: string) {
    this.#domain = domain;
  }

  add(named: Named): void {
    this.#all.add(named);
    this.#index?.add(named);
  }

  delete(named: Named): void {
    this.#all.delete(named);
    this.#index?.delete(named);
  }

  /** Addresses of that family; `undefined` if nobody has the name. */
  resolve(name: string, family: IpFamily): readonly string[] | undefined {
    const found = this.#indexed.called(name);
    if (found === undefined) return undefined;
    const addresses: string[] = [];
    for (const one of found) {
      for (const address of one.addresses) {
        if (familyOf(address) === family && !addresses.includes(address)) addresses.push(address);
      }
    }
    return addresses;
  }

  /** The name of who has the address, with the network's behind it. */
  nameOf(address: string): string | undefined {
    const name = this.#indexed.at(address)?.names[0];
    return name === undefined ? undefined : `${name}.${this.#domain}`;
  }

  get #indexed(): NameIndex {
    if (this.#index === undefined) {
      this.#index = new NameIndex();
      for (const named of this.#all) this.#index.add(named);
    }
    return this.#index;
  }
}

class NameIndex {
  /** Most names mean one. */
  readonly #byName = new Map<string, readonly Named[]>();
  /** An address keeps its entry when it is free: a Map slows down when the same key comes and goes. */
  readonly #byAddress = new Map<string, Named | undefined>();

  add(named: Named): void {
    for (const name of named.names) {
      const key = name.toLowerCase();
      const known = this.#byName.get(key);
      if (known === undefined) this.#byName.set(key, [named]);
      else if (!known.includes(named)) this.#byName.set(key, [...known, named]);
    }
    if (named.isAlias !== true) for (const address of named.addresses) this.#byAddress.set(address, named);
  }

  delete(named: Named): void {
    for (const name of named.names) {
      const key = name.toLowerCase();
      const others = (this.#byName.get(key) ?? []).filter((other) => other !== named);
      if (others.length === 0) this.#byName.delete(key);
      else this.#byName.set(key, others);
    }
    if (named.isAlias !== true) for (const address of named.addresses) this.#byAddress.set(address, undefined);
  }

  /** In the order of their coming; `undefined` if there is none. */
  called(name: string): readonly Named[] | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  at(address: string): Named | undefined {
    return this.#byAddress.get(address);
  }
}
