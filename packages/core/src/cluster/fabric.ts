/**
 * The fabric of a cluster: one switch, a cable to each machine, and a name server that knows the machines.
 *
 * Machines have addresses of 10.255.0.0/16 by their number; the name server is 10.255.255.53.
 */
import { LinkService } from "../engine/index.ts";
import type { Kernel } from "../kernel/index.ts";
import { type DnsQuestion, lastOf } from "../lib/index.ts";
import {
  Bridge,
  type DeviceAddress,
  type DnsAnswer,
  DnsServer,
  type Frame,
  type NetHost,
  NetStack,
  randomMac,
  Veth,
} from "../net/index.ts";
import type { Clock, CostTable, Prng, World } from "../sim/index.ts";

const PREFIX_LENGTH = 16;
export const FABRIC_DNS = "10.255.255.53";
const TTL_SECONDS = 60;
const NO_SUCH_NAME = 3;
/** The latency of one cable; from machine to machine there are two. */
const CABLE_LATENCY_US = 50;

export const machineAddress = (number: number): string => `10.255.${number >> 8}.${number & 255}`;

/** A machine's end of its cable. */
export interface Cable {
  readonly address: string;
  /** Without power at one end nothing gets through. */
  setUp(up: boolean): void;
}

export class Fabric {
  readonly links: LinkService;
  readonly #host: FabricHost;
  readonly #stack: NetStack;
  readonly #bridge: Bridge;
  /** The machines' names, by address. */
  readonly #names = new Map<string, string>();
  #changed: (() => void) | undefined;

  constructor(world: World) {
    this.#host = new FabricHost(world);
    this.links = new LinkService(() => world.clock.nowUs);
    this.#stack = new NetStack(this.#host, sysctl);
    this.#bridge = new Bridge("fabric", randomMac(this.#host.random));
    this.#stack.addDevice(this.#bridge);
    this.#stack.addresses.disable6(this.#bridge);
    this.#stack.addresses.add(this.#bridge, place(FABRIC_DNS));
    this.#stack.setUp(this.#stack.loopback, true);
    this.#stack.setUp(this.#bridge, true);
    new DnsServer(
      this.#stack,
      FABRIC_DNS,
      {
        answer: (question) => this.#answer(question),
        upstreams: () => [],
      },
      { port: 53 },
    );
  }

  /** Calls `listener` whenever it changes which machines can reach each other. */
  onChange(listener: () => void): void {
    this.#changed = listener;
    this.links.onChange = listener;
  }

  /** Gives a machine a device `eth0` and an address. */
  plug(kernel: Kernel, name: string, address: string): Cable {
    const { random } = this.#host;
    const [inner, outer] = Veth.pair(this.#host, [
      { name: "eth0", mac: randomMac(random) },
      { name, mac: randomMac(random) },
    ]);
    inner.link.quality.latencyUs = CABLE_LATENCY_US;
    this.#names.set(address, name);
    const network = {
      name: "fabric",
      whoHas: (other: string) => this.#names.get(other),
      isFromOutside: (_frame: Frame) => false,
    };
    this.links.plugged({ device: inner, owner: name, network });
    this.#stack.addDevice(outer);
    this.#stack.addresses.disable6(outer);
    this.#bridge.addPort(outer);
    this.#stack.setUp(outer, true);
    const stack = kernel.init.ns.net.stack(kernel.net);
    stack.addDevice(inner);
    stack.addresses.disable6(inner);
    stack.addresses.add(inner, place(address));
    stack.setUp(inner, true);
    return {
      address,
      setUp: (up) => {
        stack.setUp(inner, up);
        this.#stack.setUp(outer, up);
        this.#changed?.();
      },
    };
  }

  #answer({ name, type }: DnsQuestion): DnsAnswer {
    const wanted = name.replace(/\.$/, "").toLowerCase();
    const value = [...this.#names].find(([, known]) => known === wanted)?.[0];
    if (value === undefined) return { code: NO_SUCH_NAME, records: [] };
    return { code: 0, records: type === "A" ? [{ name, type, ttlSeconds: TTL_SECONDS, value }] : [] };
  }
}

function place(address: string): DeviceAddress {
  const broadcast = lastOf({ address, length: PREFIX_LENGTH });
  return { address, length: PREFIX_LENGTH, broadcast, scope: "global" };
}

/** What stacks ask for; the switch has nothing that could be set. */
const SYSCTLS: Readonly<Record<string, string>> = {
  "net.ipv4.ip_local_port_range": "32768\t60999",
  "net.core.somaxconn": "4096",
};
const sysctl = (name: string): string => SYSCTLS[name] ?? "0";

class FabricHost implements NetHost {
  readonly clock: Clock;
  readonly costs: CostTable;
  readonly random: Prng;
  #lastInode = 0;

  constructor(world: World) {
    this.clock = world.clock;
    this.costs = world.costs;
    this.random = world.prng.fork("fabric");
  }

  soon(deliver: () => void): void {
    this.clock.afterInOrder(0, deliver);
  }

  nextSocketInode(): number {
    return ++this.#lastInode;
  }
}
