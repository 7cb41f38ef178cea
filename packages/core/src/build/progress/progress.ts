/** Numbers the vertices of one build and tells what becomes of them. */
import type { LintWarning } from "../dockerfile/lint.ts";
import type { BuildListener } from "./events.ts";

export class Progress {
  readonly #tell: BuildListener;
  readonly #nowUs: () => number;
  #last = 0;
  /** Warnings belong to the vertex that has loaded the Dockerfile. */
  #first: VertexProgress | undefined;

  constructor(tell: BuildListener, nowUs: () => number) {
    this.#tell = tell;
    this.#nowUs = nowUs;
  }

  start(name: string): VertexProgress {
    const vertex = ++this.#last;
    this.#tell({ kind: "started", vertex, timeUs: this.#nowUs(), name });
    const started = new VertexProgress(vertex, this.#tell, this.#nowUs);
    this.#first ??= started;
    return started;
  }

  warning(warning: LintWarning): void {
    this.#first?.warning(warning);
  }
}

/** One vertex at work. */
export class VertexProgress {
  readonly #vertex: number;
  readonly #tell: BuildListener;
  readonly #nowUs: () => number;

  constructor(vertex: number, tell: BuildListener, nowUs: () => number) {
    this.#vertex = vertex;
    this.#tell = tell;
    this.#nowUs = nowUs;
  }

  status(text: string): void {
    this.#tell({ kind: "status", ...this.#about(), text, done: true });
  }

  log(stream: "stdout" | "stderr", bytes: Uint8Array): void {
    this.#tell({ kind: "log", ...this.#about(), stream, bytes });
  }

  warning(warning: LintWarning): void {
    this.#tell({ kind: "warning", ...this.#about(), warning });
  }

  complete(cached: boolean): void {
    this.#tell({ kind: "completed", ...this.#about(), cached });
  }

  fail(error: string): void {
    this.#tell({ kind: "failed", ...this.#about(), error });
  }

  cancel(): void {
    this.#tell({ kind: "canceled", ...this.#about() });
  }

  #about(): { readonly vertex: number; readonly timeUs: number } {
    return { vertex: this.#vertex, timeUs: this.#nowUs() };
  }
}
