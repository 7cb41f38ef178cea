/** The tasks that there are, and those that are remembered. @see swarmkit manager/orchestrator/taskreaper */
import { StatusError } from "../../lib/index.ts";
import { Task, type TaskRecord } from "./task.ts";

export interface TaskReader {
  /** By id. */
  all(): readonly Task[];
  of(serviceId: string): readonly Task[];
  /** @throws StatusError not-found */
  get(reference: string): Task;
}

export class TaskTable implements TaskReader {
  readonly #tasks = new Map<string, Task>();

  /** The tasks as data, oldest first. */
  get records(): readonly TaskRecord[] {
    return [...this.#tasks.values()].map(({ record }) => record);
  }

  restore(records: readonly TaskRecord[]): void {
    for (const record of records) this.add(Task.restored(record));
  }

  add(task: Task): void {
    this.#tasks.set(task.id, task);
  }

  has({ id }: Task): boolean {
    return this.#tasks.has(id);
  }

  delete({ id }: Task): void {
    this.#tasks.delete(id);
  }

  all(): readonly Task[] {
    return [...this.#tasks.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Oldest first. */
  of(serviceId: string): readonly Task[] {
    return [...this.#tasks.values()].filter((task) => task.serviceId === serviceId);
  }

  /** By id, or the beginning of one. */
  get(reference: string): Task {
    const found = this.#tasks.get(reference) ?? this.all().find(({ id }) => id.startsWith(reference));
    if (found === undefined) throw new StatusError("not-found", `task ${reference} not found`);
    return found;
  }

  /** The oldest of those that have been where `task` is, beyond what is remembered. A negative limit remembers all. */
  surplus(task: Task, limit: number): readonly Task[] {
    if (limit < 0 || task.iteration !== undefined) return [];
    const attempts = task.spec.RestartPolicy?.MaxAttempts ?? 0;
    const most = attempts > 0 ? attempts + 1 : limit;
    const same = this.of(task.serviceId).filter((one) => one.place === task.place);
    const excess = same.length - most;
    return excess <= 0 ? [] : same.filter((one) => !one.isWanted && one.hasEnded).slice(0, excess);
  }
}
