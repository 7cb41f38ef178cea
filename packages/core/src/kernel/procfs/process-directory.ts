/**
 * /proc/PID: one process as a directory.
 *
 * @see proc_pid(5) and its companions
 */
import {
  CAP_SYS_ADMIN,
  CAP_SYS_NICE,
  type DirEntry,
  Errno,
  type ErrnoCode,
  type NamespaceKind,
  O_ACCMODE,
  O_RDONLY,
} from "../../abi/index.ts";
import { PseudoDirectory, PseudoLink } from "../../fs/index.ts";
import { encode } from "../../lib/index.ts";
import type { Inode } from "../../vfs/index.ts";
import { badness } from "../memory/oom.ts";
import type { Namespace } from "../namespaces/namespace.ts";
import { type Process, pidIn } from "../process.ts";
import { descriptorInfos, descriptors } from "./descriptors.ts";
import { byLength } from "./listing-order.ts";
import { auxiliaryVector, formatMaps } from "./memory-map.ts";
import { formatMountinfo, formatMounts, formatMountstats } from "./mount-tables.ts";
import { NET_FILES } from "./net-files.ts";
import { oomAdj, writeOomAdj, writeOomScoreAdj } from "./oom-score.ts";
import type { ProcFs } from "./proc-fs.ts";
import {
  checkInspect,
  directory,
  type EntryTable,
  entriesOf,
  entryTable,
  file,
  fromMemory,
  INODES_PER_PROCESS,
  inspected,
  type Maker,
  memoryMap,
  owner,
  place,
  text,
} from "./process-entry.ts";
import { mayInspect } from "./ptrace.ts";
import { QUIET_FILES } from "./quiet-files.ts";
import { formatLimits, formatStat, formatStatm, formatStatus } from "./status.ts";
import { formatTimeOffsets, writeTimeOffsets } from "./time-offsets.ts";
import { checkSetgroups, formatIdMap, writeIdMap, writeSetgroups } from "./user-maps.ts";
import { currentCall, waitChannel } from "./wait-channel.ts";

export function processDirectory(fs: ProcFs, process: Process): Inode {
  return new ProcessDirectory(fs, process, TABLE);
}

class ProcessDirectory extends PseudoDirectory {
  readonly #proc: ProcFs;
  readonly #process: Process;

  constructor(fs: ProcFs, process: Process, table: EntryTable) {
    const ino = process.pid * INODES_PER_PROCESS;
    super(fs, { mode: 0o555, ...owner(process) }, entriesOf(fs, process, table, ino), ino);
    this.#proc = fs;
    this.#process = process;
  }

  /** It is immutable. @see fs/proc/base.c: proc_pid_instantiate */
  override setattr(): void {
    throw new Errno("EPERM");
  }

  /** @see fs/proc/base.c: proc_pid_permission */
  override checkPresence(): void {
    if (this.#process.state === "dead") throw new Errno("ESRCH");
    this.#proc.checkLookInto(this.#process);
  }
}

/** A table of mounts: a zombie is in no mount namespace. */
const ofMounts = (format: (process: Process) => string, mode: number): Maker =>
  file(mode, (_fs, process) => ({
    checkOpen: () => {
      if (!process.isAlive) throw new Errno("EINVAL");
    },
    read: () => format(process),
  }));

const namespaceLink =
  (kind: NamespaceKind, forChildren = false): Maker =>
  (fs, process, ino) => {
    const namespace = () => (forChildren ? forChildrenOf(process, kind) : process.ns[kind]);
    return new PseudoLink(
      fs,
      () => {
        checkInspect(fs, process);
        return `${kind}:[${namespace().id}]`;
      },
      () => {
        checkInspect(fs, process);
        return fs.kernel.nsfs.locate(namespace());
      },
      { mode: 0o777, ...owner(process) },
      ino,
    );
  };

/** Where children will be born. @throws ENOENT for a pid namespace that has no init yet */
function forChildrenOf({ ns }: Process, kind: NamespaceKind): Namespace {
  if (kind !== "pid") return ns.timeForChildren;
  if (ns.pidForChildren.init === undefined) throw new Errno("ENOENT");
  return ns.pidForChildren;
}

/** @see fs/proc/namespaces.c: ns_entries */
const LISTED_KINDS: readonly NamespaceKind[] = ["net", "uts", "ipc", "pid", "user", "mnt", "cgroup", "time"];

const NAMESPACES = entryTable(
  LISTED_KINDS.flatMap((kind): (readonly [string, Maker])[] =>
    kind === "pid" || kind === "time"
      ? [
          [kind, namespaceLink(kind)],
          [`${kind}_for_children`, namespaceLink(kind, true)],
        ]
      : [[kind, namespaceLink(kind)]],
  ),
);

const quietFiles: Readonly<Record<string, Maker>> = Object.fromEntries(
  Object.entries(QUIET_FILES).map(([name, quiet]) => [name, text(() => quiet.text, quiet.mode)]),
);

/** What the network stack of a process shows. Not even root may write it. @see fs/proc/proc_net.c: seq_open_net */
const netFiles = entryTable(
  Object.entries(NET_FILES)
    .sort(([one], [other]) => byLength(one, other))
    .map(([name, read]) => [
      name,
      file(0o444, (fs, process) => ({
        checkOpen: (flags) => (flags & O_ACCMODE) === O_RDONLY || refused("EACCES"),
        read: () => read(process.ns.net.stack(fs.kernel.net)),
      })),
    ]),
);

const refused = (code: ErrnoCode): never => {
  throw new Errno(code);
};

/** Without a security module there is nothing to be read or set. */
const SECURITY_ATTRIBUTES = entryTable(
  ["current", "prev", "exec", "fscreate", "keycreate", "sockcreate"].map((name) => [
    name,
    file(name === "prev" ? 0o444 : 0o666, () => ({ read: () => refused("EINVAL"), write: () => refused("EINVAL") })),
  ]),
);

const ENTRIES: Readonly<Record<string, Maker>> = {
  attr: (fs, process) => directory(fs, process, SECURITY_ATTRIBUTES, 900, 0o555),
  cgroup: text((fs, process) => `0::${cgroupPath(fs.reader, process)}\n`),
  cmdline: text((_fs, { argv, isAlive }) => (isAlive && argv.length > 0 ? encode(`${argv.join("\0")}\0`) : "")),
  comm: file(0o644, (fs, process) => ({
    read: () => `${process.name}\n`,
    // A process can only name itself. @see fs/proc/base.c:comm_write
    write: (name) => {
      if (fs.reader !== process) throw new Errno("EINVAL");
      process.name = name.slice(0, 15);
    },
  })),
  clear_refs: file(0o200, () => ({
    // The simulated kernel does not know which pages were referenced, so there is nothing to clear.
    write: (value) => {
      if (!/^[1-5]\s*$/.test(value)) throw new Errno("EINVAL");
    },
  })),
  cwd: place(({ cwd }) => cwd),
  auxv: fromMemory(auxiliaryVector),
  environ: fromMemory(({ env }) => encode([...env].map(([name, value]) => `${name}=${value}\0`).join(""))),
  pagemap: fromMemory(() => ""),
  exe: place(({ exe }) => exe),
  fd: descriptors,
  fdinfo: descriptorInfos,
  gid_map: idMap("gid"),
  io: inspected(
    () => "rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n",
  ),
  limits: text((_fs, process) => formatLimits(process)),
  loginuid: text(() => "4294967295", 0o644),
  maps: memoryMap((fs, process) => formatMaps(fs.reader, process)),
  mountinfo: ofMounts(formatMountinfo, 0o444),
  mounts: ofMounts(formatMounts, 0o444),
  mountstats: ofMounts(formatMountstats, 0o400),
  net: (fs, process) => directory(fs, process, netFiles, 910, 0o555),
  ns: (fs, process) => directory(fs, process, NAMESPACES, 500, 0o511),
  oom_score: text((_fs, process) => `${Math.max(0, Math.round(666 + badness(process) / 1000))}\n`),
  oom_score_adj: file(0o644, (fs, process) => ({
    read: () => `${process.traits.oomScoreAdj}\n`,
    write: (value) => writeOomScoreAdj(fs.reader, process, value),
  })),
  oom_adj: file(0o644, (fs, process) => ({
    read: () => `${oomAdj(process)}\n`,
    write: (value) => writeOomAdj(fs.reader, process, value),
  })),
  personality: inspected((_fs, process) => `${process.traits.personality.toString(16).padStart(8, "0")}\n`),
  // Project ids are mapped in the machine's user namespace only, each to itself.
  projid_map: text(
    (_fs, { creds: { user } }) => (user.parent === undefined ? "         0          0 4294967295\n" : ""),
    0o644,
  ),
  root: place(({ root }) => root),
  sessionid: text(() => "4294967295"),
  setgroups: file(0o644, (fs, process) => ({
    read: () => `${process.creds.user.setgroups}\n`,
    checkOpen: (flags) => checkSetgroups(fs.reader, process, flags),
    write: (value) => writeSetgroups(process, value),
  })),
  stat: text((fs, process) => formatStat(fs.namespace, process)),
  statm: text((_fs, process) => formatStatm(process)),
  status: text((fs, process) => formatStatus(fs.namespace, fs.reader, process)),
  task: (fs, process) =>
    new PseudoDirectory(
      fs,
      { mode: 0o555, ...owner(process) },
      {
        find: (name) =>
          name === String(pidIn(fs.namespace, process)) ? new ProcessDirectory(fs, process, THREAD_TABLE) : undefined,
        list: (): DirEntry[] => [
          { name: String(pidIn(fs.namespace, process)), ino: process.pid * INODES_PER_PROCESS, type: "dir" },
        ],
      },
      process.pid * INODES_PER_PROCESS + 998,
    ),
  timens_offsets: file(0o644, (fs, process) => ({
    read: () => formatTimeOffsets(process.ns.timeForChildren),
    write: (value) => writeTimeOffsets(fs.reader, process, value),
  })),
  map_files: (fs, process) => directory(fs, process, NO_ENTRIES, 920, 0o500),
  mem: file(0o600, () => ({ read: () => refused("EIO"), refusal: "EIO" })),
  // Writing resets figures, of which there are none.
  sched: file(0o644, (fs, process) => ({
    read: () => schedulerText(process.name, pidIn(fs.namespace, process)),
    write: () => undefined,
  })),
  stack: text(
    ({ reader }) => (reader.creds.capable(CAP_SYS_ADMIN, reader.kernel.init.creds.user) ? "" : refused("EACCES")),
    0o400,
  ),
  syscall: inspected((fs, process) => currentCall(process, fs.reader)),
  timers: inspected(() => "", 0o444),
  timerslack_ns: text((fs, process) => {
    const isOwn = process === fs.reader;
    return isOwn || fs.reader.creds.capable(CAP_SYS_NICE, process.creds.user) ? "50000\n" : refused("EPERM");
  }, 0o666),
  uid_map: idMap("uid"),
  wchan: text((fs, process) => (mayInspect(fs.reader, process) ? waitChannel(process) : "0")),
  ...quietFiles,
};

/** In which order they are listed. @see fs/proc/base.c: tgid_base_stuff */
const LISTING =
  "task fd map_files fdinfo ns net environ auxv status personality limits sched autogroup timens_offsets comm syscall " +
  "cmdline stat statm maps children numa_maps mem cwd root exe mounts mountinfo mountstats clear_refs smaps " +
  "smaps_rollup pagemap attr wchan stack schedstat cpuset cgroup oom_score oom_adj oom_score_adj loginuid sessionid " +
  "coredump_filter io uid_map gid_map projid_map setgroups timers timerslack_ns arch_status ksm_merging_pages ksm_stat";
const RANKS: ReadonlyMap<string, number> = new Map(LISTING.split(" ").map((name, rank) => [name, rank]));
const rankOf = (name: string): number => RANKS.get(name) ?? RANKS.size;

const listed = (entries: readonly (readonly [string, Maker])[]) =>
  entryTable([...entries].sort(([one], [other]) => rankOf(one) - rankOf(other)));

const TABLE = listed(Object.entries(ENTRIES));
const NO_ENTRIES = entryTable([]);

function schedulerText(name: string, pid: number): string {
  return `${name} (${pid}, #threads: 1)\n${"-".repeat(67)}\n`;
}

/** Entries that belong to a process as a whole, which its threads do not have. */
const WHOLE_PROCESS: ReadonlySet<string> = new Set([
  "autogroup",
  "coredump_filter",
  "map_files",
  "mountstats",
  "task",
  "timens_offsets",
  "timers",
  "timerslack_ns",
]);

/** /proc/PID/task/TID: the process again, with the children that this thread made. */
const THREAD_TABLE = listed([
  ...Object.entries(ENTRIES).filter(([name]) => !WHOLE_PROCESS.has(name)),
  [
    "children",
    text((fs, { children }) =>
      [...children]
        .map((child) => pidIn(fs.namespace, child))
        .filter((pid) => pid !== 0)
        .sort((a, b) => a - b)
        .map((pid) => `${pid} `)
        .join(""),
    ),
  ],
]);

function idMap(kind: "uid" | "gid"): Maker {
  return file(0o644, (fs, process) => ({
    read: () => formatIdMap(fs.reader, process, kind),
    write: (value) => writeIdMap(fs.reader, process, kind, value),
  }));
}

/** The path of a process's cgroup, from the root of the reader's cgroup namespace. */
function cgroupPath(reader: Process, process: Process): string {
  const root = reader.ns.cgroup.root.path;
  const { path, removed } = process.cgroup;
  if (removed) return `${path} (deleted)`;
  if (root === "/" || path === root) return path === root ? "/" : path;
  if (path.startsWith(`${root}/`)) return path.slice(root.length);
  const up = root.split("/").slice(1);
  return `${up.map(() => "/..").join("")}${path === "/" ? "" : path}`;
}
