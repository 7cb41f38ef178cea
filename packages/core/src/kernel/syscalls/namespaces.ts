/**
 * Calls on namespaces and on the machine.
 *
 * @see unshare(2), setns(2), uname(2), personality(2), sethostname(2), sysinfo(2), reboot(2)
 */
import {
  CAP_SYS_ADMIN,
  CAP_SYS_BOOT,
  Errno,
  HOST_NAME_MAX,
  type NamespaceKind,
  PER_LINUX32,
  PER_MASK,
  PERSONALITY_QUERY,
  SIGHUP,
  SIGINT,
} from "../../abi/index.ts";
import { byteLength } from "../../lib/index.ts";
import { exit } from "../exit.ts";
import { cloneNamespaces } from "../namespaces/clone.ts";
import { enterNamespace } from "../namespaces/enter.ts";
import { NamespaceInode } from "../nsfs.ts";
import type { Process } from "../process.ts";
import { changeSysctl } from "../sysctl/sysctl.ts";
import type { SyscallTable } from "./table.ts";

export const namespaceCalls = {
  unshare: (process, kinds) => {
    const needsAdmin = kinds.size > 0 && !kinds.has("user");
    if (needsAdmin && !process.creds.capable(CAP_SYS_ADMIN, process.creds.user)) throw new Errno("EPERM");
    const made = cloneNamespaces(process, kinds);
    process.creds = made.creds;
    process.setNamespaces(made.ns);
    if (made.places !== undefined) process.settle(made.places);
  },

  setns: (process, fd, kind: NamespaceKind | undefined) => {
    const { inode } = process.files.get(fd).at;
    if (!(inode instanceof NamespaceInode)) throw new Errno("EINVAL");
    if (kind !== undefined && kind !== inode.namespace.kind) throw new Errno("EINVAL");
    enterNamespace(process, inode.namespace);
  },

  uname: ({ kernel, ns, traits }) => ({
    sysname: "Linux",
    nodename: ns.uts.hostname,
    release: kernel.machine.kernelRelease,
    version: kernel.machine.kernelVersion,
    machine: machineAs(traits.personality, kernel.machine.architecture),
    domainname: ns.uts.domainname,
  }),

  personality: (process, persona) => {
    const before = process.traits.personality;
    if (process.seccomp?.personas?.has(persona) === false) throw new Errno("EPERM");
    if (persona !== PERSONALITY_QUERY) process.alter({ personality: persona });
    return before;
  },

  sethostname: (process, name) => {
    checkName(process, name);
    process.ns.uts.hostname = name;
  },

  setdomainname: (process, name) => {
    checkName(process, name);
    process.ns.uts.domainname = name;
  },

  sysctl: (process, name, value) => changeSysctl(process, name, value),

  sysinfo: ({ kernel, ns }) => {
    const { memory } = kernel.cgroups;
    const { memoryBytes, swapBytes } = kernel.machine;
    return {
      uptimeUs: kernel.monotonicUs - kernel.world.clock.startUs + ns.time.boottimeOffsetUs,
      totalRamBytes: memoryBytes,
      freeRamBytes: memoryBytes - memory.currentBytes,
      totalSwapBytes: swapBytes,
      freeSwapBytes: swapBytes - memory.swapBytes,
      processes: kernel.processes.size,
    };
  },

  reboot: (process, command) => {
    const { pid } = process.ns;
    if (!process.creds.capable(CAP_SYS_BOOT, pid.owner)) throw new Errno("EPERM");
    // The machine is its owner's to turn off.
    if (pid.parent === undefined || pid.init === undefined) throw new Errno("EINVAL");
    exit(pid.init, { signaled: command === "restart" ? SIGHUP : SIGINT, core: false });
  },
} satisfies Partial<SyscallTable>;

/** To programs of 32 bits, a processor of 64 bits is one of 32. @see kernel/sys.c:override_architecture */
function machineAs(persona: number, architecture: string): string {
  return (persona & PER_MASK) === PER_LINUX32 && architecture === "x86_64" ? "i686" : architecture;
}

/** @throws EPERM without CAP_SYS_ADMIN over the uts namespace. @throws EINVAL if the name is too long. */
function checkName(process: Process, name: string): void {
  if (!process.creds.capable(CAP_SYS_ADMIN, process.ns.uts.owner)) throw new Errno("EPERM");
  if (byteLength(name) > HOST_NAME_MAX) throw new Errno("EINVAL");
}
