/**
 * What Docker does to the machine's network before its first bridge: forwarding on, and the chains that its rules go to.
 *
 * @see moby libnetwork/drivers/bridge/setup_ip_tables_linux.go
 */
import type { Kernel } from "../../kernel/index.ts";
import type { NetStack, Rule } from "../../net/index.ts";

const jump = (chain: string): Rule => ({ target: { kind: "jump", chain } });

export function prepareHost(kernel: Kernel, stack: NetStack): void {
  if (stack.hasFirewall) return;
  kernel.init.ns.net.sysctls.set("net.ipv4.ip_forward", "1");
  const { firewall } = stack;
  for (const chain of [
    "DOCKER-USER",
    "DOCKER-FORWARD",
    "DOCKER",
    "DOCKER-ISOLATION-STAGE-1",
    "DOCKER-ISOLATION-STAGE-2",
  ]) {
    firewall.addChain("filter", chain);
  }
  firewall.addChain("nat", "DOCKER");
  firewall.setPolicy("FORWARD", "drop");
  firewall.append("filter", "FORWARD", jump("DOCKER-USER"));
  firewall.append("filter", "FORWARD", jump("DOCKER-FORWARD"));
  firewall.append("filter", "DOCKER-FORWARD", { states: ["related", "established"], target: { kind: "accept" } });
  firewall.append("filter", "DOCKER-FORWARD", jump("DOCKER"));
  firewall.append("filter", "DOCKER-FORWARD", jump("DOCKER-ISOLATION-STAGE-1"));
  const local: Rule = { destinationType: "local", target: { kind: "jump", chain: "DOCKER" } };
  firewall.append("nat", "PREROUTING", local);
  firewall.append("nat", "OUTPUT", { ...local, notDestination: { address: "127.0.0.0", length: 8 } });
}
