/** Programs by the names that executables have in their headers: those that were put here, then those of a source. */
import type { Program } from "../abi/index.ts";

/** Programs that are made when they are first executed: of what there is, most machines need little. */
export interface ProgramSource {
  /** `undefined` for a name that it has nothing for. */
  make(name: string): Program | undefined;
  names(): Iterable<string>;
}

export class ProgramTable {
  readonly #programs = new Map<string, Program>();
  source: ProgramSource | undefined = undefined;

  get(name: string): Program | undefined {
    const known = this.#programs.get(name);
    if (known !== undefined) return known;
    const made = this.source?.make(name);
    if (made !== undefined) this.#programs.set(name, made);
    return made;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Replaces what had the name. */
  set(name: string, program: Program): void {
    this.#programs.set(name, program);
  }

  names(): ReadonlySet<string> {
    return new Set([...this.#programs.keys(), ...(this.source?.names() ?? [])]);
  }
}
