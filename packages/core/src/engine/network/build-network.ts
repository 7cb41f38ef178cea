/**
 * The network of a RUN: a place on the default bridge, or a loopback device alone.
 *
 * @see moby daemon/internal/builder-next/executor_linux.go, BuildKit util/network/none.go
 */
import type { Kernel, NetNamespace } from "../../kernel/index.ts";
import { randomMac } from "../../net/index.ts";
import type { NetworkService } from "../networks.ts";
import { Endpoint } from "./endpoint.ts";
import { PortAllocator } from "./port-allocator.ts";
import { Sandbox } from "./sandbox.ts";

const BRIDGE = "bridge";
/** Nothing of a RUN is published. */
const NO_PORTS = new PortAllocator();

/** Puts a process on the network; what is returned takes it off again. */
export type JoinNetwork = (namespace: NetNamespace, network: "default" | "none") => () => void;

export function buildNetwork(kernel: Kernel, networks: Pick<NetworkService, "get">): JoinNetwork {
  return (namespace, kind) => {
    const bridge = kind === "none" ? undefined : networks.get(BRIDGE)?.bridge;
    const { random } = kernel.net;
    const id = random.hex(64);
    const endpoint =
      bridge &&
      new Endpoint({
        network: bridge,
        containerId: id,
        v4: bridge.takeAddress(4, undefined),
        v6: undefined,
        mac: randomMac(random),
        settings: undefined,
        names: [],
      });
    if (endpoint !== undefined) bridge?.add(endpoint);
    const machine = { kernel, ports: NO_PORTS, nameservers: [], missed: () => {} };
    const sandbox = new Sandbox(machine, { id, name: "", config: {}, hostConfig: {} });
    sandbox.join(endpoint === undefined ? [] : [endpoint]);
    sandbox.attach(namespace);
    return () => {
      sandbox.close();
      if (endpoint !== undefined) bridge?.delete(endpoint);
    };
  };
}
