/**
 * What a node of a swarm does so that services are reached as a whole: their names, their virtual addresses, and the
 * ports that they publish on every node. What a service is made of it hears from who runs the tasks.
 *
 * @see moby libnetwork/service_common.go: addServiceBinding, rmServiceBinding
 */
import { ownFunction } from "../../lib/index.ts";
import type { BridgeNetwork } from "./bridge-network.ts";
import type { Endpoint } from "./endpoint.ts";
import { Ingress } from "./ingress.ts";
import { type IngressPort, LoadBalancer, type VirtualService } from "./load-balancer.ts";
import type { Named } from "./name-table.ts";
import type { OutsidePorts } from "./outside-ports.ts";
import type { PublishedPort } from "./port-bindings.ts";
import { openIngress } from "./redirect-rules.ts";
import type { BoundTask, ServiceRegistry, ServiceRole } from "./service-registry.ts";

/** A service on one network. */
interface Binding {
  readonly role: ServiceRole;
  readonly network: BridgeNetwork;
  /** The mark of the service's packets: no other service has it. */
  readonly mark: number;
  /** Where connections to its address arrive; `undefined` without one. */
  readonly virtual: VirtualService | undefined;
  /** Its names where they mean its address. */
  readonly record: Named | undefined;
  /** On all machines. */
  readonly tasks: Set<BoundTask>;
  /** Tasks that keep their connections only. */
  readonly disabled: Set<BoundTask>;
}

/** What `docker network inspect --verbose` shows. */
export interface BoundService {
  readonly name: string;
  readonly address: string;
  readonly mark: number;
  readonly ports: readonly IngressPort[];
  readonly tasks: readonly BoundTask[];
}

/** @see moby libnetwork/service_linux.go: fwMarkCtr */
const FIRST_MARK = 256;

export interface MeshParts {
  /** Where other nodes reach the machine. */
  readonly address: string;
  /** What all nodes know. */
  readonly registry: ServiceRegistry;
  readonly outside: () => OutsidePorts | undefined;
}

export class RoutingMesh {
  readonly #parts: MeshParts;
  /** By the id of the network: those that the machine takes part in. */
  readonly #balancers = new Map<string, LoadBalancer>();
  readonly #bindings = new Map<string, Binding>();
  /** Tasks of this machine, by their places. */
  readonly #own = new Map<Endpoint, BoundTask>();
  #ingress: Ingress | undefined;
  #lastMark = FIRST_MARK - 1;

  constructor(parts: MeshParts) {
    this.#parts = parts;
    const { registry } = parts;
    registry.on("bound", this.#bound);
    registry.on("disabled", this.#disabled);
    registry.on("removed", this.#removed);
  }

  /** Ports of the machine that lead to services. */
  get ports(): readonly PublishedPort[] {
    return this.#ingress?.ports ?? [];
  }

  /** Has the machine take part in the network of published ports; `gateway` is docker_gwbridge. */
  openIngress(network: BridgeNetwork, gateway: BridgeNetwork): void {
    const { outside } = this.#parts;
    this.#ingress = new Ingress({ balancer: this.#balancerOf(network), gateway, outside });
    this.#catchUp(network);
  }

  /** The network of published ports goes. */
  closeIngress(network: BridgeNetwork): void {
    this.#release(network);
    this.#ingress?.close();
    this.#ingress = undefined;
  }

  /** A container has come to an overlay network: the machine takes part in it from then on. */
  joined({ network }: Endpoint): void {
    if (!network.isOverlay || this.#balancers.has(network.id)) return;
    this.#balancerOf(network);
    this.#catchUp(network);
  }

  /** An endpoint has left. With the last one the machine's load balancer for the network goes. */
  left(endpoint: Endpoint): void {
    const { network } = endpoint;
    if (!network.isOverlay) return;
    const own = this.#own.get(endpoint);
    if (own !== undefined) {
      this.unbind(endpoint);
      this.#own.delete(endpoint);
      this.#parts.registry.remove(own);
    }
    const isLast = [...network.endpoints.values()].every((one) => one === endpoint || one.isBalancer);
    if (isLast && !network.isIngress) this.#release(network);
  }

  /** A task takes part in its service from now on. */
  bind(endpoint: Endpoint, role: ServiceRole): void {
    const { network, addresses } = endpoint;
    const [address] = addresses;
    if (!network.isOverlay || address === undefined) return;
    const known = this.#own.get(endpoint);
    const task = known ?? this.#task(endpoint, role, address);
    this.#own.set(endpoint, task);
    if (!network.isIngress) endpoint.announce();
    else if (known === undefined) openIngress(endpoint, role.ports);
    this.#parts.registry.bind(task);
  }

  #task(endpoint: Endpoint, role: ServiceRole, address: string): BoundTask {
    const { network, addresses, owner = "", id } = endpoint;
    const record = network.isIngress ? undefined : { names: taskNames(role, network.id), addresses, isAlias: true };
    const { address: host } = this.#parts;
    return { network: network.id, role, name: owner, id, address, host, record, names: network.names };
  }

  /** The endpoint gets no new connections, and is not resolved any more. */
  unbind(endpoint: Endpoint): void {
    const task = this.#own.get(endpoint);
    if (task === undefined) return;
    endpoint.hush();
    this.#parts.registry.disable(task);
  }

  /** The services on a network, by name. */
  servicesOf(network: BridgeNetwork): readonly BoundService[] {
    return [...this.#bindings.values()].flatMap(({ role, mark, virtual, tasks, disabled, network: own }) =>
      own === network
        ? {
            name: role.name,
            address: virtual?.address ?? "",
            mark,
            ports: network.isIngress ? role.ports : [],
            tasks: [...tasks].filter((task) => !disabled.has(task)),
          }
        : [],
    );
  }

  close(): void {
    const { registry } = this.#parts;
    for (const task of this.#own.values()) registry.remove(task);
    this.#own.clear();
    registry.off("bound", this.#bound);
    registry.off("disabled", this.#disabled);
    registry.off("removed", this.#removed);
    for (const balancer of [...this.#balancers.values()]) this.#release(balancer.endpoint.network);
    this.#ingress?.close();
    this.#ingress = undefined;
  }

  // ── what is told of tasks ──

  /** What there is on a network that the machine has just come to. */
  #catchUp(network: BridgeNetwork): void {
    const { registry, address } = this.#parts;
    for (const task of registry.tasksOn(network.id, address)) this.#bound(task);
  }

  readonly #bound = ownFunction((task: BoundTask): void => {
    const { registry, address } = this.#parts;
    const balancer = this.#balancers.get(task.network);
    if (balancer === undefined || !registry.isKnown(task, address)) return;
    const binding = this.#bindingOf(balancer.endpoint.network, task.role);
    if (binding.tasks.has(task) && !binding.disabled.delete(task)) return;
    binding.tasks.add(task);
    if (binding.virtual !== undefined) balancer.addBackend(binding.virtual, task.address);
  });

  readonly #disabled = ownFunction((task: BoundTask): void => {
    const binding = this.#bindings.get(bindingKey(task.network, task.role, this.#isIngress(task.network)));
    if (binding === undefined || !binding.tasks.has(task) || binding.disabled.has(task)) return;
    binding.disabled.add(task);
    if (binding.virtual !== undefined) {
      this.#balancers.get(task.network)?.disableBackend(binding.virtual, task.address);
    }
  });

  readonly #removed = ownFunction((task: BoundTask): void => {
    const { registry, address } = this.#parts;
    const key = bindingKey(task.network, task.role, this.#isIngress(task.network));
    const binding = this.#bindings.get(key);
    // What is only out of the others' sight is still its own.
    if (binding === undefined || (task.host === address && registry.has(task)) || !binding.tasks.delete(task)) return;
    binding.disabled.delete(task);
    const balancer = this.#balancers.get(task.network);
    if (binding.virtual !== undefined) balancer?.removeBackend(binding.virtual, task.address);
    if (binding.tasks.size === 0) this.#drop(key, binding);
  });

  #isIngress(network: string): boolean {
    return this.#balancers.get(network)?.endpoint.network.isIngress === true;
  }

  #bindingOf(network: BridgeNetwork, role: ServiceRole): Binding {
    const ports = network.isIngress ? role.ports : [];
    const key = bindingKey(network.id, role, network.isIngress);
    const known = this.#bindings.get(key);
    if (known !== undefined) return known;
    const address = role.virtualAddresses.get(network.id);
    const mark = ++this.#lastMark;
    const virtual = address === undefined ? undefined : { address, mark, ports };
    const record = virtual && { names: serviceNames(role, network.id), addresses: [virtual.address], isAlias: true };
    const binding: Binding = { role, network, mark, virtual, record, tasks: new Set(), disabled: new Set() };
    this.#bindings.set(key, binding);
    if (virtual === undefined || record === undefined) return binding;
    this.#balancerOf(network).add(virtual);
    if (network.isIngress) this.#ingress?.publish(ports);
    else network.names.add(record);
    return binding;
  }

  #drop(key: string, { network, virtual, record }: Binding): void {
    this.#bindings.delete(key);
    if (virtual === undefined) return;
    this.#balancers.get(network.id)?.remove(virtual);
    if (network.isIngress) this.#ingress?.withdraw(virtual.ports);
    else if (record !== undefined) network.names.delete(record);
  }

  #balancerOf(network: BridgeNetwork): LoadBalancer {
    const known = this.#balancers.get(network.id);
    if (known !== undefined) return known;
    const made = new LoadBalancer(network);
    this.#balancers.set(network.id, made);
    return made;
  }

  #release(network: BridgeNetwork): void {
    for (const [key, binding] of this.#bindings) if (binding.network === network) this.#drop(key, binding);
    this.#balancers.get(network.id)?.close();
    this.#balancers.delete(network.id);
  }
}

const bindingKey = (network: string, { id, ports }: ServiceRole, isIngress: boolean): string =>
  `${network} ${id} ${(isIngress ? ports : []).map(({ published, protocol }) => `${published}/${protocol}`).join()}`;

const serviceNames = ({ name, aliases }: ServiceRole, network: string): readonly string[] => [
  name,
  ...(aliases.get(network) ?? []),
];

/** What leads to a task itself; without a virtual address that is the service's name, too. */
function taskNames(role: ServiceRole, network: string): readonly string[] {
  const names = serviceNames(role, network);
  const own = names.map((name) => `tasks.${name}`);
  return role.virtualAddresses.has(network) ? own : [...own, ...names];
}
