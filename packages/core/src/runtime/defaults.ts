/**
 * What Docker gives every container unless told otherwise: mounts, devices, masks, capabilities, limits.
 *
 * @see moby daemon/pkg/oci/defaults.go, oci/caps/defaults.go, profiles/seccomp/default_linux.go
 */
import {
  PER_LINUX,
  PER_LINUX32,
  PERSONALITY_QUERY,
  type SeccompFilter,
  type SeccompVerdict,
  type SyscallName,
  UNAME26,
} from "../abi/index.ts";
import type { DeviceRule, MountSpec } from "../oci/index.ts";

/** The default capabilities, as an effective set 00000000a80425fb. */
export const DEFAULT_CAPABILITIES: readonly string[] = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_FSETID",
  "CAP_FOWNER",
  "CAP_MKNOD",
  "CAP_NET_RAW",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETFCAP",
  "CAP_SETPCAP",
  "CAP_NET_BIND_SERVICE",
  "CAP_SYS_CHROOT",
  "CAP_KILL",
  "CAP_AUDIT_WRITE",
];

/** In the order in which they are mounted. */
export const DEFAULT_MOUNTS: readonly MountSpec[] = [
  { destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"] },
  {
    destination: "/dev",
    type: "tmpfs",
    source: "tmpfs",
    options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
  },
  {
    destination: "/dev/pts",
    type: "devpts",
    source: "devpts",
    options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
  },
  { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
  {
    destination: "/sys/fs/cgroup",
    type: "cgroup2",
    source: "cgroup",
    options: ["ro", "nosuid", "noexec", "nodev"],
  },
  { destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "noexec", "nodev"] },
];

/** What `docker run` without --shm-size gives to /dev/shm, in bytes. */
export const DEFAULT_SHM_SIZE = 67_108_864;

/** What a container finds empty: an empty tmpfs over directories, /dev/null over files. */
export const MASKED_PATHS: readonly string[] = [
  "/proc/asound",
  "/proc/acpi",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
  "/sys/devices/virtual/powercap",
];

/** What a container can read, but not write, even as root. */
export const READONLY_PATHS: readonly string[] = [
  "/proc/bus",
  "/proc/fs",
  "/proc/irq",
  "/proc/sys",
  "/proc/sysrq-trigger",
];

/** What the device cgroup lets through: nodes of any kind may be made, these may be opened. */
export const DEFAULT_DEVICE_RULES: readonly DeviceRule[] = [
  { type: "any", access: "m" },
  { type: "char", major: 1, minor: 3, access: "rwm" },
  { type: "char", major: 1, minor: 5, access: "rwm" },
  { type: "char", major: 1, minor: 7, access: "rwm" },
  { type: "char", major: 1, minor: 8, access: "rwm" },
  { type: "char", major: 1, minor: 9, access: "rwm" },
  { type: "char", major: 5, minor: 0, access: "rwm" },
  { type: "char", major: 5, minor: 1, access: "rwm" },
  { type: "char", major: 5, minor: 2, access: "rwm" },
  { type: "char", major: 10, minor: 200, access: "rwm" },
  { type: "char", major: 136, access: "rwm" },
];

/** A privileged container may open everything. */
export const ALL_DEVICE_RULES: readonly DeviceRule[] = [{ type: "any", access: "rwm" }];

/** Calls that Docker's default seccomp profile allows only with a capability. */
const CONDITIONAL_CALLS: readonly (readonly [call: SyscallName, capability: string])[] = [
  ["mount", "CAP_SYS_ADMIN"],
  ["umount2", "CAP_SYS_ADMIN"],
  ["setns", "CAP_SYS_ADMIN"],
  ["unshare", "CAP_SYS_ADMIN"],
  ["sethostname", "CAP_SYS_ADMIN"],
  ["setdomainname", "CAP_SYS_ADMIN"],
  ["chroot", "CAP_SYS_CHROOT"],
  ["reboot", "CAP_SYS_BOOT"],
  ["clock_settime", "CAP_SYS_TIME"],
  ["syslog", "CAP_SYSLOG"],
];

/** Calls that it allows to nobody. */
const DENIED_CALLS: readonly SyscallName[] = ["pivot_root"];

const PERSONAS: ReadonlySet<number> = new Set([
  PER_LINUX,
  PER_LINUX32,
  UNAME26,
  UNAME26 | PER_LINUX32,
  PERSONALITY_QUERY,
]);

const REFUSED: SeccompVerdict = { rules: [], otherwise: { kind: "errno", errno: 1 } };

/** Docker's default profile for a container with these capabilities. */
export function defaultSeccomp(capabilities: readonly string[]): SeccompFilter {
  const denied = CONDITIONAL_CALLS.filter(([, capability]) => !capabilities.includes(capability));
  return {
    name: "default",
    verdicts: new Map([...DENIED_CALLS, ...denied.map(([call]) => call)].map((call) => [call, REFUSED])),
    personas: PERSONAS,
    deniesNamespaces: !capabilities.includes("CAP_SYS_ADMIN"),
  };
}

/** PATH of a container whose image sets none. */
export const DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
