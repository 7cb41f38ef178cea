/** Who is in no swarm hears of that before anything else is looked at. */
import type { Swarm } from "@bottleship/core/engine";

/** @throws StatusError unavailable if the machine is in no swarm */
export function checkManager(swarm: Swarm): void {
  void swarm.cluster;
}
