/** Where in PATH commands were found: a command is looked for once. @see hash(1p) */
import { inTableOrder } from "./characters.ts";

/** Chains in ash's table of commands. */
const BUCKETS = 31;

export interface HashedCommand {
  /** The place in PATH. */
  readonly index: number;
  /** The directory changed since: a relative place has to be looked at again. */
  readonly stale: boolean;
}

export class CommandHash {
  readonly #commands: Map<string, HashedCommand>;

  constructor(from?: CommandHash) {
    this.#commands = new Map(from === undefined ? [] : from.#commands);
  }

  get(name: string): HashedCommand | undefined {
    return this.#commands.get(name);
  }

  set(name: string, index: number): void {
    this.#commands.set(name, { index, stale: false });
  }

  delete(name: string): void {
    this.#commands.delete(name);
  }

  clear(): void {
    this.#commands.clear();
  }

  directoryChanged(): void {
    for (const [name, { index }] of this.#commands) this.#commands.set(name, { index, stale: true });
  }

  /** In the order of ash's table. */
  entries(): readonly (readonly [string, HashedCommand])[] {
    return inTableOrder(this.#commands, ([name]) => name, BUCKETS);
  }
}
