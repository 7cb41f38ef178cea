/**
 * Sysctls: the values under /proc/sys, each belonging to the machine or to a kind of namespace.
 *
 * @see proc(5) /proc/sys, sysctl(8), Documentation/admin-guide/sysctl/
 */
import { CAP_NET_ADMIN, CAP_SYS_RESOURCE, Errno } from "../../abi/index.ts";
import type { SmallMap } from "../../lib/index.ts";
import type { UserNamespace } from "../namespaces/user.ts";
import type { Process } from "../process.ts";
import {
  DEVICE_SYSCTLS_4,
  DEVICE_SYSCTLS_6,
  FIXED_NET_SYSCTLS,
  MACHINE_NET_SYSCTLS,
  NEIGHBOUR_SYSCTLS_4,
  NEIGHBOUR_SYSCTLS_6,
  NET_SYSCTLS,
} from "./net-sysctls.data.ts";
import { FIXED_SYSCTLS, PRIVATE_SYSCTLS, QUIET_SYSCTLS } from "./quiet-sysctls.data.ts";
import { isNumbers } from "./sysctl-numbers.ts";

type Scope = "machine" | "net" | "ipc";

/**
 * Who may do what, besides root, who may read and write it: `public`, everybody may read; `fixed`, everybody may read
 * and nobody write; `order`, it is only written, to have something done; `private`, only root may read; `machine`,
 * outside of the machine's own network namespace it can only be read.
 */
type Access = "public" | "fixed" | "order" | "private" | "machine";

const MODES: Readonly<Record<Access, number>> = {
  public: 0o644,
  fixed: 0o444,
  order: 0o200,
  private: 0o600,
  machine: 0o644,
};

interface Sysctl {
  readonly scope: Scope;
  readonly initial: string;
  readonly access: Access;
}

const of =
  (scope: Scope, access: Access = "public") =>
  (initial: string | number): Sysctl => ({ scope, initial: String(initial), access });

const machine = of("machine");
const fixed = of("machine", "fixed");
const order = of("machine", "order")(0);
const ipc = of("ipc");

function netAccess(name: string): Access {
  if (FIXED_NET_SYSCTLS.has(name)) return "fixed";
  return MACHINE_NET_SYSCTLS.has(name) ? "machine" : "public";
}

const tableOf = (values: Readonly<Record<string, string>>, make: (name: string, initial: string) => Sysctl) =>
  Object.fromEntries(Object.entries(values).map(([name, initial]) => [name, make(name, initial)]));

/** By their dotted names, with the values of a fresh Linux. */
const SYSCTLS: ReadonlyMap<string, Sysctl> = new Map(
  Object.entries({
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
    "kernel.cad_pid": of("machine", "private")(1),
    "net.ipv4.route.flush": of("net", "order")(0),
    "net.ipv4.tcp_fastopen_key": of("net", "private")("00000000-00000000-00000000-00000000"),
    "net.ipv6.route.flush": of("net", "order")(0),
    ...tableOf(QUIET_SYSCTLS, (name, initial) =>
      of("machine", PRIVATE_SYSCTLS.has(name) ? "private" : "public")(initial),
    ),
    ...tableOf(FIXED_SYSCTLS, (_name, initial) => fixed(initial)),
    ...tableOf(NET_SYSCTLS, (name, initial) => of("net", netAccess(name))(initial)),
  }),
);

/** Sysctls of one device of a network stack: `net.ipv4.conf.eth0.rp_filter`. */
const OF_DEVICE = /^net\.(ipv4|ipv6)\.(conf|neigh)\.([^.]+)\.(\w+)$/;
const DEVICE_TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "ipv4.conf": DEVICE_SYSCTLS_4,
  "ipv6.conf": DEVICE_SYSCTLS_6,
  "ipv4.neigh": NEIGHBOUR_SYSCTLS_4,
  "ipv6.neigh": NEIGHBOUR_SYSCTLS_6,
};
/** Devices (or `all`) whose value begins with something else. */
const DEVICE_EXCEPTIONS: Readonly<Record<string, string>> = {
  "net.ipv4.conf.all.accept_source_route": "0",
  "net.ipv4.conf.lo.disable_policy": "1",
  "net.ipv4.conf.lo.disable_xfrm": "1",
  "net.ipv6.conf.all.accept_dad": "0",
  "net.ipv6.conf.lo.accept_dad": "-1",
  "net.ipv6.conf.lo.mtu": "65536",
  "net.ipv6.conf.lo.use_tempaddr": "-1",
};
const DEVICE_ACCESS: Readonly<Record<string, Access>> = { mc_forwarding: "fixed", stable_secret: "private" };

/** The sysctl of that name. */
function find(name: string): Sysctl | undefined {
  const known = SYSCTLS.get(name);
  if (known !== undefined) return known;
  const [, family = "", part = "", , field = ""] = OF_DEVICE.exec(name) ?? [];
  const table = DEVICE_TABLES[`${family}.${part}`] ?? {};
  const initial = Object.hasOwn(table, field) ? table[field] : undefined;
  if (initial === undefined) return undefined;
  return of("net", DEVICE_ACCESS[field])(DEVICE_EXCEPTIONS[name] ?? initial);
}

/** Whether there is one of that name. */
export const isSysctl = (name: string): boolean => find(name) !== undefined;

/** The names of those of one device, of a part of a family. */
export const deviceSysctlNames = (family: "ipv4" | "ipv6", part: "conf" | "neigh"): readonly string[] =>
  Object.keys(DEVICE_TABLES[`${family}.${part}`] ?? {});

const placeOf = (name: string): string => (name === "net.ipv4.conf.all.forwarding" ? "net.ipv4.ip_forward" : name);

export const SYSCTL_NAMES: readonly string[] = [...SYSCTLS.keys()];

/** Values that differ from the initial ones: on a machine, or in one namespace. */
export type SysctlValues = SmallMap<string, string>;

/** The mode of its file. @see proc_sys_permission: it holds for root too */
export function modeOfSysctl(process: Process, name: string): number {
  return modeFor(process, find(name)?.access ?? "fixed");
}

function modeFor(process: Process, access: Access): number {
  const isMachines = process.ns.net === process.kernel.init.ns.net;
  return MODES[access === "machine" && !isMachines ? "fixed" : access];
}

/**
 * Whether a process counts as the owner of a sysctl: mostly root, no capability is asked for.
 *
 * What users may have of namespaces and the like, and what belongs to a namespace, has rules of its own.
 *
 * @see fs/proc/proc_sysctl.c:test_perm, kernel/ucount.c:set_permissions, net/sysctl_net.c:net_ctl_permissions,
 *   ipc/ipc_sysctl.c:ipc_permissions
 */
export function mayWriteSysctl({ creds, ns }: Process, name: string): boolean {
  if (name.startsWith("user.")) return creds.capable(CAP_SYS_RESOURCE, creds.user);
  const isRootOf = (owner: UserNamespace): boolean => creds.effectiveUid === owner.uidToMachine(0);
  if (name.startsWith("net.")) return creds.capable(CAP_NET_ADMIN, ns.net.owner) || isRootOf(ns.net.owner);
  return find(name)?.scope === "ipc" ? isRootOf(ns.ipc.owner) : creds.effectiveUid === 0;
}

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

/** `writeSysctl` for a process that must have the right to. @throws EACCES */
export function changeSysctl(process: Process, name: string, text: string): void {
  if (!mayWriteSysctl(process, name)) throw new Errno("EACCES");
  writeSysctl(process, name, text);
}

/**
 * A write of no bytes changes nothing.
 *
 * @throws ENOENT for a name that is none, EACCES if nobody may write it, EINVAL if other numbers are expected, EPERM for
 *   forwarding if the network namespace is of another user namespace.
 */
export function writeSysctl(process: Process, name: string, text: string): void {
  const sysctl = find(name);
  if (sysctl === undefined) throw new Errno("ENOENT");
  if ((modeFor(process, sysctl.access) & 0o200) === 0) throw new Errno("EACCES");
  if (text === "") return;
  if (FORWARDING.test(name) && !process.creds.capable(CAP_NET_ADMIN, process.ns.net.owner)) throw new Errno("EPERM");
  const values = valuesFor(process, sysctl.scope);
  const old = values.get(placeOf(name)) ?? sysctl.initial;
  const value = isNumbers(sysctl.initial)
    ? process.kernel.sysctlNumbers.take(name, { initial: sysctl.initial, old }, text)
    : text.trim();
  values.set(placeOf(name), value);
  if (FOR_EVERY_DEVICE.has(name)) {
    const devices = process.ns.net.stack(process.kernel.net).devices.map((device) => device.name);
    for (const device of ["default", ...devices]) values.set(name.replace(".all.", `.${device}.`), value);
  }
}

/** Sysctls for whose writing the right to open the file is not enough. @see net/ipv4/devinet.c:devinet_sysctl_forward */
const FORWARDING = /^net\.ipv4\.(ip_forward|conf\.[^.]+\.forwarding)$/;

/**
 * What is written to `all` is also set for each device that there is, and as the default. @see net/ipv6/addrconf.c:
 * addrconf_disable_ipv6
 */
const FOR_EVERY_DEVICE: ReadonlySet<string> = new Set([
  "net.ipv6.conf.all.disable_ipv6",
  "net.ipv6.conf.all.forwarding",
]);

function valuesFor(process: Process, scope: Scope): SysctlValues {
  if (scope === "machine") return process.kernel.sysctls;
  return process.ns[scope].sysctls;
}
