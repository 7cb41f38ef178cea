/** Dockerfiles that were read not long ago, by their text: the same text is not read twice. */
import type { Dockerfile } from "./ast.ts";

/** More than one builds in turn. */
const LIMIT = 16;

export class KnownTexts {
  /** The one that was used last comes last. */
  readonly #known = new Map<string, Dockerfile>();

  get(text: string): Dockerfile | undefined {
    const found = this.#known.get(text);
    if (found !== undefined) this.set(text, found);
    return found;
  }

  set(text: string, dockerfile: Dockerfile): void {
    this.#known.delete(text);
    this.#known.set(text, dockerfile);
    const [oldest] = this.#known.keys();
    if (this.#known.size > LIMIT && oldest !== undefined) this.#known.delete(oldest);
  }
}
