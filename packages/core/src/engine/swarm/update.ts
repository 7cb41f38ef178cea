/**
 * An update: tasks of old settings are replaced by such of new ones, some at a time. It is watched for a while; when too
 * many of the new ones end, it pauses or is taken back.
 *
 * @see swarmkit manager/orchestrator/update/updater.go
 */
import type { Clock, Timer } from "../../sim/index.ts";
import type { Service, UpdateState, UpdateStatus } from "./service.ts";
import { DEFAULT_MONITOR, type UpdateConfig } from "./service-spec.ts";
import type { Task } from "./task.ts";

export interface UpdateParts {
  readonly clock: Clock;
  /** Does it as soon as there is a daemon. */
  readonly whenUp: (work: () => void) => void;
  /** A new task for the place of an old one: it waits until it may run. */
  readonly replace: (old: Task) => Task;
  readonly release: (task: Task) => void;
  /** It has ended, or nobody waits for its end. */
  readonly isOver: (task: Task) => boolean;
  readonly retire: (task: Task) => void;
  readonly report: (service: Service, status: UpdateStatus) => void;
  readonly rollBack: (service: Service, message: string) => void;
}

interface Exchange {
  readonly old: Task;
  readonly task: Task;
}

/** What an update has come to when nothing is left to be replaced. */
export function completion(update: UpdateStatus, completedUs: number): UpdateStatus {
  return update.state.startsWith("rollback")
    ? { ...update, state: "rollback_completed", completedUs, message: "rollback completed" }
    : { ...update, state: "completed", completedUs, message: "update completed" };
}

export class Update {
  readonly #parts: UpdateParts;
  readonly #service: Service;
  readonly #config: UpdateConfig;
  readonly #waiting: Task[];
  readonly #total: number;
  readonly #exchanges = new Set<Exchange>();
  /** New tasks, and since when each has run. One that has not yet counts whenever it ends. */
  readonly #watched = new Map<Task, number | "not yet">();
  readonly #startedUs: number;
  #notBeforeUs = 0;
  #lastUs: number;
  #failures = 0;
  #isOver = false;
  #timer: Timer | undefined;

  constructor(parts: UpdateParts, service: Service, old: readonly Task[]) {
    this.#parts = parts;
    this.#service = service;
    this.#waiting = [...old];
    this.#total = old.length;
    this.#startedUs = parts.clock.nowUs;
    this.#lastUs = this.#startedUs;
    const { UpdateConfig: update, RollbackConfig: rollback } = service.spec;
    this.#config = (this.#isRollback ? rollback : update) ?? { Parallelism: 1, MaxFailureRatio: 0 };
    if (service.update === undefined) this.#report("updating", "update in progress");
    this.advance();
  }

  get #isRollback(): boolean {
    return this.#service.update?.state.startsWith("rollback") === true;
  }

  /** Goes as far as it gets now. Called whenever a task has changed. */
  advance(): void {
    if (this.#isOver) return;
    const { nowUs } = this.#parts.clock;
    for (const exchange of [...this.#exchanges]) if (this.#isDone(exchange)) this.#done(exchange, nowUs);
    const { Parallelism } = this.#config;
    const most = Parallelism === 0 ? this.#total : Parallelism;
    while (this.#waiting.length > 0 && this.#exchanges.size < most && nowUs >= this.#notBeforeUs) this.#begin();
    if (this.#exchanges.size > 0) return;
    if (this.#waiting.length > 0) this.#wakeAt(this.#notBeforeUs);
    else {
      const endUs = this.#lastUs + (this.#config.Monitor || DEFAULT_MONITOR) / 1000;
      if (nowUs >= endUs) this.#complete();
      else this.#wakeAt(endUs);
    }
  }

  /** A task has ended that was to run. */
  failed(task: Task): void {
    const sinceUs = this.#watched.get(task);
    if (this.#isOver || sinceUs === undefined) return;
    this.#watched.delete(task);
    const { Monitor, MaxFailureRatio, FailureAction = "" } = this.#config;
    const runsUs = sinceUs === "not yet" ? 0 : this.#parts.clock.nowUs - sinceUs;
    if (runsUs > (Monitor || DEFAULT_MONITOR) / 1000) return;
    if (++this.#failures / this.#total <= MaxFailureRatio || FailureAction === "continue") return;
    const why = `due to failure or early termination of task ${task.id}`;
    this.cancel();
    if (FailureAction === "rollback" && !this.#isRollback) {
      this.#parts.rollBack(this.#service, `update rolled back ${why}`);
    } else if (this.#isRollback) this.#report("rollback_paused", `rollback paused ${why}`);
    else this.#report("paused", `update paused ${why}`);
  }

  /** Another one takes its place, or the service is gone. */
  cancel(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }

  #begin(): void {
    const old = this.#waiting.shift();
    if (old === undefined || !old.isWanted) return;
    const task = this.#parts.replace(old);
    this.#exchanges.add({ old, task });
    this.#watched.set(task, "not yet");
    if (this.#config.Order === "start-first") this.#parts.release(task);
    else this.#parts.retire(old);
  }

  #isDone({ old, task }: Exchange): boolean {
    if (this.#config.Order === "start-first") {
      if (task.state === "running" && old.isWanted) this.#parts.retire(old);
    } else if (this.#parts.isOver(old) && task.desired === "ready") this.#parts.release(task);
    return task.desired !== "ready" && (task.state === "running" || task.hasEnded || !task.isWanted);
  }

  #done(exchange: Exchange, nowUs: number): void {
    this.#exchanges.delete(exchange);
    this.#watched.set(exchange.task, nowUs);
    this.#lastUs = nowUs;
    this.#notBeforeUs = nowUs + (this.#config.Delay ?? 0) / 1000;
  }

  #complete(): void {
    this.cancel();
    const { update } = this.#service;
    if (update !== undefined) this.#parts.report(this.#service, completion(update, this.#parts.clock.nowUs));
  }

  #report(state: UpdateState, message: string): void {
    const { startedUs = this.#startedUs } = this.#service.update ?? {};
    this.#parts.report(this.#service, { state, message, startedUs, completedUs: undefined });
  }

  #wakeAt(dueUs: number): void {
    this.#timer ??= this.#parts.clock.timer(() => this.#parts.whenUp(() => this.advance()));
    this.#timer.arm(dueUs);
  }
}
