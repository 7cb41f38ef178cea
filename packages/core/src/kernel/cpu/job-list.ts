/**
 * Who owes CPU time, in the order in which they came.
 *
 * A list by links, for a `Map` whose few entries come and go makes its table anew every few of them, and hashes every
 * process.
 */
import { assert } from "../../lib/index.ts";
import type { Process } from "../process.ts";

/** What a process owes. */
export interface Job {
  readonly process: Process;
  leftUs: number;
  /** Processors that it has now, 0 … 1. */
  rate: number;
  previous: Job | undefined;
  next: Job | undefined;
}

export class JobList {
  #first: Job | undefined;
  #last: Job | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The one that came first; the others follow by `next`. */
  get first(): Job | undefined {
    return this.#first;
  }

  /** Behind all others; from now on it is the process's job. */
  add(process: Process, leftUs: number): Job {
    assert(process.job === undefined, "a process that is served owes nothing more");
    const job: Job = { process, leftUs, rate: 0, previous: this.#last, next: undefined };
    if (this.#last === undefined) this.#first = job;
    else this.#last.next = job;
    this.#last = job;
    this.#size++;
    process.job = job;
    return job;
  }

  remove(job: Job): void {
    const { previous, next, process } = job;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    job.previous = undefined;
    job.next = undefined;
    this.#size--;
    process.job = undefined;
  }

  /** Those that are owed no more than `us`, as it is now. */
  upTo(us: number): readonly Job[] {
    const found: Job[] = [];
    for (let job = this.#first; job !== undefined; job = job.next) if (job.leftUs <= us) found.push(job);
    return found;
  }
}
