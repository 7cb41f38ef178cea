/**
 * The files of /proc that speak of the machine: meminfo, cpuinfo, stat, uptime, loadavg…
 *
 * @see proc(5)
 */
import { CAP_SYSLOG, Errno } from "../../abi/index.ts";
import { file, PseudoFile, type PseudoLeaf, type PseudoTree, textFile } from "../../fs/index.ts";
import type { FileOps } from "../../vfs/index.ts";
import { totals } from "../cgroup/memory.ts";
import { formatPressure, type PressureKind } from "../cgroup/pressure.ts";
import type { Kernel } from "../kernel.ts";
import type { KernelPart } from "../machine.ts";
import { DISK_TYPES } from "../mount/disk-types.ts";
import { locks } from "./locks.ts";
import type { ProcFs } from "./proc-fs.ts";
import { messageQueues, semaphores, sharedMemory } from "./sysvipc.ts";
import { VMSTAT_COUNTERS } from "./vmstat.data.ts";

const kiB = (bytes: number): string => `${String(Math.floor(bytes / 1024)).padStart(8)} kB`;

/** Clock ticks a second: what the kernel counts CPU time in. @see sysconf(3) _SC_CLK_TCK */
const TICKS_PER_SECOND = 100;
export const US_PER_TICK = 1_000_000 / TICKS_PER_SECOND;

const text = (read: (kernel: Kernel) => string, mode?: number) => textFile<ProcFs>((fs) => read(fs.kernel), mode);
const empty = text(() => "");
const hidden = text(() => "", 0o400);

/** A file of a part that the kernel may have been built without. */
const ofPart =
  (part: KernelPart, leaf: PseudoLeaf<ProcFs>): PseudoLeaf<ProcFs> =>
  (fs) =>
    fs.kernel.machine.missingParts.has(part) ? undefined : leaf(fs);

const pressure = (kind: PressureKind) => text((kernel) => formatPressure(kernel.cgroups, kind));

/** @see proc_tty_drivers(5) */
const TTY_DRIVERS = `\
/dev/tty             /dev/tty        5       0 system:/dev/tty
/dev/console         /dev/console    5       1 system:console
/dev/ptmx            /dev/ptmx       5       2 system
pty_slave            /dev/pts      136 0-1048575 pty:slave
pty_master           /dev/ptm      128 0-1048575 pty:master
`;
const TTY_LDISCS = "n_tty       0\nn_null     27\n";

/** The controllers of cgroup v1, all of which are in the one hierarchy of v2. @see cgroups(7) */
const SUBSYSTEMS = [
  ...["cpuset", "cpu", "cpuacct", "blkio", "memory", "devices", "freezer", "net_cls", "perf_event", "net_prio"],
  ...["hugetlb", "pids"],
];

function cgroups({ cgroups: root }: Kernel): string {
  const lines = SUBSYSTEMS.map((name) => `${name}\t0\t${root.descendants + 1}\t1\n`);
  return `#subsys_name\thierarchy\tnum_cgroups\tenabled\n${lines.join("")}`;
}

/** @see block/genhd.c:show_partition */
function partitions({ machine }: Kernel): string {
  return `major minor  #blocks  name\n\n 254        0 ${String(Math.floor(machine.diskBytes / 1024)).padStart(10)} vda\n`;
}

export const MACHINE_FILES: PseudoTree<ProcFs> = {
  acpi: {},
  buddyinfo: empty,
  bus: {},
  cgroups: text(cgroups),
  cmdline: text(() => "console=ttyS0 root=/dev/vda1\n"),
  consoles: empty,
  cpuinfo: text(cpuinfo),
  crypto: empty,
  devices: text(() => "Character devices:\n  1 mem\n  5 /dev/tty\n136 pts\n\nBlock devices:\n254 virtblk\n"),
  diskstats: text(() => " 254       0 vda 0 0 0 0 0 0 0 0 0 0 0\n"),
  dma: text(() => " 4: cascade\n"),
  driver: {},
  execdomains: text(() => "0-0\tLinux           \t[kernel]\n"),
  filesystems: text(filesystems),
  fs: {},
  interrupts: empty,
  iomem: empty,
  ioports: empty,
  irq: {},
  kallsyms: empty,
  "key-users": empty,
  keys: empty,
  kmsg: (fs) => new KernelLog(fs),
  kpagecgroup: hidden,
  kpagecount: hidden,
  kpageflags: hidden,
  loadavg: textFile<ProcFs>(({ kernel, reader }) => loadavg(kernel, reader.ns.pid.lastPid)),
  locks: textFile(locks),
  meminfo: text(meminfo),
  misc: empty,
  modules: ofPart("MODULES", empty),
  mtrr: text(() => "", 0o644),
  pagetypeinfo: hidden,
  partitions: text(partitions),
  pressure: { cpu: pressure("cpu"), io: pressure("io"), memory: pressure("memory") },
  slabinfo: hidden,
  softirqs: empty,
  stat: text(stat),
  swaps: text(swaps),
  "sysrq-trigger": ofPart(
    "MAGIC_SYSRQ",
    file<ProcFs>(() => ({ write: () => {} }), 0o200),
  ),
  sysvipc: { msg: textFile(messageQueues), sem: textFile(semaphores), shm: textFile(sharedMemory) },
  timer_list: hidden,
  tty: { driver: {}, drivers: text(() => TTY_DRIVERS), ldisc: {}, ldiscs: text(() => TTY_LDISCS) },
  uptime: textFile<ProcFs>(({ kernel, reader }) => uptime(kernel, reader.ns.time.boottimeOffsetUs)),
  version: text(({ machine }) => `Linux version ${machine.kernelRelease} (bottleship) ${machine.kernelVersion}\n`),
  vmallocinfo: hidden,
  vmstat: text(vmstat),
  zoneinfo: empty,
};

/** The kernel's log is for those who may read it, whatever the file's mode says. */
class KernelLog extends PseudoFile {
  constructor(fs: ProcFs) {
    super(fs, { mode: 0o400 }, { read: () => fs.kernel.log.formatRaw() });
  }

  override open(flags: number): FileOps {
    const { creds } = (this.fs as ProcFs).reader;
    if (!creds.capable(CAP_SYSLOG, creds.user)) throw new Errno("EPERM");
    return super.open(flags);
  }
}

function freeBytes(kernel: Kernel): number {
  return kernel.machine.memoryBytes - kernel.cgroups.memory.currentBytes;
}

function vmstat(kernel: Kernel): string {
  const others = VMSTAT_COUNTERS.map((name) => `${name} 0\n`).join("");
  return `nr_free_pages ${Math.floor(freeBytes(kernel) / 4096)}\n${others}`;
}

function meminfo(kernel: Kernel): string {
  const { memoryBytes, swapBytes } = kernel.machine;
  const { anon, shmem, file } = totals(kernel.cgroups);
  const { swapBytes: swappedBytes } = kernel.cgroups.memory;
  const free = freeBytes(kernel);
  const rows: readonly (readonly [string, number])[] = [
    ["MemTotal", memoryBytes],
    ["MemFree", free],
    ["MemAvailable", free + file],
    ["Buffers", 0],
    ["Cached", shmem + file],
    ["SwapCached", 0],
    ["Active", anon],
    ["Inactive", shmem + file],
    ["Active(anon)", anon],
    ["Inactive(anon)", shmem],
    ["Active(file)", 0],
    ["Inactive(file)", file],
    ["Unevictable", 0],
    ["Mlocked", 0],
    ["SwapTotal", swapBytes],
    ["SwapFree", swapBytes - swappedBytes],
    ...nothing("Zswap", "Zswapped", "Dirty", "Writeback"),
    ["AnonPages", anon],
    ["Mapped", 0],
    ["Shmem", shmem],
    ...nothing("KReclaimable", "Slab", "SReclaimable", "SUnreclaim", "KernelStack", "PageTables", "SecPageTables"),
    ...nothing("NFS_Unstable", "Bounce", "WritebackTmp"),
    ["CommitLimit", memoryBytes / 2 + swapBytes],
    ["Committed_AS", anon + shmem + swappedBytes],
    ["VmallocTotal", VMALLOC_BYTES],
    ...nothing("VmallocUsed", "VmallocChunk", "Percpu", "AnonHugePages", "ShmemHugePages", "ShmemPmdMapped"),
    ...nothing("FileHugePages", "FilePmdMapped", "Balloon"),
  ];
  const huge = ["Total", "Free", "Rsvd", "Surp"].map((name) => `HugePages_${name}:       0\n`).join("");
  const pages: readonly (readonly [string, number])[] = [
    ["Hugepagesize", HUGE_PAGE_BYTES],
    ["Hugetlb", 0],
    ["DirectMap4k", 0],
    ["DirectMap2M", memoryBytes],
    ["DirectMap1G", 0],
  ];
  const format = (some: typeof rows): string =>
    some.map(([name, bytes]) => `${`${name}:`.padEnd(16)}${kiB(bytes)}\n`).join("");
  return format(rows) + huge + format(pages);
}

/** Kinds of memory that a simulated machine does not use. */
const nothing = (...names: readonly string[]): readonly (readonly [string, number])[] => names.map((name) => [name, 0]);

/** The address space for vmalloc of x86-64. @see Documentation/arch/x86/x86_64/mm.rst */
const VMALLOC_BYTES = 34_359_738_367 * 1024;
const HUGE_PAGE_BYTES = 2 * 1024 * 1024;

function cpuinfo(kernel: Kernel): string {
  const { cpus } = kernel.machine;
  return Array.from({ length: cpus }, (_, cpu) =>
    [
      `processor\t: ${cpu}`,
      "vendor_id\t: Bottleship",
      "cpu family\t: 6",
      "model\t\t: 1",
      "model name\t: Bottleship Virtual CPU",
      "stepping\t: 0",
      "microcode\t: 0x1",
      "cpu MHz\t\t: 2000.000",
      "cache size\t: 1024 KB",
      "physical id\t: 0",
      `siblings\t: ${cpus}`,
      `core id\t\t: ${cpu}`,
      `cpu cores\t: ${cpus}`,
      `apicid\t\t: ${cpu}`,
      `initial apicid\t: ${cpu}`,
      "fpu\t\t: yes",
      "fpu_exception\t: yes",
      "cpuid level\t: 13",
      "wp\t\t: yes",
      "flags\t\t: fpu tsc msr cx8 cmov mmx fxsr sse sse2 ht syscall nx lm constant_tsc nonstop_tsc pni hypervisor",
      "bugs\t\t:",
      "bogomips\t: 4000.00",
      "clflush size\t: 64",
      "cache_alignment\t: 64",
      "address sizes\t: 48 bits physical, 48 bits virtual",
      "power management:",
      "",
      "",
    ].join("\n"),
  ).join("");
}

function stat(kernel: Kernel): string {
  const { cpus } = kernel.machine;
  const uptimeUs = kernel.monotonicUs - kernel.world.clock.startUs;
  const user = Math.floor(kernel.cgroups.cpuUs / US_PER_TICK);
  const idle = Math.max(0, Math.floor((uptimeUs * cpus) / US_PER_TICK) - user);
  const line = (name: string, part: number): string =>
    `${name} ${Math.floor(user / part)} 0 0 ${Math.floor(idle / part)} 0 0 0 0 0 0\n`;
  const each = Array.from({ length: cpus }, (_, cpu) => line(`cpu${cpu}`, cpus)).join("");
  const boot = Math.floor(kernel.world.clock.startUs / 1_000_000);
  const running = [...kernel.processes.values()].filter((process) => process.isRunnable && !process.parked).length;
  return `${line("cpu ", 1)}${each}intr 0\nctxt 0\nbtime ${boot}\nprocesses ${kernel.init.ns.pid.lastPid}\nprocs_running ${running}\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n`;
}

/** Of the two times only the first is that of the reader's time namespace. */
function uptime(kernel: Kernel, offsetUs: number): string {
  const upUs = kernel.monotonicUs - kernel.world.clock.startUs;
  const idleUs = Math.max(0, upUs * kernel.machine.cpus - kernel.cgroups.cpuUs);
  return `${((upUs + offsetUs) / 1e6).toFixed(2)} ${(idleUs / 1e6).toFixed(2)}\n`;
}

/** The last number is the newest process that the reader's pid namespace has had. @see fs/proc/loadavg.c */
function loadavg(kernel: Kernel, lastPid: number): string {
  const running = [...kernel.processes.values()].filter((process) => process.isRunnable && !process.parked).length;
  return `0.00 0.00 0.00 ${running}/${kernel.processes.size} ${lastPid}\n`;
}

/** What a kernel registers, in its order; those that a simulated one cannot mount belong to itself or to programs. */
const REGISTERED_TYPES: readonly string[] = [
  ...["sysfs", "tmpfs", "proc", "cgroup", "cgroup2", "cpuset", "devtmpfs", "binfmt_misc", "debugfs", "tracefs"],
  ...["securityfs", "sockfs", "bpf", "pipefs", "ramfs", "hugetlbfs", "devpts", "ext3", "ext2", "ext4", "squashfs"],
  ...["autofs", "fuseblk", "fuse", "fusectl", "overlay", "xfs", "erofs", "mqueue", "btrfs", "pstore"],
];

function filesystems(): string {
  const needsDevice = (type: string): boolean => DISK_TYPES.includes(type) || type === "fuseblk";
  return REGISTERED_TYPES.map((type) => `${needsDevice(type) ? "" : "nodev"}\t${type}\n`).join("");
}

function swaps(kernel: Kernel): string {
  const { swapBytes } = kernel.machine;
  const header = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
  return swapBytes === 0
    ? header
    : `${header}/swapfile                               file\t\t${swapBytes / 1024}\t\t0\t\t-2\n`;
}
