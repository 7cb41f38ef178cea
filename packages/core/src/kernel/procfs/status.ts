/**
 * /proc/PID/status, stat, statm and limits: a process in numbers.
 *
 * @see proc_pid_status(5), proc_pid_stat(5), proc_pid_statm(5), proc_pid_limits(5)
 */
import { PAGE_SIZE, type ResourceName, SignalSet } from "../../abi/index.ts";
import { allowedCpus, formatList } from "../cgroup/cpuset.ts";
import { PROGRAM_BYTES } from "../memory/oom.ts";
import type { PidNamespace } from "../namespaces/pid.ts";
import { type Process, pidIn } from "../process.ts";
import { US_PER_TICK } from "./machine-files.ts";

/** R, S, T, Z or X. */
function stateLetter(process: Process): string {
  switch (process.state) {
    case "stopped":
      return "T";
    case "exiting":
    case "zombie":
      return "Z";
    case "dead":
      return "X";
    case "running":
      return process.parked === undefined ? "R" : "S";
  }
}

const STATE_NAMES: Readonly<Record<string, string>> = {
  R: "running",
  S: "sleeping",
  T: "stopped",
  Z: "zombie",
  X: "dead",
};

/** Of a program that has declared no memory of its own. */
const BASE_RESIDENT_BYTES = 383 * PAGE_SIZE;

export function formatStat(namespace: PidNamespace, process: Process): string {
  const { group } = process;
  const alive = process.isAlive;
  const { terminal } = group.session;
  const fields = [
    pidIn(namespace, process),
    `(${process.name})`,
    stateLetter(process),
    pidIn(namespace, process.parent),
    pidIn(namespace, group.leader),
    pidIn(namespace, group.session.leader),
    terminal?.rdev ?? 0,
    terminal?.foreground === undefined ? -1 : pidIn(namespace, terminal.foreground.leader),
    4194304,
    ...[0, 0, 0, 0],
    Math.floor(process.cpuUs / US_PER_TICK),
    0,
    Math.floor(process.childrenCpuUs / US_PER_TICK),
    0,
    20 + process.traits.nice,
    process.traits.nice,
    1,
    0,
    Math.floor((process.startUs - process.kernel.world.clock.startUs) / US_PER_TICK),
    alive ? PROGRAM_BYTES + process.memoryBytes : 0,
    alive ? (BASE_RESIDENT_BYTES + process.memoryBytes) / PAGE_SIZE : 0,
    "18446744073709551615",
    ...Array.from({ length: 12 }, () => 0),
    process.exitSignal,
    ...Array.from({ length: 13 }, () => 0),
    exitCodeField(process),
  ];
  return `${fields.join(" ")}\n`;
}

function exitCodeField(process: Process): number {
  const { status } = process;
  if (status === undefined) return 0;
  if ("exited" in status) return status.exited << 8;
  return "signaled" in status ? status.signaled : 0;
}

export function formatStatm(process: Process): string {
  if (!process.isAlive) return "0 0 0 0 0 0 0\n";
  const size = (PROGRAM_BYTES + process.memoryBytes) / PAGE_SIZE;
  const resident = (BASE_RESIDENT_BYTES + process.memoryBytes) / PAGE_SIZE;
  return `${size} ${resident} 370 404 0 ${process.memoryBytes / PAGE_SIZE + 92} 0\n`;
}

export function formatStatus(namespace: PidNamespace, reader: Process, process: Process): string {
  const { creds } = process;
  const user = reader.creds.user;
  const uids = [creds.realUid, creds.effectiveUid, creds.savedUid, creds.uid].map((id) => user.shownUid(id));
  const gids = [creds.realGid, creds.effectiveGid, creds.savedGid, creds.gid].map((id) => user.shownGid(id));
  const letter = stateLetter(process);
  const kB = (bytes: number): string => `${String(bytes / 1024).padStart(8)} kB`;
  const pid = pidIn(namespace, process);
  const own = process.pids.slice(namespace.level);
  const levels = (other: Process): string => other.pids.slice(namespace.level).join("\t") || "0";
  const rows: (readonly [string, string | number])[] = [
    ["Name", process.name],
    ...(process.isAlive ? [["Umask", process.umask.toString(8).padStart(4, "0")] as const] : []),
    ["State", `${letter} (${STATE_NAMES[letter]})`],
    ["Tgid", pid],
    ["Ngid", 0],
    ["Pid", pid],
    ["PPid", pidIn(namespace, process.parent)],
    ["TracerPid", 0],
    ["Uid", uids.join("\t")],
    ["Gid", gids.join("\t")],
    ["FDSize", process.isAlive ? 64 : 0],
    ["Groups", creds.groups.map((gid) => `${user.shownGid(gid)} `).join("")],
    ["NStgid", own.join("\t")],
    ["NSpid", own.join("\t")],
    ["NSpgid", levels(process.group.leader)],
    ["NSsid", levels(process.group.session.leader)],
    ["Kthread", 0],
    ...(process.isAlive
      ? ([
          ["VmPeak", kB(PROGRAM_BYTES + process.memoryBytes)],
          ["VmSize", kB(PROGRAM_BYTES + process.memoryBytes)],
          ["VmLck", kB(0)],
          ["VmPin", kB(0)],
          ["VmHWM", kB(BASE_RESIDENT_BYTES + process.memoryBytes)],
          ["VmRSS", kB(BASE_RESIDENT_BYTES + process.memoryBytes)],
          ["RssAnon", kB(process.memoryBytes)],
          ["RssFile", kB(BASE_RESIDENT_BYTES)],
          ["RssShmem", kB(0)],
          ["VmData", kB(process.memoryBytes)],
          ["VmStk", kB(132 * 1024)],
          ["VmExe", kB(1616 * 1024)],
          ["VmLib", kB(8 * 1024)],
          ["VmPTE", kB(40 * 1024)],
          ["VmSwap", kB(0)],
          ["HugetlbPages", kB(0)],
          ["CoreDumping", 0],
          ["THP_enabled", 1],
          ["untag_mask", "0xffffffffffffffff"],
        ] as const)
      : []),
    ["Threads", 1],
    ["SigQ", `0/${process.limits.get("sigpending")?.soft ?? 0}`],
    ["SigPnd", SignalSet.EMPTY.toString()],
    ["ShdPnd", process.pending.toString()],
    ["SigBlk", process.blocked.toString()],
    ["SigIgn", actionMask(process, "ignore")],
    ["SigCgt", actionMask(process, "function")],
    ["CapInh", creds.inheritable.toString()],
    ["CapPrm", creds.permitted.toString()],
    ["CapEff", creds.effective.toString()],
    ["CapBnd", creds.bounding.toString()],
    ["CapAmb", creds.ambient.toString()],
    ["NoNewPrivs", creds.noNewPrivs ? 1 : 0],
    ["Seccomp", process.seccomp === undefined ? 0 : 2],
    ["Seccomp_filters", process.seccomp === undefined ? 0 : 1],
    ["Speculation_Store_Bypass", "vulnerable"],
    ["SpeculationIndirectBranch", "always enabled"],
    ["Cpus_allowed", cpuMask(allowedCpus(process))],
    ["Cpus_allowed_list", formatList(allowedCpus(process)).trimEnd()],
    ["Mems_allowed", "1"],
    ["Mems_allowed_list", 0],
    ["voluntary_ctxt_switches", 0],
    ["nonvoluntary_ctxt_switches", 0],
  ];
  return rows.map(([name, value]) => `${name}:\t${value}\n`).join("");
}

export const cpuList = (cpus: number): string => (cpus === 1 ? "0" : `0-${cpus - 1}`);

function cpuMask(cpus: readonly number[]): string {
  return cpus.reduce((mask, cpu) => mask | (1n << BigInt(cpu)), 0n).toString(16);
}

function actionMask(process: Process, kind: "ignore" | "function"): string {
  let mask = SignalSet.EMPTY;
  for (const [signal, { disposition }] of process.actions ?? []) {
    const matches = kind === "ignore" ? disposition === "ignore" : typeof disposition === "function";
    if (matches) mask = mask.with(signal);
  }
  return mask.toString();
}

const LIMIT_ROWS: readonly (readonly [resource: ResourceName, name: string, unit: string])[] = [
  ["cpu", "Max cpu time", "seconds"],
  ["fsize", "Max file size", "bytes"],
  ["data", "Max data size", "bytes"],
  ["stack", "Max stack size", "bytes"],
  ["core", "Max core file size", "bytes"],
  ["rss", "Max resident set", "bytes"],
  ["nproc", "Max processes", "processes"],
  ["nofile", "Max open files", "files"],
  ["memlock", "Max locked memory", "bytes"],
  ["as", "Max address space", "bytes"],
  ["locks", "Max file locks", "locks"],
  ["sigpending", "Max pending signals", "signals"],
  ["msgqueue", "Max msgqueue size", "bytes"],
  ["nice", "Max nice priority", ""],
  ["rtprio", "Max realtime priority", ""],
  ["rttime", "Max realtime timeout", "us"],
];

export function formatLimits(process: Process): string {
  const shown = (limit: number | undefined): string =>
    limit === undefined || !Number.isFinite(limit) ? "unlimited" : String(limit);
  const row = (name: string, soft: string, hard: string, unit: string): string =>
    `${name.padEnd(26)}${soft.padEnd(21)}${hard.padEnd(21)}${unit === "" ? "" : unit.padEnd(10)}\n`;
  const rows = LIMIT_ROWS.map(([resource, name, unit]) => {
    const limit = process.limits.get(resource);
    return row(name, shown(limit?.soft), shown(limit?.hard), unit);
  });
  return row("Limit", "Soft Limit", "Hard Limit", "Units") + rows.join("");
}
