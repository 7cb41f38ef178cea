/**
 * Kernel parameters that are those of one network device, which containers once named by its number: `eth0`.
 *
 * @see moby api/server/router/container/container_routes.go handleSysctlBC
 */
import { quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { HostConfig } from "../docker/create-body.ts";
import { PREFIX } from "./bridge-options.ts";

/** The option of an endpoint that has its parameters: `net.ipv4.conf.IFNAME.forwarding=0,…`. */
export const ENDPOINT_SYSCTLS = `${PREFIX}endpoint.sysctls`;

export interface InterfaceSysctl {
  /** As it was asked for: `net.ipv4.conf.eth0.forwarding`. */
  readonly name: string;
  readonly device: string;
  /** As an endpoint has it: `net.ipv4.conf.IFNAME.forwarding=0`. */
  readonly setting: string;
}

/** Those among a container's parameters. On the machine's network, or another container's, none is its own. */
export function interfaceSysctls({
  NetworkMode: mode = "",
  Sysctls: sysctls,
}: Partial<HostConfig>): readonly InterfaceSysctl[] {
  if (sysctls === undefined || sysctls === null || mode === "host" || mode.startsWith("container:")) return [];
  return Object.entries(sysctls).flatMap(([name, value]) => {
    const [, family, kind, device, rest] = /^net\.([^.]*)\.([^.]*)\.(eth[^.]*)\.(.*)$/s.exec(name) ?? [];
    if (device === undefined) return [];
    return { name, device, setting: `net.${family}.${kind}.IFNAME.${rest}=${value}` };
  });
}

/** @throws StatusError internal for parameters of a device */
export function verifySysctls(hostConfig: Partial<HostConfig>): void {
  const [first] = interfaceSysctls(hostConfig);
  if (first === undefined) return;
  const rule = `must be supplied using driver option '${ENDPOINT_SYSCTLS}'`;
  throw new StatusError("internal", `interface specific sysctl setting ${quote(first.name)} ${rule}`);
}
