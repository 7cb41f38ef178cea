/**
 * Docker answers a request to start when runc and containerd have long told it that the program is executed: whoever hears
 * of it can count on a program that has taken its first steps, and set up what it does about signals.
 */

import type { Engine } from "../engine.ts";
import type { Container } from "./container.ts";

/** How much later than the start the answer is, in virtual time. A real engine takes rather longer. */
const ANSWER_US = 1_000;

/** Waits until a container that was started has begun, or ended. @throws ConnectionLost if the daemon ends before */
export function begun({ life }: Pick<Engine, "life">, container: Container): Promise<void> {
  const unless = (): boolean => !container.isRunning;
  return life.sleep(ANSWER_US, { unless, what: `container ${container.name} to begin` });
}
