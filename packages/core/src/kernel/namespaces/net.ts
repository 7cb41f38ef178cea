/**
 * Network namespaces: each has a network stack, made when somebody first looks at it.
 *
 * @see network_namespaces(7)
 */
import { SmallMap } from "../../lib/index.ts";
import { type NetHost, NetStack } from "../../net/index.ts";
import { netSysctl, type SysctlValues } from "../sysctl/sysctl.ts";
import { Namespace } from "./namespace.ts";

/** Sets up a new stack. An interface rather than a function, for an object that is there anyway costs nothing more. */
export interface Furnisher {
  furnish(stack: NetStack): void;
}

/** Sets up the stack of a container without networks: it has loopback only. */
export const LOOPBACK_UP: Furnisher = { furnish: (stack) => stack.setUp(stack.loopback, true) };

export class NetNamespace extends Namespace {
  override get kind() {
    return "net" as const;
  }

  #sysctls: SysctlValues | undefined;
  /** The sysctls are shared with other namespaces: they are copied before they change. */
  #sharesSysctls = false;
  #stack: NetStack | undefined;
  /** What is to be done to the stack as soon as there is one. */
  #plan: Furnisher | undefined;

  /** Its own, to be changed. */
  get sysctls(): SysctlValues {
    if (this.#sysctls === undefined) this.#sysctls = new SmallMap();
    else if (this.#sharesSysctls) this.#sysctls = this.#sysctls.copy();
    this.#sharesSysctls = false;
    return this.#sysctls;
  }

  /** Nobody has done anything to it yet. */
  get isFresh(): boolean {
    return this.#sysctls === undefined && this.#stack === undefined;
  }

  /** A fresh one has these values, which nobody changes. */
  begin(sysctls: SysctlValues): void {
    this.#sysctls = sysctls;
    this.#sharesSysctls = true;
  }

  /** The stack; made, with everything that was planned for it, if there is none yet. */
  stack(host: NetHost): NetStack {
    if (this.#stack === undefined) {
      const made = new NetStack(host, (name) => netSysctl(this.#sysctls, name));
      this.#stack = made;
      this.#plan?.furnish(made);
      this.#plan = undefined;
    }
    return this.#stack;
  }

  /** The stack if there is one already. */
  get madeStack(): NetStack | undefined {
    return this.#stack;
  }

  /** Does something to the stack: at once if there is one, else when it is made. A plan costs nothing until then. */
  furnish(plan: Furnisher): void {
    const before = this.#plan;
    if (this.#stack !== undefined) plan.furnish(this.#stack);
    else this.#plan = before === undefined ? plan : new Both(before, plan);
  }
}

class Both implements Furnisher {
  readonly #first: Furnisher;
  readonly #second: Furnisher;

  constructor(first: Furnisher, second: Furnisher) {
    this.#first = first;
    this.#second = second;
  }

  furnish(stack: NetStack): void {
    this.#first.furnish(stack);
    this.#second.furnish(stack);
  }
}
