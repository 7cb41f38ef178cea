/**
 * Sysctls: the values under /proc/sys, each belonging to the machine or to a kind of namespace.
 *
 * @see proc(5) /proc/sys, sysctl(8), Documentation/admin-guide/sysctl/
 */
import { CAP_NET_ADMIN, CAP_SYS_ADMIN, Errno } from "../abi/index.ts";
import type { SmallMap } from "../lib/index.ts";
import { DEVICE_SYSCTLS_4, DEVICE_SYSCTLS_6, NET_SYSCTLS } from "./net-sysctls.data.ts";
import type { Process } from "./process.ts";
import { FIXED_SYSCTLS, QUIET_SYSCTLS } from "./quiet-sysctls.data.ts";
import { isNumbers } from "./sysctl-numbers.ts";

type Scope = "machine" | "net" | "ipc";

interface Sysctl {
  readonly scope: Scope;
  readonly initial: string;
  readonly readOnly?: true;
  /** It is written to have something done. */
  readonly writeOnly?: true;
}

const machine = (initial: string | number): Sysctl => ({ scope: "machine", initial: String(initial) });
const fixed = (initial: string | number): Sysctl => ({ scope: "machine", initial: String(initial), readOnly: true });
const order: Sysctl = { scope: "machine", initial: "0", writeOnly: true };
const net = (initial: string | number): Sysctl => ({ scope: "net", initial: String(initial) });
const ipc = (initial: string | number): Sysctl => ({ scope: "ipc", initial: String(initial) });

/** By their dotted names, with the values of a fresh Linux. */
const SYSCTLS: Readonly<Record<string, Sysctl>> = {
  "fs.aio-max-nr": machine(65_536),
  "fs.file-max": machine("9223372036854775807"),
  "fs.inotify.max_queued_events": machine(16_384),
  "fs.inotify.max_user_instances": machine(128),
  "fs.inotify.max_user_watches": machine(65_536),
  "fs.mount-max": machine(100_000),
  "fs.mqueue.msg_default": ipc(10),
  "fs.mqueue.msg_max": ipc(10),
  "fs.mqueue.msgsize_default": ipc(8192),
  "fs.mqueue.msgsize_max": ipc(8192),
  "fs.mqueue.queues_max": ipc(256),
  "fs.nr_open": machine(1_048_576),
  "fs.overflowgid": machine(65_534),
  "fs.overflowuid": machine(65_534),
  "fs.pipe-max-size": machine(1_048_576),
  "fs.suid_dumpable": machine(0),
  "kernel.cap_last_cap": fixed(40),
  "kernel.core_pattern": machine("core"),
  "kernel.core_uses_pid": machine(0),
  "kernel.dmesg_restrict": machine(1),
  "kernel.kptr_restrict": machine(0),
  "kernel.msgmax": ipc(8192),
  "kernel.msgmnb": ipc(16_384),
  "kernel.msgmni": ipc(32_000),
  "kernel.ngroups_max": fixed(65_536),
  "kernel.ostype": fixed("Linux"),
  "kernel.overflowgid": machine(65_534),
  "kernel.overflowuid": machine(65_534),
  "kernel.panic": machine(0),
  "kernel.pid_max": machine(4_194_304),
  "kernel.printk": machine("4\t4\t1\t7"),
  "kernel.randomize_va_space": machine(2),
  "kernel.sched_autogroup_enabled": machine(1),
  "kernel.sem": ipc("32000\t1024000000\t500\t32000"),
  "kernel.shm_rmid_forced": ipc(0),
  "kernel.shmall": ipc("18446744073692774399"),
  "kernel.shmmax": ipc("18446744073692774399"),
  "kernel.shmmni": ipc(4096),
  "kernel.sysrq": machine(176),
  "kernel.tainted": machine(0),
  "kernel.threads-max": machine(62_000),
  "kernel.unprivileged_bpf_disabled": machine(2),
  "user.max_cgroup_namespaces": machine(31_000),
  "user.max_ipc_namespaces": machine(31_000),
  "user.max_mnt_namespaces": machine(31_000),
  "user.max_net_namespaces": machine(31_000),
  "user.max_pid_namespaces": machine(31_000),
  "user.max_time_namespaces": machine(31_000),
  "user.max_user_namespaces": machine(31_000),
  "user.max_uts_namespaces": machine(31_000),
  "vm.compact_memory": order,
  "vm.drop_caches": order,
  "vm.max_map_count": machine(65_530),
  "vm.overcommit_memory": machine(0),
  "vm.overcommit_ratio": machine(50),
  "vm.swappiness": machine(60),
  ...Object.fromEntries(Object.entries(QUIET_SYSCTLS).map(([name, initial]) => [name, machine(initial)])),
  ...Object.fromEntries(Object.entries(FIXED_SYSCTLS).map(([name, initial]) => [name, fixed(initial)])),
  ...Object.fromEntries(Object.entries(NET_SYSCTLS).map(([name, initial]) => [name, net(initial)])),
};

/** Sysctls of one device of a network stack: `net.ipv4.conf.eth0.rp_filter`. */
const OF_DEVICE = /^net\.(ipv4|ipv6)\.conf\.[^.]+\.(\w+)$/;

/** The sysctl of that name; forwarding has two. */
function find(name: string): Sysctl | undefined {
  if (Object.hasOwn(SYSCTLS, name)) return SYSCTLS[name];
  const [, family, field = ""] = OF_DEVICE.exec(name) ?? [];
  if (family === undefined) return undefined;
  const table = family === "ipv4" ? DEVICE_SYSCTLS_4 : DEVICE_SYSCTLS_6;
  const initial = Object.hasOwn(table, field) ? table[field] : undefined;
  return initial === undefined ? undefined : net(initial);
}

const placeOf = (name: string): string => (name === "net.ipv4.conf.all.forwarding" ? "net.ipv4.ip_forward" : name);

export const SYSCTL_NAMES: readonly string[] = Object.keys(SYSCTLS);

/** Values that differ from the initial ones: on a machine, or in one namespace. */
export type SysctlValues = SmallMap<string, string>;

export const isReadOnlySysctl = (name: string): boolean => find(name)?.readOnly === true;

export const isWriteOnlySysctl = (name: string): boolean => find(name)?.writeOnly === true;

/** A value of a network namespace, without a newline; "0" for a name that is none. */
export function netSysctl(values: SysctlValues | undefined, name: string): string {
  return values?.get(name) ?? find(name)?.initial ?? "0";
}

/** The value as `process` sees it, without a newline. @throws ENOENT for a name that is none. */
export function readSysctl(process: Process, name: string): string {
  const sysctl = find(name);
  if (sysctl === undefined) throw new Errno("ENOENT");
  return valuesFor(process, sysctl.scope).get(placeOf(name)) ?? sysctl.initial;
}

/** `writeSysctl` for a process that must have the right to: CAP_NET_ADMIN for net.*, else CAP_SYS_ADMIN. @throws EPERM */
export function changeSysctl(process: Process, name: string, text: string): void {
  const { creds, ns } = process;
  const capable = name.startsWith("net.")
    ? creds.capable(CAP_NET_ADMIN, ns.net.owner)
    : creds.capable(CAP_SYS_ADMIN, ns.ipc.owner);
  if (!capable) throw new Errno("EPERM");
  writeSysctl(process, name, text);
}

/** @throws ENOENT for a name that is none, EPERM for a fixed value, EINVAL if other numbers are expected. */
function writeSysctl(process: Process, name: string, text: string): void {
  const sysctl = find(name);
  if (sysctl === undefined) throw new Errno("ENOENT");
  if (sysctl.readOnly) throw new Errno("EPERM");
  const values = valuesFor(process, sysctl.scope);
  const old = values.get(placeOf(name)) ?? sysctl.initial;
  values.set(
    placeOf(name),
    isNumbers(sysctl.initial)
      ? process.kernel.sysctlNumbers.take(name, { initial: sysctl.initial, old }, text)
      : text.trim(),
  );
}

function valuesFor(process: Process, scope: Scope): SysctlValues {
  if (scope === "machine") return process.kernel.sysctls;
  return process.ns[scope].sysctls;
}
