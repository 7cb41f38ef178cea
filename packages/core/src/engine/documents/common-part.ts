/** What documents of many have in common: each gets a copy that is its own, made from what was worked out once. */
import { copyData, isNested } from "../../lib/index.ts";

export class CommonPart<T extends object> {
  /** As JSON has it. */
  readonly #document: T;
  /** Members that have to be looked into: there are many, and most are texts and numbers. */
  readonly #nested: readonly (keyof T)[];

  constructor(document: T) {
    this.#document = JSON.parse(JSON.stringify(document)) as T;
    this.#nested = (Object.keys(this.#document) as (keyof T)[]).filter((name) => isNested(this.#document[name]));
  }

  copy(): T {
    const copy = { ...this.#document };
    for (const name of this.#nested) copy[name] = copyData(copy[name]);
    return copy;
  }
}
