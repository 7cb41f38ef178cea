/** How many docker clients wait for the engine: while any does, the engine alone makes the world go on. */
export class ClientCount {
  #count = 0;

  get isZero(): boolean {
    return this.#count === 0;
  }

  change(by: 1 | -1): void {
    this.#count += by;
  }
}
