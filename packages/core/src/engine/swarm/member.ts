/**
 * A machine as a node of a swarm: its agent, its part in the swarm's networks, and what it has to tell a manager that it
 * does not reach.
 *
 * @see moby daemon/cluster/noderunner.go, swarmkit node/node.go
 */
import { derivedId, shortId } from "../names.ts";
import type { ServiceRegistry } from "../network/service-registry.ts";
import { Agent } from "./agent.ts";
import type { SwarmNode } from "./node.ts";
import type { Service } from "./service.ts";
import type { NetworkMember, SwarmNetworks } from "./swarm-networks.ts";
import type { SwarmParts } from "./swarm-parts.ts";
import type { Task, TaskState } from "./task.ts";
import type { PayloadStores } from "./task-files.ts";

export interface MemberInit {
  readonly parts: SwarmParts;
  readonly node: SwarmNode;
  readonly swarmId: string;
  readonly networks: SwarmNetworks;
  readonly registry: ServiceRegistry;
  readonly payloads: PayloadStores;
  readonly serviceOf: (task: Task) => Service | undefined;
  /** A manager hears of a task. */
  readonly report: (task: Task, state: TaskState, message: string, error: string) => void;
  /** It is connected to a manager. */
  readonly isConnected: () => boolean;
  readonly access: NetworkMember["access"];
}

type Report = readonly [task: Task, state: TaskState, message: string, error: string];

export class Member {
  readonly node: SwarmNode;
  readonly parts: SwarmParts;
  readonly agent: Agent;
  readonly #init: MemberInit;
  readonly #place: NetworkMember;
  /** What no manager has heard yet. */
  readonly #untold: Report[] = [];
  /** What is to be done when there is a daemon again. */
  readonly #deferred: (() => void)[] = [];
  #isClosed = false;

  constructor(init: MemberInit) {
    const { parts, node, swarmId, registry, payloads, serviceOf, access } = init;
    const { world, kernel, containers, events, images, networks } = parts;
    this.#init = init;
    this.node = node;
    this.parts = parts;
    networks.ensureGatewayBridge();
    const mesh = networks.openMesh(node.address, registry);
    this.#place = {
      ...{ kernel, address: node.address, links: networks.links, tunnels: networks.tunnels, access },
      peer: { Name: shortId(derivedId(swarmId, `peer ${node.id}`)), IP: node.address },
      ingressMade: (network) => networks.openIngress(network),
      ingressGone: (bridge) => mesh.closeIngress(bridge),
      others: networks.shared,
    };
    networks.share(init.networks.join(this.#place));
    this.agent = new Agent({
      ...{ world, kernel, containers, events, payloads, images, networks, serviceOf, node },
      whenUp: (work) => this.#whenUp(work),
      report: (...report) => this.#report(...report),
    });
  }

  get isUp(): boolean {
    return !this.parts.isDown();
  }

  /** Its daemon has been started: tasks that have ended without it are noticed. */
  resume(): void {
    for (const task of this.agent.tasks) this.agent.look(task);
    for (const work of this.#deferred.splice(0)) this.#whenUp(work);
  }

  /** A manager listens. */
  connected(): void {
    for (const [task, state, message, error] of this.#untold.splice(0)) {
      this.#init.report(task, state, message, error);
    }
  }

  /** The machine leaves: nothing of the swarm stays, neither containers nor networks. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const { networks } = this.parts;
    const { tasks } = this.agent;
    this.agent.close();
    for (const task of tasks) await this.agent.remove(task);
    networks.closeMesh();
    this.#init.networks.leave(this.#place);
    networks.share(this.#place.others);
  }

  #report(task: Task, state: TaskState, message: string, error = ""): void {
    if (this.#init.isConnected()) this.#init.report(task, state, message, error);
    else this.#untold.push([task, state, message, error]);
  }

  #whenUp(work: () => void): void {
    if (this.#isClosed) return;
    if (this.isUp) work();
    else this.#deferred.push(work);
  }
}
