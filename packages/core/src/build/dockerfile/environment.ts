/**
 * The variables an expansion sees: names and values, in the order in which they were last set.
 *
 * Immutable; the order decides which of two equally good suggestions a warning makes. Model: BuildKit's llb.EnvList.
 */

/** What an expansion asks of its variables. */
export interface Variables {
  get(name: string): string | undefined;
  /** The names, oldest setting first. */
  names(): Iterable<string>;
}

export class Environment implements Variables {
  static readonly EMPTY = new Environment(new Map());

  readonly #values: ReadonlyMap<string, string>;
  #list: readonly string[] | undefined;

  private constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }

  /** An environment of `NAME=value` texts, as an image's configuration lists them. */
  static of(entries: Iterable<string>): Environment {
    const values = new Map<string, string>();
    for (const entry of entries) {
      const equals = entry.indexOf("=");
      set(values, equals < 0 ? entry : entry.slice(0, equals), equals < 0 ? "" : entry.slice(equals + 1));
    }
    return new Environment(values);
  }

  /** An environment of names and values. */
  static from(entries: Iterable<readonly [name: string, value: string]>): Environment {
    return new Environment(new Map(entries));
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  names(): Iterable<string> {
    return this.#values.keys();
  }

  entries(): Iterable<[name: string, value: string]> {
    return this.#values.entries();
  }

  /** `NAME=value` each. */
  get list(): readonly string[] {
    this.#list ??= [...this.#values].map(([name, value]) => `${name}=${value}`);
    return this.#list;
  }

  with(name: string, value: string): Environment {
    return this.withAll([[name, value]]);
  }

  withAll(entries: Iterable<readonly [name: string, value: string]>): Environment {
    const values = new Map(this.#values);
    for (const [name, value] of entries) set(values, name, value);
    return new Environment(values);
  }
}

function set(values: Map<string, string>, name: string, value: string): void {
  values.delete(name);
  values.set(name, value);
}
