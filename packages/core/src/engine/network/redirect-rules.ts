/**
 * What a task does on the ingress network: what comes for a published port goes to the port behind it, and nothing else
 * comes or goes.
 *
 * @see moby libnetwork/service_linux.go: addRedirectRules
 */
import type { Rule } from "../../net/index.ts";
import type { Endpoint } from "./endpoint.ts";
import type { IngressPort } from "./load-balancer.ts";

const PROTOCOLS = ["udp", "tcp"] as const;

/** Rules of the task's own stack, from when there is one. */
export function openIngress(endpoint: Endpoint, ports: readonly IngressPort[]): void {
  const { v4 } = endpoint;
  if (v4 === undefined) return;
  const own = { address: v4, length: 32 };
  const [accept, drop] = [{ kind: "accept" }, { kind: "drop" }] as const;
  endpoint.furnish(({ firewall }) => {
    for (const { protocol, published, target } of ports) {
      const redirect: Rule = {
        destination: own,
        protocol,
        port: published,
        target: { kind: "redirect", port: target },
      };
      firewall.append("nat", "PREROUTING", redirect);
      const states = ["new", "established"] as const;
      firewall.insert("filter", "INPUT", { destination: own, protocol, port: target, states, target: accept });
      const answers: Rule = { source: own, protocol, sourcePort: target, states: ["established"], target: accept };
      firewall.insert("filter", "OUTPUT", answers);
    }
    for (const protocol of PROTOCOLS) {
      firewall.append("filter", "INPUT", { destination: own, protocol, target: drop });
      firewall.append("filter", "OUTPUT", { source: own, protocol, target: drop });
    }
  });
}
