/**
 * What a node of a swarm does so that services are reached as a whole: their names, their virtual addresses, and the
 * ports that they publish on every node. What a service is made of it hears from who runs the tasks.
 *
 * @see moby libnetwork/service_common.go: addServiceBinding, rmServiceBinding
 */
import type { BridgeNetwork } from "./bridge-network.ts";
import type { Endpoint } from "./endpoint.ts";
import { Ingress } from "./ingress.ts";
import { type IngressPort, LoadBalancer, type VirtualService } from "./load-balancer.ts";
import type { Named } from "./name-table.ts";
import type { OutsidePorts } from "./outside-ports.ts";
import type { PublishedPort } from "./port-bindings.ts";
import { openIngress } from "./redirect-rules.ts";

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

/** A service on one network. */
interface Binding {
  readonly role: ServiceRole;
  readonly network: BridgeNetwork;
  /** Nobody else has it, whether something bears it or not. */
  readonly mark: number;
  /** Where connections to its address arrive; `undefined` without one. */
  readonly virtual: VirtualService | undefined;
  /** Its names where they mean its address. */
  readonly record: Named | undefined;
  readonly tasks: Map<Endpoint, Named>;
  /** Tasks that keep their connections only. */
  readonly disabled: Set<Endpoint>;
}

/** What `docker network inspect --verbose` shows. */
export interface BoundService {
  readonly name: string;
  readonly address: string;
  readonly mark: number;
  readonly ports: readonly IngressPort[];
  readonly tasks: readonly Endpoint[];
  /** The address of the machine that they are on. */
  readonly host: string;
}

/** @see moby libnetwork/service_linux.go: fwMarkCtr */
const FIRST_MARK = 256;

export class RoutingMesh {
  readonly #balancers = new Map<BridgeNetwork, LoadBalancer>();
  readonly #bindings = new Map<string, Binding>();
  readonly #outside: () => OutsidePorts | undefined;
  /** Where other nodes reach the machine. */
  readonly #address: string;
  #ingress: Ingress | undefined;
  #lastMark = FIRST_MARK - 1;

  constructor(address: string, outside: () => OutsidePorts | undefined) {
    this.#address = address;
    this.#outside = outside;
  }

  /** Ports of the machine that lead to services. */
  get ports(): readonly PublishedPort[] {
    return this.#ingress?.ports ?? [];
  }

  /** Has the machine take part in the network of published ports; `gateway` is docker_gwbridge. */
  openIngress(network: BridgeNetwork, gateway: BridgeNetwork): void {
    this.#ingress = new Ingress({ balancer: this.#balancerOf(network), gateway, outside: this.#outside });
  }

  /** The network of published ports goes. */
  closeIngress(network: BridgeNetwork): void {
    this.#ingress?.close();
    this.#ingress = undefined;
    this.#release(network);
  }

  /** A container has come to an overlay network: the machine takes part in it from then on. */
  joined({ network }: Endpoint): void {
    if (network.isOverlay) this.#balancerOf(network);
  }

  /** It is gone, and with the last of them the machine's part. */
  left(endpoint: Endpoint): void {
    const { network } = endpoint;
    if (!network.isOverlay) return;
    for (const [key, binding] of this.#bindings) {
      if (binding.network === network && binding.tasks.has(endpoint)) this.#remove(key, binding, endpoint);
    }
    const isLast = [...network.endpoints.values()].every((one) => one === endpoint || one.isBalancer);
    if (isLast && !network.isIngress) this.#release(network);
  }

  /** A task takes part in its service from now on. */
  bind(endpoint: Endpoint, role: ServiceRole): void {
    const { network, addresses } = endpoint;
    if (!network.isOverlay) return;
    const binding = this.#bindingOf(network, role);
    const [address] = addresses;
    if (address === undefined || (binding.tasks.has(endpoint) && !binding.disabled.delete(endpoint))) return;
    const names = taskNames(binding);
    const record: Named = { names, addresses, isAlias: true };
    binding.tasks.set(endpoint, record);
    if (network.isIngress) openIngress(endpoint, role.ports);
    else {
      endpoint.announce();
      network.names.add(record);
    }
    if (binding.virtual !== undefined) this.#balancerOf(network).addBackend(binding.virtual, address);
  }

  /** It gets no new connections, and nobody finds it any more. */
  unbind(endpoint: Endpoint): void {
    const { network, addresses } = endpoint;
    for (const binding of this.#bindings.values()) {
      const record = binding.tasks.get(endpoint);
      const [address] = addresses;
      if (record === undefined || address === undefined || binding.disabled.has(endpoint)) continue;
      binding.disabled.add(endpoint);
      endpoint.hush();
      network.names.delete(record);
      if (binding.virtual !== undefined) this.#balancers.get(network)?.disableBackend(binding.virtual, address);
    }
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
            tasks: [...tasks.keys()].filter((task) => !disabled.has(task)),
            host: this.#address,
          }
        : [],
    );
  }

  close(): void {
    this.#ingress?.close();
    for (const network of [...this.#balancers.keys()]) this.#release(network);
    this.#bindings.clear();
  }

  #bindingOf(network: BridgeNetwork, role: ServiceRole): Binding {
    const ports = network.isIngress ? role.ports : [];
    const key = `${network.id} ${role.id} ${ports.map(({ published, protocol }) => `${published}/${protocol}`).join()}`;
    const known = this.#bindings.get(key);
    if (known !== undefined) return known;
    const address = role.virtualAddresses.get(network.id);
    const mark = ++this.#lastMark;
    const virtual = address === undefined ? undefined : { address, mark, ports };
    const names = [role.name, ...(role.aliases.get(network.id) ?? [])];
    const record = virtual === undefined ? undefined : { names, addresses: [virtual.address], isAlias: true };
    const binding: Binding = { role, network, mark, virtual, record, tasks: new Map(), disabled: new Set() };
    this.#bindings.set(key, binding);
    if (virtual === undefined || record === undefined) return binding;
    this.#balancerOf(network).add(virtual);
    if (network.isIngress) this.#ingress?.publish(ports);
    else network.names.add(record);
    return binding;
  }

  #remove(key: string, binding: Binding, endpoint: Endpoint): void {
    const { network, virtual, record, tasks, disabled } = binding;
    const [address] = endpoint.addresses;
    this.unbind(endpoint);
    tasks.delete(endpoint);
    disabled.delete(endpoint);
    const balancer = this.#balancers.get(network);
    if (virtual !== undefined && address !== undefined) balancer?.removeBackend(virtual, address);
    if (tasks.size > 0) return;
    this.#bindings.delete(key);
    if (virtual === undefined) return;
    balancer?.remove(virtual);
    if (network.isIngress) this.#ingress?.withdraw(virtual.ports);
    else if (record !== undefined) network.names.delete(record);
  }

  #balancerOf(network: BridgeNetwork): LoadBalancer {
    const known = this.#balancers.get(network);
    if (known !== undefined) return known;
    const made = new LoadBalancer(network);
    this.#balancers.set(network, made);
    return made;
  }

  #release(network: BridgeNetwork): void {
    this.#balancers.get(network)?.close();
    this.#balancers.delete(network);
  }
}

/** What leads to a task itself; without a virtual address that is the service's name, too. */
function taskNames({ role, network, virtual }: Binding): readonly string[] {
  const names = [role.name, ...(role.aliases.get(network.id) ?? [])];
  const own = names.map((name) => `tasks.${name}`);
  return virtual === undefined ? [...own, ...names] : own;
}
