/**
 * The allocator: gives services their virtual addresses and tasks their own, on the networks that they are on.
 *
 * Unlike Docker's, which never forgets a service that waits for an address, it looks again when something else changes.
 *
 * @see swarmkit manager/allocator/network.go, manager/allocator/cnmallocator/networkallocator.go
 */
import { StatusError } from "../../lib/index.ts";
import type { BridgeNetwork } from "../network/bridge-network.ts";
import type { Network } from "../network/network.ts";
import type { Service } from "./service.ts";
import { isIngressPort, networksOf, type ServiceSpec } from "./service-spec.ts";
import type { Task } from "./task.ts";

/** An address on a network. */
export interface Attachment {
  /** Its id. */
  readonly network: string;
  readonly address: string;
}

export interface AllocatorParts {
  readonly findNetwork: (id: string) => Network | undefined;
  /** The network of published ports, if there is one. */
  readonly ingress: () => Network | undefined;
}

export class Allocator {
  readonly #parts: AllocatorParts;

  constructor(parts: AllocatorParts) {
    this.#parts = parts;
  }

  /** A service has the virtual addresses that its settings ask for, and no others. */
  serve(service: Service): void {
    const { EndpointSpec: asked = {} } = service.spec;
    const wanted = asked.Mode === "dnsrr" ? [] : this.#networks(service.spec, service);
    const isReached = service.ports.length > 0 || (asked.Mode !== "dnsrr" && networksOf(service.spec).length > 0);
    if (isReached || service.endpoint !== undefined) service.endpoint = asked;
    const kept = service.virtualAddresses.filter(({ network }) => wanted.includes(network));
    this.#release(service.virtualAddresses.filter((one) => !kept.includes(one)));
    service.virtualAddresses = wanted.flatMap(
      (network) => kept.find((one) => one.network === network) ?? this.#take(network) ?? [],
    );
  }

  /** Gives a task an address on each of its networks. False, and nothing is taken, if that cannot be. */
  attach(task: Task, service: Service): boolean {
    if (task.attachments !== undefined) return true;
    const taken: Attachment[] = [];
    for (const network of this.#networks({ ...service.spec, TaskTemplate: task.spec }, service)) {
      const one = this.#take(network);
      if (one === undefined) {
        this.#release(taken);
        return false;
      }
      taken.push(one);
    }
    task.attachments = taken;
    return true;
  }

  /** A task has ended: others may have its addresses. It still tells of them. */
  detach(task: Task): void {
    if (task.isDetached) return;
    task.isDetached = true;
    this.#release(task.attachments ?? []);
  }

  forget(service: Service): void {
    this.#release(service.virtualAddresses);
    service.virtualAddresses = [];
  }

  /** The same addresses as before. */
  restore(services: readonly Service[], tasks: readonly Task[]): void {
    const held = tasks.flatMap(({ attachments, isDetached }) => (isDetached ? [] : (attachments ?? [])));
    for (const { network, address } of [...services.flatMap((one) => one.virtualAddresses), ...held]) {
      this.#bridge(network)?.takeAddress(4, address);
    }
  }

  /** Ids of the networks of several machines that tasks are on; that of published ports comes first. */
  #networks(spec: ServiceSpec, { ports }: Service): readonly string[] {
    const ingress = ports.some(isIngressPort) ? this.#parts.ingress() : undefined;
    const own = networksOf(spec).flatMap(({ Target }) => this.#parts.findNetwork(Target) ?? []);
    const all = ingress === undefined ? own : [ingress, ...own];
    return all.filter(({ bridge }) => bridge?.isOverlay === true).map(({ id }) => id);
  }

  #take(network: string): Attachment | undefined {
    try {
      const address = this.#bridge(network)?.takeAddress(4, undefined);
      return address === undefined ? undefined : { network, address };
    } catch (error) {
      if (error instanceof StatusError) return undefined;
      throw error;
    }
  }

  #release(attachments: readonly Attachment[]): void {
    for (const { network, address } of attachments) this.#bridge(network)?.releaseAddress(address);
  }

  #bridge(network: string): BridgeNetwork | undefined {
    return this.#parts.findNetwork(network)?.bridge;
  }
}
