/** Rules on the main processes of containers: crashes, deafness, leaks. */
import { Errno, SIGSEGV, SIGTERM } from "../abi/index.ts";
import { type Kernel, type Process, setMemory } from "../kernel/index.ts";
import { omit, ownFunction } from "../lib/index.ts";
import type { Timer } from "../sim/index.ts";
import type { ContainerRef, HeldFault, ProcessFault } from "./rule.ts";
import { schedule } from "./scheduled.ts";
import { containerScope } from "./scope.ts";
import { durationOf, invalid, Trigger, type TriggerSource } from "./trigger.ts";

/** A container whose program has been started. */
export interface StartedContainer extends ContainerRef {
  readonly process: Process;
}

export interface ProcessFaultParts {
  readonly kernel: Kernel;
  readonly running: () => Iterable<StartedContainer>;
  readonly fired: (rule: ProcessFault, what: string, container: ContainerRef) => void;
}

interface Rule {
  readonly fault: ProcessFault;
  readonly isWithin: (container: ContainerRef) => boolean;
  readonly trigger: Trigger<ContainerRef>;
  readonly timers: Set<Timer>;
}

const SECOND_US = 1_000_000;

export class ProcessFaults {
  readonly #parts: ProcessFaultParts;
  readonly #rules = new Set<Rule>();
  /** Processes that do not hear SIGTERM, and by which rule. */
  readonly #deaf = new Map<Process, Rule>();

  constructor(parts: ProcessFaultParts) {
    this.#parts = parts;
  }

  /** Concerns those that run, and those that will. @throws StatusError invalid-argument for a rule without an effect */
  add(fault: ProcessFault, source: TriggerSource): HeldFault {
    const { crashesAfter, ignoresTerm, leaks } = fault;
    if (crashesAfter === undefined && ignoresTerm === undefined && leaks === undefined) {
      throw invalid("a process crashes, ignores TERM, or leaks");
    }
    const rule: Rule = {
      fault,
      isWithin: containerScope(fault),
      trigger: new Trigger<ContainerRef>(omit(fault, "after", "lasts"), source),
      timers: new Set(),
    };
    return schedule(this.#parts.kernel.world.clock, fault, () => {
      this.#rules.add(rule);
      for (const container of this.#parts.running()) this.#consider(rule, container);
      return () => this.#end(rule);
    });
  }

  get hasRules(): boolean {
    return this.#rules.size > 0;
  }

  /** A container's program has been started. */
  started(container: StartedContainer): void {
    for (const rule of this.#rules) this.#consider(rule, container);
  }

  #consider(rule: Rule, container: StartedContainer): void {
    if (!rule.isWithin(container) || !rule.trigger.takes(container)) return;
    const { process } = container;
    // What it is called it gets from the program, which is about to begin.
    const first = `the first process of ${container.name}`;
    const { crashesAfter, signal = SIGSEGV, ignoresTerm, leaks } = rule.fault;
    const { signals } = this.#parts.kernel;
    if (crashesAfter !== undefined) {
      this.#later(rule, durationOf(crashesAfter), () => {
        if (!process.isAlive) return;
        this.#parts.fired(rule.fault, `${process.name}[${process.pid}] crashed with signal ${signal}`, container);
        signals.act(process, signal);
      });
    }
    if (ignoresTerm === true) {
      this.#deaf.set(process, rule);
      this.#parts.fired(rule.fault, `${first} ignores SIGTERM`, container);
      signals.isLost ??= this.#isLost;
    }
    if (leaks !== undefined) {
      this.#parts.fired(rule.fault, `${first} leaks ${leaks} bytes a second`, container);
      this.#leak(rule, process, leaks);
    }
  }

  readonly #isLost = ownFunction(
    (target: Process, signal: number): boolean => signal === SIGTERM && this.#deaf.has(target),
  );

  #leak(rule: Rule, process: Process, bytes: number): void {
    this.#later(rule, SECOND_US, () => {
      if (!process.isAlive) return;
      try {
        setMemory(process, process.memoryBytes + bytes);
      } catch (error) {
        // There is no more to be had, and nobody to be killed for it.
        if (!(error instanceof Errno)) throw error;
      }
      if (process.isAlive) this.#leak(rule, process, bytes);
    });
  }

  #later(rule: Rule, us: number, act: () => void): void {
    const timer = this.#parts.kernel.world.clock.after(us, () => {
      rule.timers.delete(timer);
      act();
    });
    rule.timers.add(timer);
  }

  #end(rule: Rule): void {
    this.#rules.delete(rule);
    for (const timer of rule.timers) timer.cancel();
    rule.timers.clear();
    for (const [process, by] of [...this.#deaf]) if (by === rule) this.#deaf.delete(process);
    if (this.#deaf.size === 0) this.#parts.kernel.signals.isLost = undefined;
  }
}
