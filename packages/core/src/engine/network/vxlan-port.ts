/**
 * Where packets of overlay networks arrive at a machine: each goes on to the network of its number.
 *
 * @see RFC 7348, moby libnetwork/drivers/overlay
 */
import type { Kernel } from "../../kernel/index.ts";
import { VXLAN_PORT, type VxlanDevice } from "../../net/index.ts";

/** The device of a network for what comes from an address; `undefined` if nobody of this machine takes it. */
type FindDevice = (source: string) => VxlanDevice | undefined;

export class VxlanPort {
  readonly #kernel: Kernel;
  readonly #networks = new Map<number, FindDevice>();
  #isOpen = false;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Whether another network of the machine has the number. */
  has(vni: number): boolean {
    return this.#networks.has(vni);
  }

  listen(vni: number, find: FindDevice): void {
    this.#networks.set(vni, find);
    if (this.#isOpen) return;
    this.#isOpen = true;
    const stack = this.#kernel.init.ns.net.stack(this.#kernel.net);
    stack.tunnels.set(VXLAN_PORT, ({ source, body }) => {
      if (body.protocol !== "udp" || body.carries === undefined) return;
      const { vni: number, frame } = body.carries;
      this.#networks.get(number)?.(source)?.arrive(frame);
    });
  }

  leave(vni: number): void {
    this.#networks.delete(vni);
  }
}
