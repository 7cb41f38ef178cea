/**
 * Jobs: the shell's children, by pipeline.
 *
 * The list is in the order of importance: the current job (`%+`) first, the previous one (`%-`) second. A job's number is
 * its slot in a table; a slot is free again when the job has been shown or waited for.
 */
import type { WaitStatus } from "../../abi/index.ts";

export type JobState = "running" | "stopped" | "done";

export interface JobProcess {
  readonly pid: number;
  /** `undefined` while it runs. */
  status: WaitStatus | undefined;
  /** The command, for `jobs`; known under job control only. */
  readonly text: string;
}

export class Job {
  readonly number: number;
  /** Under job control: it has a process group of its own, that of its first process. */
  readonly isControlled: boolean;
  readonly processes: JobProcess[] = [];
  state: JobState = "running";
  /** How it was stopped. */
  stopStatus: WaitStatus | undefined;
  /** Its state changed since it was last shown. */
  changed = false;
  /** The user knows how it ended. */
  waited = false;

  constructor(number: number, isControlled: boolean) {
    this.number = number;
    this.isControlled = isControlled;
  }

  copy(): Job {
    const job = new Job(this.number, this.isControlled);
    for (const process of this.processes) job.processes.push({ ...process });
    return Object.assign(job, {
      state: this.state,
      stopStatus: this.stopStatus,
      changed: this.changed,
      waited: this.waited,
    });
  }

  get firstPid(): number {
    return this.processes[0]?.pid ?? 0;
  }

  get lastPid(): number {
    return this.processes[this.processes.length - 1]?.pid ?? 0;
  }
}

export class Jobs {
  #slots: (Job | undefined)[] = [];
  #order: Job[] = [];

  /** The current job first. */
  get all(): readonly Job[] {
    return this.#order;
  }

  /** A new current job. */
  make(isControlled: boolean): Job {
    let slot = this.#slots.findIndex(
      (job) => job === undefined || (job.state === "done" && job.waited && !isControlled),
    );
    if (slot < 0) slot = this.#slots.length;
    const forgotten = this.#slots[slot];
    if (forgotten !== undefined) this.free(forgotten);
    const job = new Job(slot + 1, isControlled);
    this.#slots[slot] = job;
    this.#order.unshift(job);
    return job;
  }

  /** The jobs of `other` but for one: what `jobs` shows in a pipeline. */
  copyFrom(other: Jobs, except: Job | undefined): void {
    this.#order = other.#order.filter((job) => job !== except).map((job) => job.copy());
    for (const job of this.#order) this.#slots[job.number - 1] = job;
  }

  free(job: Job): void {
    this.#slots[job.number - 1] = undefined;
    this.#order = this.#order.filter((one) => one !== job);
  }

  freeAll(): void {
    this.#slots = [];
    this.#order = [];
  }

  /** A job that was put in the background comes after all stopped ones. */
  moveToBackground(job: Job): void {
    const others = this.#order.filter((one) => one !== job);
    const first = others.findIndex((one) => one.state !== "stopped");
    others.splice(first < 0 ? others.length : first, 0, job);
    this.#order = others;
  }

  /** A job that was stopped is the current one. */
  moveToFront(job: Job): void {
    this.#order = [job, ...this.#order.filter((one) => one !== job)];
  }

  /** What wait4(2) said of a process. Returns its job, if it has one. */
  report(pid: number, status: WaitStatus): Job | undefined {
    for (const job of this.#order) {
      if (job.state === "done") continue;
      const process = job.processes.find((one) => one.pid === pid);
      if (process === undefined) continue;
      process.status = "continued" in status ? undefined : status;
      this.#update(job);
      return job;
    }
    return undefined;
  }

  /**
   * The job that `%1`, `%+`, `%-`, `%name` or `%?text` means; the current one without a name.
   *
   * @returns the message of the error if there is none.
   */
  find(name: string | undefined): Job | string {
    const missing = `${name ?? ""}: no such job`;
    if (name === undefined) return this.#order[0] ?? "No current job";
    if (!name.startsWith("%")) return missing;
    const id = name.slice(1);
    if (id === "" || id === "+" || id === "%") return this.#order[0] ?? "No current job";
    if (id === "-") return this.#order[1] ?? "No previous job";
    if (/^[0-9]+$/.test(id)) {
      const numbered = this.#slots[Number(id) - 1];
      if (numbered !== undefined) return numbered;
    }
    const matches = this.#order.filter(({ processes }) => {
      const text = processes[0]?.text ?? "";
      return id.startsWith("?") ? text.includes(id.slice(1)) : text.startsWith(id);
    });
    if (matches.length > 1) return `${name}: ambiguous`;
    return matches[0] ?? missing;
  }

  #update(job: Job): void {
    const statuses = job.processes.map(({ status }) => status);
    if (statuses.includes(undefined)) return;
    const stopped = statuses.findLast((status) => status !== undefined && "stopped" in status);
    const state: JobState = stopped === undefined ? "done" : "stopped";
    if (stopped !== undefined) job.stopStatus = stopped;
    job.changed = true;
    if (job.state === state) return;
    job.state = state;
    if (state === "stopped") this.moveToFront(job);
  }
}
