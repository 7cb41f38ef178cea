/** A machine that manages no swarm refuses before anything else is looked at. */
import type { Swarm } from "@bottleship/core/engine";

/** @throws StatusError unavailable if the machine is in no swarm */
export function checkManager(swarm: Swarm): void {
  void swarm.cluster;
}
