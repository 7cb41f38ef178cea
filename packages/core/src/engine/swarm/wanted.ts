/**
 * Which tasks a service is to have, seen from those that it has.
 *
 * @see swarmkit manager/orchestrator/replicated/slot.go, services.go; jobs/replicated/reconciler.go
 */
import type { Service } from "./service.ts";
import type { Task } from "./task.ts";

export interface Wanted {
  readonly kept: readonly Task[];
  readonly surplus: readonly Task[];
  /** Places that are to have a new task. */
  readonly missing: readonly number[];
}

/** Of a service with so many replicas: the lowest places stay, and free ones are filled from 1. */
export function wantedReplicas(count: number, all: readonly Task[]): Wanted {
  const live = new Set(all.filter(({ isWanted }) => isWanted).map(({ slot }) => slot));
  const kept = new Set([...live].sort((a, b) => a - b).slice(0, count));
  const missing = new Set<number>();
  for (let slot = 1; kept.size + missing.size < count; slot++) if (!live.has(slot)) missing.add(slot);
  return {
    kept: all.filter(({ isWanted, slot }) => isWanted && kept.has(slot)),
    // What has been at a place that is filled again is remembered.
    surplus: all.filter(({ slot }) => !kept.has(slot) && !missing.has(slot)),
    missing: [...missing],
  };
}

/** Of a job's present run: as many at once as may be, until as many have completed as are wanted. Places are from 0. */
export function wantedOfJob({ spec, iteration }: Service, all: readonly Task[]): Wanted {
  const { MaxConcurrent = 1 } = spec.Mode.ReplicatedJob ?? {};
  const { TotalCompletions = MaxConcurrent } = spec.Mode.ReplicatedJob ?? {};
  const own = all.filter((task) => task.iteration === iteration);
  const completed = own.filter(({ state }) => state === "complete").length;
  const running = own.filter((task) => task.isWanted && !task.hasEnded).length;
  const count = Math.min(MaxConcurrent - running, TotalCompletions - completed - running);
  const taken = new Set(own.filter((task) => task.isWanted || task.state === "complete").map(({ slot }) => slot));
  const missing: number[] = [];
  for (let slot = 0; missing.length < count; slot++) if (!taken.has(slot)) missing.push(slot);
  // What earlier runs have come to is remembered.
  return { kept: own, surplus: all.filter((task) => task.iteration !== iteration && !task.hasEnded), missing };
}
