/** A queue that one side fills and the other iterates over, waiting where it is empty. */
export class KeyQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  #isOver = false;
  #notify: (() => void) | undefined;

  push(item: T): void {
    this.#items.push(item);
    this.#notify?.();
  }

  /** Nothing more will come; who waits, waits for ever, as at a terminal where nobody types. */
  end(): void {
    this.#isOver = true;
    this.#notify?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      while (this.#items.length > 0) yield this.#items.shift() as T;
      if (this.#isOver) return;
      await new Promise<void>((resolve) => {
        this.#notify = resolve;
      });
    }
  }
}
