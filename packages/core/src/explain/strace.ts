/** What the processes of a container ask of the kernel, as they ask it. */
import type { Container, Engine } from "../engine/index.ts";
import type { Strace } from "../kernel/index.ts";

export type { Strace };

/** Records the calls of all processes of a container that is created or running, until `stop`. */
export function strace(engine: Engine, container: Container): Strace {
  return engine.kernel.strace(container);
}
