/**
 * One string for all equal ones: what thousands of objects are told in the same words they keep once.
 *
 * Only what was seen lately is known, so nothing is kept for ever.
 */
export class Interner {
  readonly #known = new Map<string, string>();

  get(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    if (this.#known.size === LIMIT) this.#known.clear();
    this.#known.set(text, text);
    return text;
  }
}

const LIMIT = 256;
