/**
 * Which settings of the kernel a container may have for itself: those of namespaces that it does not share with the
 * machine.
 *
 * @see runc libcontainer/configs/validate/validator.go: sysctl
 */
import type { NamespaceType, RuntimeSpec } from "../oci/index.ts";

const IPC = new Set(
  "msgmax msgmnb msgmni sem shmall shmmax shmmni shm_rmid_forced".split(" ").map((one) => `kernel.${one}`),
);

/** What runc says of the first one that is none of the container's; `undefined` if all are. */
export function sysctlProblem({ linux }: Pick<RuntimeSpec, "linux">): string | undefined {
  const owns = (wanted: NamespaceType): boolean => linux.namespaces.some(({ type }) => type === wanted);
  for (const name in linux.sysctl) {
    if (IPC.has(name) || name.startsWith("fs.mqueue.")) {
      if (!owns("ipc")) return `sysctl "${name}" is not allowed in the hosts ipc namespace`;
    } else if (name.startsWith("net.")) {
      if (!owns("network")) return `sysctl "${name}" not allowed in host network namespace`;
    } else if (name === "kernel.hostname" && owns("uts")) {
      return `sysctl "${name}" is not allowed as it conflicts with the OCI "hostname" field`;
    } else if (name !== "kernel.domainname" || !owns("uts")) {
      return `sysctl "${name}" is not in a separate kernel namespace`;
    }
  }
  return undefined;
}
