/** A process that was started in a running container, and what the runtime hears of it before it is its program. */
import type { Kernel, Process } from "../kernel/index.ts";
import { assert, decode } from "../lib/index.ts";
import { DeferredFile, type FileSource, type OpenFile } from "../vfs/index.ts";

export class StartedExec implements FileSource {
  /** Where its init reports. Most never have to: what they would say is known. */
  readonly channel = new DeferredFile(this);
  readonly #kernel: Kernel;
  /** True if a message was something else than the result. */
  readonly #takes: (message: Uint8Array) => boolean;
  #process: Process | undefined;
  #failure: string | undefined;
  #isSettled = false;

  constructor(kernel: Kernel, takes: (message: Uint8Array) => boolean) {
    this.#kernel = kernel;
    this.#takes = takes;
  }

  get process(): Process {
    assert(this.#process !== undefined, "an exec has a process");
    return this.#process;
  }

  /** Its init runs from now on. */
  begin(process: Process): void {
    this.#process = process;
  }

  /** Why it could not become its program; `undefined` while it is not known, and if it could. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** True once it is known whether it could. */
  get isSettled(): boolean {
    return this.#isSettled || !this.process.isAlive;
  }

  /** Notes that init has succeeded as far as it goes: execve comes next. */
  settle(): void {
    this.#isSettled = true;
  }

  open(): OpenFile {
    return this.#kernel.pipes.sink(0, 0, (message) => {
      if (this.#takes(message)) return;
      this.#failure = message.length === 0 ? undefined : decode(message);
      this.settle();
    });
  }
}
