/** An environment as execve(2) is given it: a list of `NAME=value`, read when somebody asks for a variable. */
export class Environment implements ReadonlyMap<string, string> {
  readonly variables: readonly string[];
  #read: ReadonlyMap<string, string> | undefined = undefined;

  constructor(variables: readonly string[]) {
    this.variables = variables;
  }

  get #map(): ReadonlyMap<string, string> {
    this.#read ??= new Map(this.variables.map(entryOf));
    return this.#read;
  }

  get size(): number {
    return this.#map.size;
  }

  get(name: string): string | undefined {
    return this.#map.get(name);
  }

  has(name: string): boolean {
    return this.#map.has(name);
  }

  forEach(callback: (value: string, name: string, map: ReadonlyMap<string, string>) => void): void {
    for (const [name, value] of this.#map) callback(value, name, this);
  }

  entries() {
    return this.#map.entries();
  }

  keys() {
    return this.#map.keys();
  }

  values() {
    return this.#map.values();
  }

  [Symbol.iterator]() {
    return this.#map[Symbol.iterator]();
  }
}

function entryOf(variable: string): [name: string, value: string] {
  const equals = variable.indexOf("=");
  return equals < 0 ? [variable, ""] : [variable.slice(0, equals), variable.slice(equals + 1)];
}
