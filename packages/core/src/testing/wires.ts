/** Two network stacks with a wire between them, for tests of the net floor: no kernel, no processes. */
import { type NetHost, NetStack, Veth } from "../net/index.ts";
import { type Prng, World } from "../sim/index.ts";

const SYSCTLS: Readonly<Record<string, string>> = {
  "net.ipv4.ip_local_port_range": "32768 60999",
  "net.core.somaxconn": "4096",
};

export class Wires {
  readonly world: World;
  readonly host: NetHost;
  /** 10.0.0.1 and fd00::1. */
  readonly left: NetStack;
  /** 10.0.0.2 and fd00::2. */
  readonly right: NetStack;
  readonly wire: Veth;

  constructor(seed: number | string = 1) {
    this.world = new World({ seed });
    const { clock, costs } = this.world;
    const random: Prng = this.world.prng.fork("net");
    let inode = 0;
    this.host = {
      clock,
      costs,
      random,
      nextSocketInode: () => ++inode,
      soon: (deliver) => void clock.after(0, deliver),
    };
    const read = (name: string): string => SYSCTLS[name] ?? "0";
    this.left = new NetStack(this.host, read);
    this.right = new NetStack(this.host, read);
    const [a, b] = Veth.pair(this.host, [
      { name: "eth0", mac: "02:00:00:00:00:01" },
      { name: "eth0", mac: "02:00:00:00:00:02" },
    ]);
    this.wire = a;
    for (const [stack, device, last] of [
      [this.left, a, 1],
      [this.right, b, 2],
    ] as const) {
      stack.setUp(stack.loopback, true);
      stack.addDevice(device);
      stack.addresses.add(device, { address: `10.0.0.${last}`, length: 24, broadcast: "10.0.0.255", scope: "global" });
      stack.setUp(device, true);
    }
  }

  /** Lets virtual time pass until `done` holds, at most so long. */
  until(done: () => boolean, limitUs = 3_600_000_000): boolean {
    const endUs = this.world.clock.nowUs + limitUs;
    while (!done() && this.world.clock.nowUs < endUs) if (!this.world.step()) break;
    return done();
  }

  /** Lets so much time pass. */
  pass(us: number): void {
    let over = false;
    this.world.clock.after(us, () => {
      over = true;
    });
    this.until(() => over);
  }
}
