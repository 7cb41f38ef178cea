/**
 * What goes wrong when the device of an endpoint is put into its container: its name is taken or none, its addresses or
 * sysctls are not to be had.
 *
 * @see moby libnetwork/osl/interface_linux.go: AddInterface, configureInterface, setSysctls
 */
import { isSysctl } from "../../kernel/index.ts";
import { familyOf, StatusError } from "../../lib/index.ts";
import { derivedId } from "../names.ts";
import type { Endpoint } from "./endpoint.ts";
import { deviceNameProblem } from "./verify-device.ts";

const LOOPBACK_NAME = "lo";

/**
 * Looks at `added`, in the order in which they come to a container with these devices. `undefined` stands for one whose
 * devices are yet to be made, behind its loopback.
 *
 * @throws StatusError internal
 */
export function verifyInterfaces(
  added: readonly Endpoint[],
  { joined, devices }: { readonly joined: readonly Endpoint[]; readonly devices: readonly string[] | undefined },
): void {
  if (added.every((endpoint) => !endpoint.isParticular)) return;
  const taken = new Set(devices ?? [LOOPBACK_NAME]);
  const name = (endpoint: Endpoint): string => endpoint.deviceName((one) => taken.has(one));
  if (devices === undefined) for (const endpoint of joined) taken.add(name(endpoint));
  for (const endpoint of added) {
    const own = name(endpoint);
    const problem = interfaceProblem(endpoint, own, taken);
    if (problem !== undefined) {
      throw new StatusError("internal", `failed to add interface ${temporaryName(endpoint)} to sandbox: ${problem}`);
    }
    taken.add(own);
  }
}

/** What the device is called before it is the container's. */
const temporaryName = ({ id }: Endpoint): string => `veth${derivedId(id, "inner device").slice(0, 7)}`;

function interfaceProblem(endpoint: Endpoint, name: string, taken: ReadonlySet<string>): string | undefined {
  const veth = temporaryName(endpoint);
  const unnamed = deviceNameProblem(name) ?? (taken.has(name) ? "file exists" : undefined);
  if (unnamed !== undefined) return `error renaming interface "${veth}" to "${name}": ${unnamed}`;
  const { linkLocals } = endpoint;
  // A device without addresses of IPv6 has them turned off.
  if (endpoint.v6 === undefined && linkLocals.some(({ address }) => familyOf(address) === 6)) {
    const list = linkLocals.map(({ address, length }) => `${address}/${length}`).join(" ");
    return `error setting interface "${veth}" link local IPs to [${list}]: permission denied`;
  }
  return endpoint.sysctlTexts.map((text) => sysctlProblem(text, name)).find((problem) => problem !== undefined);
}

function sysctlProblem(text: string, device: string): string | undefined {
  const [name = "", value] = text.split("=");
  if (value === undefined) return `expected sysctl '${text}' to have format name=value`;
  const parts = name.split(".");
  if (parts.length !== 5) return `expected sysctl '${name}' to have format net.X.Y.IFNAME.Z`;
  const path = parts.with(3, device);
  return isSysctl(path.join(".")) ? undefined : `/proc/sys/${path.join("/")} is not a sysctl file`;
}
