/** What the processes of a container ask of the kernel, as they ask it. */
import type { Container, Engine } from "../engine/index.ts";
import { type Cgroup, formatTrace, type TraceEntry } from "../kernel/index.ts";

export interface Strace {
  readonly entries: readonly TraceEntry[];
  /** The lines that strace(1) would print. */
  lines(): readonly string[];
  /** Ends the recording; what was recorded stays. */
  stop(): void;
}

/** Records the calls of all processes of a container that is created or running, until `stop`. */
export function strace(engine: Engine, container: Container): Strace {
  const { kernel } = engine;
  const watch = kernel.tracer.watch((process) => {
    for (let at: Cgroup | undefined = process.cgroup; at !== undefined; at = at.parent) {
      if (at === container.oci?.cgroup) return true;
    }
    return false;
  });
  return {
    entries: watch.entries,
    lines: () => watch.entries.map(formatTrace),
    stop: () => watch.stop(),
  };
}
