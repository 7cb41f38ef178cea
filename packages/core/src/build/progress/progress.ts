/** Numbers the vertices of one build and tells what becomes of them. */
import type { LintWarning } from "../dockerfile/lint.ts";
import type { BuildListener } from "./events.ts";

export class Progress {
  readonly #tell: BuildListener | undefined;
  readonly #nowUs: () => number;
  #last = 0;
  /** Warnings belong to the vertex that has loaded the Dockerfile. */
  #first: VertexProgress | undefined;

  constructor(tell: BuildListener | undefined, nowUs: () => number) {
    this.#tell = tell;
    this.#nowUs = nowUs;
  }

  /** Somebody listens. */
  get isHeard(): boolean {
    return this.#tell !== undefined;
  }

  /** A vertex that will wait for others, and is announced when they are known. */
  plan(name: string): VertexProgress {
    return new VertexProgress(++this.#last, name, this.#tell, this.#nowUs);
  }

  /** A vertex of which nobody hears. */
  hidden(): VertexProgress {
    return new VertexProgress(0, "", undefined, this.#nowUs);
  }

  /** A vertex that begins at once. */
  start(name: string): VertexProgress {
    const started = new VertexProgress(++this.#last, name, this.#tell, this.#nowUs);
    started.start();
    this.#first ??= started;
    return started;
  }

  warning(warning: LintWarning): void {
    this.#first?.warning(warning);
  }
}

/** One vertex at work. */
export class VertexProgress {
  readonly number: number;
  readonly #name: string;
  readonly #tell: BuildListener | undefined;
  readonly #nowUs: () => number;

  constructor(number: number, name: string, tell: BuildListener | undefined, nowUs: () => number) {
    this.number = number;
    this.#name = name;
    this.#tell = tell;
    this.#nowUs = nowUs;
  }

  announce(inputs: readonly VertexProgress[]): void {
    const numbers = inputs.map(({ number }) => number);
    this.#tell?.({ kind: "planned", ...this.#about(), name: this.#name, inputs: numbers });
  }

  start(): void {
    this.#tell?.({ kind: "started", ...this.#about(), name: this.#name });
  }

  status(text: string): void {
    this.#tell?.({ kind: "status", ...this.#about(), text, done: true });
  }

  log(stream: "stdout" | "stderr", bytes: Uint8Array): void {
    this.#tell?.({ kind: "log", ...this.#about(), stream, bytes });
  }

  warning(warning: LintWarning): void {
    this.#tell?.({ kind: "warning", ...this.#about(), warning });
  }

  complete(cached: boolean): void {
    this.#tell?.({ kind: "completed", ...this.#about(), cached });
  }

  fail(error: string): void {
    this.#tell?.({ kind: "failed", ...this.#about(), error });
  }

  cancel(error: string): void {
    this.#tell?.({ kind: "canceled", ...this.#about(), error });
  }

  #about(): { readonly vertex: number; readonly timeUs: number } {
    return { vertex: this.number, timeUs: this.#nowUs() };
  }
}
