/**
 * Whether a task that has ended is followed by another, and after how long.
 *
 * @see swarmkit manager/orchestrator/restart/restart.go
 */
import { isSameData } from "../../lib/index.ts";
import { DEFAULT_DELAY, type TaskSpec } from "./service-spec.ts";
import type { Task } from "./task.ts";

interface Attempts {
  readonly spec: TaskSpec;
  readonly timesUs: number[];
}

export type AttemptRecords = readonly (readonly [place: string, attempts: Attempts])[];

export class Restarts {
  readonly #attempts = new Map<string, Attempts>();

  /** The attempts as data. */
  get records(): AttemptRecords {
    return [...this.#attempts].map(([place, { spec, timesUs }]) => [place, { spec, timesUs: [...timesUs] }]);
  }

  restore(records: AttemptRecords): void {
    for (const [place, { spec, timesUs }] of records) this.#attempts.set(place, { spec, timesUs: [...timesUs] });
  }

  /** Notes an attempt, if there is to be one. `place` is what the next task takes the place of. */
  allow(task: Task, place: string, nowUs: number): boolean {
    const { Condition = "any", MaxAttempts = 0, Window = 0 } = task.spec.RestartPolicy ?? {};
    if (Condition === "none") return false;
    if (Condition === "on-failure" && task.state === "complete") return false;
    if (MaxAttempts === 0) return true;
    const known = this.#attempts.get(place);
    const attempts =
      known !== undefined && isSameData(known.spec, task.spec) ? known : { spec: task.spec, timesUs: [] };
    this.#attempts.set(place, attempts);
    const beginUs = Window === 0 ? 0 : nowUs - Window / 1000;
    const recent = attempts.timesUs.filter((timeUs) => timeUs >= beginUs);
    if (recent.length >= MaxAttempts) return false;
    attempts.timesUs.splice(0, attempts.timesUs.length, ...recent, nowUs);
    return true;
  }
}

/** Microseconds. */
export const restartDelayUs = ({ spec }: Task): number => (spec.RestartPolicy?.Delay ?? DEFAULT_DELAY) / 1000;
