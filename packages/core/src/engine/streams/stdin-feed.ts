/** Standard input of a container, from the host: what does not fit into the pipe yet waits here. */
import { Errno } from "../../abi/index.ts";
import type { Waiter } from "../../sim/index.ts";
import type { OpenFile } from "../../vfs/index.ts";

/** The engine's end of a container's standard input. */
export class StdinFeed implements Waiter {
  #pipe: OpenFile | undefined;
  #waiting: Uint8Array[] = [];
  #ended = false;
  #closed = false;

  /** Without a pipe everything waits for `connect`. */
  constructor(pipe?: OpenFile) {
    this.#pipe = pipe;
  }

  connect(pipe: OpenFile): void {
    this.#pipe = pipe;
    this.notify();
  }

  write(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.notify();
  }

  /** Closes the pipe when everything has been taken. */
  end(): void {
    this.#ended = true;
    this.notify();
  }

  /** The pipe has room again, perhaps. */
  notify(): void {
    const pipe = this.#pipe;
    if (pipe === undefined) return;
    try {
      while (this.#waiting[0] !== undefined && !this.#closed) {
        const taken = pipe.write(this.#waiting[0]);
        if (taken === undefined) {
          pipe.ops.ready?.add(this);
          return;
        }
        if (taken < this.#waiting[0].length) this.#waiting[0] = this.#waiting[0].subarray(taken);
        else this.#waiting.shift();
      }
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      this.#waiting = [];
    }
    if (this.#ended && this.#waiting.length === 0 && !this.#closed) {
      this.#closed = true;
      pipe.release();
    }
  }
}
