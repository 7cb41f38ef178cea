import { Emitter, ownFunction, Ring, StatusError } from "../lib/index.ts";
import { microsecondsOf, Prng } from "../sim/index.ts";
import { ApiDoor } from "./api-door.ts";
import { checkRule } from "./check-rule.ts";
import { ruleText } from "./describe.ts";
import { EventFaults } from "./event-faults.ts";
import type { FaultTargets } from "./fault-targets.ts";
import { ProcessFaults, type StartedContainer } from "./process-faults.ts";
import { addPullFault } from "./registry-faults.ts";
import type {
  ClockFault,
  ContainerRef,
  DaemonFault,
  FaultPlan,
  FaultRule,
  FiredFault,
  HeldFault,
  NetworkFault,
} from "./rule.ts";
import { schedule } from "./scheduled.ts";
import { SyscallFaults } from "./syscall-faults.ts";
import { invalid, type TriggerSource } from "./trigger.ts";

/** How much of what rules have done is kept. */
export const FIRED_KEPT = 10_000;
/** Lines of an explanation. */
const EXPLAINED = 10;

/** The rules of an engine by which things fail: `engine.faults`. */
export class Faults extends Emitter<{ fired: [fault: FiredFault] }> {
  /** The door for calls of the API, used by those who carry them out. */
  readonly api: ApiDoor;
  /** The way of events to their subscribers. */
  readonly events: EventFaults;
  readonly #targets: FaultTargets;
  readonly #syscalls: SyscallFaults;
  readonly #processes: ProcessFaults;
  readonly #held = new Map<HeldFault, FaultRule>();
  readonly #fired = new Ring<FiredFault>(FIRED_KEPT);

  constructor(targets: FaultTargets) {
    super();
    const { world, kernel, calls, find, containerIn, running } = targets;
    this.#targets = targets;
    const shared = { fired: this.#note, kernel, world };
    this.api = new ApiDoor({ ...shared, log: calls, find });
    this.events = new EventFaults(shared);
    this.#syscalls = new SyscallFaults({ ...shared, containerIn });
    this.#processes = new ProcessFaults({ ...shared, running });
    world.narrate(() => this.#lines());
  }

  /** The rules that hold, in the order in which they were set. */
  get rules(): FaultPlan {
    return [...this.#held.values()];
  }

  /** What rules have done, oldest first. */
  get fired(): readonly FiredFault[] {
    return [...this.#fired];
  }

  /** Sets rules, from now on. @throws StatusError invalid-argument for one that cannot be; then none of them holds */
  add(...plan: FaultPlan): HeldFault {
    const added: HeldFault[] = [];
    const undo = (): void => {
      for (const held of added.splice(0).reverse()) {
        this.#held.delete(held);
        held.undo();
      }
    };
    try {
      for (const rule of plan) {
        const held = this.#set(rule);
        this.#held.set(held, rule);
        added.push(held);
      }
    } catch (error) {
      undo();
      throw error;
    }
    return { undo, [Symbol.dispose]: undo };
  }

  /** Undoes one of `rules`: the first is 1. @throws StatusError not-found */
  undo(number: number): void {
    const held = [...this.#held.keys()][number - 1];
    if (held === undefined) throw new StatusError("not-found", `No such rule: ${number} of ${this.#held.size}`);
    this.#held.delete(held);
    held.undo();
  }

  /** Undoes all rules. */
  clear(): void {
    for (const held of [...this.#held.keys()].reverse()) held.undo();
    this.#held.clear();
  }

  /** Whether somebody wants to be told of programs that are started. */
  get concernsStarts(): boolean {
    return this.#processes.hasRules;
  }

  /** A container's program has been started: told by the engine. */
  started(container: StartedContainer): void {
    this.#processes.started(container);
  }

  /** A rule draws from a stream of its own, so that others can come and go: the seed, the machine and its words decide. */
  #sourceOf(rule: FaultRule): TriggerSource {
    const { world, kernel } = this.#targets;
    const text = ruleText(rule);
    const alike = this.rules.filter((other) => ruleText(other) === text).length;
    return {
      nowUs: () => world.clock.nowUs,
      prng: new Prng(`${world.seed}:faults:${kernel.machine.hostname}:${text}:${alike}`),
    };
  }

  #set(rule: FaultRule): HeldFault {
    checkRule(rule);
    const { world } = this.#targets;
    const source = this.#sourceOf(rule);
    switch (rule.on) {
      case "api":
        return this.api.add(rule, source);
      case "events":
        return this.events.add(rule, source);
      case "syscall":
      case "disk":
        return this.#syscalls.add(rule, source);
      case "pull":
        return addPullFault(rule, { ...source, fail: this.#targets.failRegistry, fired: this.#note });
      case "process":
        return this.#processes.add(rule, source);
      case "network":
        return schedule(world.clock, rule, () => this.#changeLinks(rule));
      case "clock":
        return this.#setClock(rule);
      case "daemon":
        return schedule(world.clock, rule, () => this.#disturbDaemon(rule));
    }
  }

  #changeLinks(rule: NetworkFault): () => void {
    const end = this.#targets.changeLinks(rule);
    const { container, network, between } = rule;
    const who = between === undefined ? [network, container].filter((name) => name !== undefined) : [...between];
    this.#note(rule, `links of ${who.join(" and ")} changed`, undefined);
    return end;
  }

  #setClock(rule: ClockFault): HeldFault {
    const { kernel, world } = this.#targets;
    let byUs: number;
    try {
      byUs = Math.round(microsecondsOf(rule.jump));
    } catch (error) {
      throw invalid(error instanceof Error ? error.message : String(error));
    }
    return schedule(world.clock, rule, () => {
      kernel.wallOffsetUs += byUs;
      this.#note(rule, `the wall clock jumped by ${rule.jump}`, undefined);
      return () => {
        kernel.wallOffsetUs -= byUs;
      };
    });
  }

  #disturbDaemon(rule: DaemonFault): undefined {
    this.#note(rule, `the daemon ${rule.effect === "crash" ? "crashed" : "was restarted"}`, undefined);
    void this.#targets.disturbDaemon(rule);
  }

  readonly #note = ownFunction((rule: FaultRule, what: string, container: ContainerRef | undefined): void => {
    const fired: FiredFault = { timeUs: this.#targets.kernel.nowUs, rule, what, container };
    this.#fired.push(fired);
    this.#targets.world.trace.addText(what);
    this.emit("fired", fired);
  });

  *#lines(): Iterable<string> {
    const { startUs } = this.#targets.world.clock;
    for (const { timeUs, what } of this.fired.slice(-EXPLAINED)) yield `fault at ${timeUs - startUs} µs: ${what}`;
  }
}
