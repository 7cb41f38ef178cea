/**
 * What the machines of a swarm tell each other of services: which task is where on which network.
 *
 * Unlike Docker's, where it spreads by gossip, what one machine tells all others know at once.
 *
 * @see moby libnetwork/networkdb, libnetwork/agent.go: handleEpTableEvent
 */
import { Emitter } from "../../lib/index.ts";
import type { IngressPort } from "./load-balancer.ts";
import type { Named, NameTable } from "./name-table.ts";

/** The service that a container is a task of. */
export interface ServiceRole {
  readonly id: string;
  readonly name: string;
  /** What else it is called, by the id of the network. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  /** By the id of the network; none where its tasks are found by their own addresses. */
  readonly virtualAddresses: ReadonlyMap<string, string>;
  /** Ports that lead to it from every node. */
  readonly ports: readonly IngressPort[];
}

/** A task's place on a network. */
export interface BoundTask {
  /** The network's id. */
  readonly network: string;
  readonly role: ServiceRole;
  /** The container's name. */
  readonly name: string;
  /** The id of its endpoint. */
  readonly id: string;
  readonly address: string;
  /** The address of the machine that it is on. */
  readonly host: string;
  /** How it is found by name; not at all on the ingress network. */
  readonly record: Named | undefined;
  /** Where names are, for all machines. */
  readonly names: NameTable;
}

export class ServiceRegistry extends Emitter<{
  /** A task takes connections from now on. */
  bound: [task: BoundTask];
  /** A task keeps its connections, and gets no new ones. */
  disabled: [task: BoundTask];
  removed: [task: BoundTask];
}> {
  /** And whether each takes new connections. */
  readonly #tasks = new Map<BoundTask, boolean>();
  /** Machines that the others have lost sight of. */
  readonly #lost = new Set<string>();

  has(task: BoundTask): boolean {
    return this.#tasks.has(task);
  }

  bind(task: BoundTask): void {
    this.#tasks.set(task, true);
    this.#show(task);
  }

  disable(task: BoundTask): void {
    if (this.#tasks.get(task) !== true) return;
    this.#tasks.set(task, false);
    if (task.record !== undefined) task.names.delete(task.record);
    this.emit("disabled", task);
  }

  remove(task: BoundTask): void {
    if (!this.#tasks.has(task)) return;
    this.disable(task);
    this.#tasks.delete(task);
    this.emit("removed", task);
  }

  /** What a machine knows that comes to a network. */
  tasksOn(network: string, host: string): readonly BoundTask[] {
    return [...this.#tasks].flatMap(([task, takes]) =>
      takes && task.network === network && this.isKnown(task, host) ? task : [],
    );
  }

  /** The others take a machine for dead: its tasks are found by nobody else. */
  lose(host: string): void {
    if (this.#lost.has(host)) return;
    this.#lost.add(host);
    for (const task of this.#of(host)) {
      if (task.record !== undefined) task.names.delete(task.record);
      this.emit("removed", task);
    }
  }

  /** A host is heard again. */
  find(host: string): void {
    if (!this.#lost.delete(host)) return;
    for (const task of this.#of(host)) if (this.#tasks.get(task) === true) this.#show(task);
  }

  #show(task: BoundTask): void {
    if (task.record !== undefined && !this.#lost.has(task.host)) task.names.add(task.record);
    this.emit("bound", task);
  }

  /** Whether a machine hears of a task: of its own it always does. */
  isKnown({ host }: BoundTask, machine: string): boolean {
    return host === machine || !this.#lost.has(host);
  }

  #of(host: string): readonly BoundTask[] {
    return [...this.#tasks.keys()].filter((task) => task.host === host);
  }
}
