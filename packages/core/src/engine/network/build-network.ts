/**
 * The network of a RUN: a place on the default bridge, on a network of the user's, or a loopback device alone.
 *
 * @see moby daemon/internal/builder-next/executor_linux.go, BuildKit util/network/none.go; builder/dockerfile/containerbackend.go
 */
import type { RunNetwork } from "../../build/index.ts";
import type { Kernel, NetNamespace } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
import { randomMac } from "../../net/index.ts";
import type { NetworkService } from "../networks.ts";
import type { BridgeNetwork } from "./bridge-network.ts";
import { Endpoint } from "./endpoint.ts";
import { resolvConf } from "./etc-files.ts";
import { PortAllocator } from "./port-allocator.ts";
import { Sandbox } from "./sandbox.ts";

const BRIDGE = "bridge";
/** Nothing of a RUN is published. */
const NO_PORTS = new PortAllocator();

/** Puts a process on the network; what is returned takes it off again. @throws StatusError not-found */
export type JoinNetwork = (namespace: NetNamespace, network: Exclude<RunNetwork, "host">) => () => void;

interface BuildNetworkParts {
  readonly kernel: Kernel;
  readonly networks: Pick<NetworkService, "get">;
  readonly nameservers: readonly string[];
}

export function buildNetwork({ kernel, networks, nameservers }: BuildNetworkParts): JoinNetwork {
  return (namespace, kind) => {
    const bridge = bridgeOf(kind, networks);
    const { random } = kernel.net;
    const id = random.hex(64);
    const endpoint =
      bridge &&
      new Endpoint({
        network: bridge,
        containerId: id,
        v4: bridge.takeAddress(4, undefined),
        v6: isOwn(kind) ? bridge.takeAddress(6, undefined) : undefined,
        mac: randomMac(random),
        settings: undefined,
        names: [],
      });
    if (endpoint !== undefined) bridge?.add(endpoint);
    const machine = { kernel, ports: NO_PORTS, nameservers: isOwn(kind) ? nameservers : [], missed: () => {} };
    const sandbox = new Sandbox(machine, { id, name: "", config: {}, hostConfig: {} });
    sandbox.join(endpoint === undefined ? [] : [endpoint]);
    sandbox.attach(namespace);
    return () => {
      sandbox.close();
      if (endpoint !== undefined) bridge?.delete(endpoint);
    };
  };
}

/** On a network of the user's there is a name server of its own. */
export function buildResolvConf(nameservers: readonly string[]): (network: RunNetwork) => string {
  const plain = nameservers.map((address) => `nameserver ${address}\n`).join("");
  const embedded = resolvConf({ nameservers, search: [], hostConfig: {}, embedded: true, host: false });
  return (network) => (isOwn(network) ? embedded : plain);
}

const OWN = "network ";
const isOwn = (kind: RunNetwork): boolean => kind.startsWith(OWN);

function bridgeOf(kind: Exclude<RunNetwork, "host">, networks: Pick<NetworkService, "get">): BridgeNetwork | undefined {
  if (kind === "none") return undefined;
  if (kind === "default") return networks.get(BRIDGE)?.bridge;
  const reference = kind.slice(OWN.length);
  const network = networks.get(reference);
  if (network !== undefined) return network.bridge;
  throw new StatusError("not-found", `failed to set up container networking: network ${reference} not found`);
}
