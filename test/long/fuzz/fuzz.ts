/** Workers that make random system calls for ever, and what is counted of them. */
import type { Engine } from "@bottleship/core";
import { type Call, Errno, type Routine, type SyscallName } from "@bottleship/core/abi";
import { Prng } from "@bottleship/core/sim";
import { Draw } from "./arguments.ts";
import { type Caller, drawCall } from "./calls.ts";
import { mayFailWith } from "./errnos.ts";
import { RECIPES } from "./recipes.ts";

const MAX_PROCESSES = 120;
const LAST_CALLS = 40;
/** A worker remembers so many of its children and descriptors. */
const MEMORY = 8;

/** Of one kind of call. */
export interface Count {
  made: number;
  succeeded: number;
  failed: number;
}

/** What was done on all machines of a run. */
export class Tally {
  readonly counts = new Map<SyscallName, Count>();
  /** Errors that the manual does not know. */
  readonly strange = new Set<string>();
  calls = 0;
  checks = 0;
  machines = 0;

  add(name: SyscallName): Count {
    this.calls++;
    const count = this.counts.get(name) ?? { made: 0, succeeded: 0, failed: 0 };
    this.counts.set(name, count);
    count.made++;
    return count;
  }
}

/** What a worker has been given. */
class Belongings {
  readonly pids: number[] = [];
  readonly descriptors: number[] = [];
  readonly sockets: number[] = [];

  learn(call: Call, answer: unknown): void {
    if (answer instanceof Errno) return;
    if (call.name === "clone") remember(this.pids, answer);
    else if (call.name === "open" || call.name === "dup") remember(this.descriptors, answer);
    else if (call.name === "socket") remember(this.sockets, answer);
    else if (call.name === "pipe2") for (const fd of answer as readonly number[]) remember(this.descriptors, fd);
    else if (call.name === "socketpair") for (const fd of answer as readonly number[]) remember(this.sockets, fd);
    else if (call.name === "accept4") remember(this.sockets, (answer as { readonly fd: number }).fd);
  }
}

function remember(list: number[], answer: unknown): void {
  if (typeof answer === "number") list.push(answer);
  if (list.length > MEMORY) list.shift();
}

/** One machine with its workers. */
export class Fuzz {
  readonly engine: Engine;
  readonly draw: Draw;
  readonly tally: Tally;
  /** The last calls that were made, as text. */
  readonly last: string[] = [];
  /** Workers, and in which check each has made its last call. */
  readonly busy = new Map<number, number>();
  /** Pids that the engine itself needs. */
  readonly #spared: ReadonlySet<number>;
  mayMount = true;

  constructor(engine: Engine, seed: string, tally: Tally) {
    this.engine = engine;
    this.draw = new Draw(new Prng(seed));
    this.tally = tally;
    this.#spared = new Set(engine.kernel.processes.keys());
  }

  /** Makes calls for ever. */
  *worker(): Routine<number> {
    const own = new Belongings();
    const caller: Caller = {
      pids: own.pids,
      child: () => this.worker(),
      mayClone: () => this.engine.kernel.processes.size < MAX_PROCESSES,
      mayMount: () => this.mayMount,
    };
    const ask = <K extends SyscallName, R>(call: Call<K, R>) => this.#ask(own, call);
    for (;;) {
      this.draw.descriptors = own.descriptors;
      this.draw.sockets = own.sockets;
      if (this.draw.chance(1, 200)) {
        yield* this.draw.from(RECIPES)(this.draw, ask);
        continue;
      }
      const call = drawCall(this.draw, caller);
      if (call.name !== "kill" || !this.#isHarmful(call)) yield* this.#ask(own, call);
    }
  }

  *#ask<K extends SyscallName, R>(own: Belongings, call: Call<K, R>): Routine<R | Errno> {
    const count = this.#note(call as unknown as Call);
    const answer = yield* call.attempt();
    own.learn(call as unknown as Call, answer);
    if (answer instanceof Errno) {
      count.failed++;
      if (!this.#isFiltered(call as unknown as Call) && !mayFailWith(call.name, answer.code))
        this.tally.strange.add(`${call.name}: ${answer.code}`);
    } else count.succeeded++;
    return answer;
  }

  #isFiltered({ name, a }: Call): boolean {
    const { seccomp } = this.engine.kernel.current ?? {};
    if (seccomp === undefined) return false;
    return seccomp.verdicts.has(name) || (name === "personality" && seccomp.personas?.has(Number(a)) === false);
  }

  /** It would end what the engine itself needs. */
  #isHarmful({ a }: Call): boolean {
    const { current } = this.engine.kernel;
    return current?.ns.pid.parent === undefined && (Number(a) === -1 || this.#spared.has(Math.abs(Number(a))));
  }

  #note(call: Call): Count {
    const { current } = this.engine.kernel;
    if (current !== undefined) this.busy.set(current.pid, this.tally.checks);
    this.last.push(`${current?.pid}: ${call.name}(${call.args.map(shown).join(", ")})`);
    if (this.last.length > LAST_CALLS) this.last.shift();
    return this.tally.add(call.name);
  }
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Set) return `{${[...value].join()}}`;
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
