/**
 * /proc/PID: one process as a directory.
 *
 * @see proc_pid(5) and its companions
 */
import {
  CAP_SYS_ADMIN,
  type DirEntry,
  Errno,
  type ErrnoCode,
  NAMESPACE_KINDS,
  type NamespaceKind,
  O_ACCMODE,
  O_CLOEXEC,
  O_PATH,
  O_RDONLY,
} from "../../abi/index.ts";
import { PseudoDirectory, type PseudoEntries, PseudoFile, PseudoLink } from "../../fs/index.ts";
import { encode } from "../../lib/index.ts";
import { type Inode, type Location, linkTextOf, type OpenFile } from "../../vfs/index.ts";
import type { Namespace } from "../namespaces/namespace.ts";
import { badness } from "../oom.ts";
import { type Process, pidIn } from "../process.ts";
import { locksOf } from "./locks.ts";
import { formatMountinfo, formatMounts, formatMountstats } from "./mount-tables.ts";
import { NET_FILES } from "./net-files.ts";
import { oomAdj, writeOomAdj, writeOomScoreAdj } from "./oom-score.ts";
import type { ProcFs } from "./proc-fs.ts";
import { mayInspect } from "./ptrace.ts";
import { QUIET_FILES } from "./quiet-files.ts";
import { formatLimits, formatStat, formatStatm, formatStatus } from "./status.ts";
import { formatTimeOffsets, writeTimeOffsets } from "./time-offsets.ts";
import { checkSetgroups, formatIdMap, writeIdMap, writeSetgroups } from "./user-maps.ts";

/** Makes an entry of a process directory. */
type Maker = (fs: ProcFs, process: Process, ino: number) => Inode;

/** Inode numbers of a process: its number × this + the entry's place. */
const INODES_PER_PROCESS = 1000;

export function processDirectory(fs: ProcFs, process: Process): Inode {
  return directory(fs, process, ENTRIES, 0, 0o555);
}

function directory(
  fs: ProcFs,
  process: Process,
  makers: Readonly<Record<string, Maker>>,
  base: number,
  mode: number,
): Inode {
  const first = process.pid * INODES_PER_PROCESS + base;
  const names = Object.keys(makers);
  const make = (name: string): Inode | undefined =>
    Object.hasOwn(makers, name) ? makers[name]?.(fs, process, first + 1 + names.indexOf(name)) : undefined;
  const entries: PseudoEntries = {
    find: (name) => (process.state === "dead" ? undefined : make(name)),
    *list() {
      for (const name of names) {
        const inode = make(name);
        if (inode !== undefined) yield { name, ino: inode.ino, type: inode.type };
      }
    },
  };
  return new PseudoDirectory(fs, { mode, ...owner(process) }, entries, first);
}

const owner = (process: Process) => ({
  fixedMode: true,
  uid: process.creds.effectiveUid,
  gid: process.creds.effectiveGid,
});

/** Files of processes have no operation for writing, those of the machine one that fails. */
const UNWRITABLE = { refusal: "EINVAL" } as const;

/** A file that anybody may read. */
const text =
  (read: (fs: ProcFs, process: Process) => string | Uint8Array, mode = 0o444): Maker =>
  (fs, process, ino) =>
    new PseudoFile(fs, { mode, ...owner(process) }, { read: () => read(fs, process), ...UNWRITABLE }, ino);

/** A file only for those who may look into the process. */
const inspected =
  (read: (fs: ProcFs, process: Process) => string | Uint8Array, mode = 0o400): Maker =>
  (fs, process, ino) =>
    new PseudoFile(
      fs,
      { mode, ...owner(process) },
      { checkOpen: () => checkInspect(fs, process), read: () => read(fs, process), ...UNWRITABLE },
      ino,
    );

/** What the memory of a process tells: a zombie has none left. */
const fromMemory =
  (read: (process: Process) => string | Uint8Array): Maker =>
  (fs, process, ino) =>
    new PseudoFile(
      fs,
      { mode: 0o400, ...owner(process) },
      {
        checkOpen: () => {
          checkInspect(fs, process);
          if (!process.isAlive) throw new Errno("ESRCH");
        },
        read: () => read(process),
        ...UNWRITABLE,
      },
      ino,
    );

/** A table of mounts: a zombie is in no mount namespace. */
const ofMounts =
  (format: (process: Process) => string, mode: number): Maker =>
  (fs, process, ino) =>
    new PseudoFile(
      fs,
      { mode, ...owner(process) },
      {
        checkOpen: () => {
          if (!process.isAlive) throw new Errno("EINVAL");
        },
        read: () => format(process),
        ...UNWRITABLE,
      },
      ino,
    );

/** A magic link to a place. */
const place =
  (where: (process: Process) => Location | undefined): Maker =>
  (fs, process, ino) => {
    const found = (): Location => {
      checkInspect(fs, process);
      const at = process.isAlive ? where(process) : undefined;
      if (at === undefined) throw new Errno("ENOENT");
      return at;
    };
    return new PseudoLink(
      fs,
      () => linkTextOf(found(), fs.reader.root),
      found,
      { mode: 0o777, ...owner(process) },
      ino,
    );
  };

function checkInspect(fs: ProcFs, process: Process): void {
  if (!mayInspect(fs.reader, process)) throw new Errno("EACCES");
}

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

const NAMESPACES: Readonly<Record<string, Maker>> = Object.fromEntries(
  NAMESPACE_KINDS.flatMap((kind): [string, Maker][] =>
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

/** What the network stack of a process shows. */
const netFiles: Readonly<Record<string, Maker>> = Object.fromEntries(
  Object.entries(NET_FILES).map(([name, read]): [string, Maker] => [
    name,
    (fs, process, ino) =>
      new PseudoFile(
        fs,
        { mode: 0o444, ...owner(process) },
        {
          // Not even root may write. @see fs/proc/proc_net.c: seq_open_net
          checkOpen: (flags) => (flags & O_ACCMODE) === O_RDONLY || refused("EACCES"),
          read: () => read(process.ns.net.stack(fs.kernel.net)),
        },
        ino,
      ),
  ]),
);

/** Without a security module there is nothing to be read or set. */
const refused = (code: ErrnoCode): never => {
  throw new Errno(code);
};

const SECURITY_ATTRIBUTES: Readonly<Record<string, Maker>> = Object.fromEntries(
  ["current", "exec", "fscreate", "keycreate", "prev", "sockcreate"].map((name): [string, Maker] => [
    name,
    (fs, process, ino) =>
      new PseudoFile(
        fs,
        { mode: name === "prev" ? 0o444 : 0o666, ...owner(process) },
        { read: () => refused("EINVAL"), write: () => refused("EINVAL") },
        ino,
      ),
  ]),
);

const ENTRIES: Readonly<Record<string, Maker>> = {
  attr: (fs, process) => directory(fs, process, SECURITY_ATTRIBUTES, 900, 0o555),
  cgroup: text((fs, process) => `0::${cgroupPath(fs.reader, process)}\n`),
  cmdline: text((_fs, { argv, isAlive }) => (isAlive && argv.length > 0 ? encode(`${argv.join("\0")}\0`) : "")),
  comm: (fs, process, ino) =>
    new PseudoFile(
      fs,
      { mode: 0o644, ...owner(process) },
      {
        read: () => `${process.name}\n`,
        write: (name) => {
          process.name = name.slice(0, 15);
        },
      },
      ino,
    ),
  clear_refs: (fs, process, ino) =>
    new PseudoFile(
      fs,
      { mode: 0o200, ...owner(process) },
      {
        // Which of them are referenced is not known of pages, so that there is nothing to forget.
        write: (value) => {
          if (!/^[1-5]\s*$/.test(value)) throw new Errno("EINVAL");
        },
        ...UNWRITABLE,
      },
      ino,
    ),
  cwd: place(({ cwd }) => cwd),
  auxv: fromMemory(() => ""),
  environ: fromMemory(({ env }) => encode([...env].map(([name, value]) => `${name}=${value}\0`).join(""))),
  pagemap: fromMemory(() => ""),
  exe: place(({ exe }) => exe),
  fd: (fs, process) => descriptors(fs, process),
  fdinfo: (fs, process) => descriptorInfos(fs, process),
  gid_map: (fs, process, ino) => idMap(fs, process, "gid", ino),
  io: inspected(
    () => "rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0\n",
  ),
  limits: text((_fs, process) => formatLimits(process)),
  loginuid: text(() => "4294967295", 0o644),
  maps: inspected((fs, process) => maps(fs, process), 0o444),
  mountinfo: ofMounts(formatMountinfo, 0o444),
  mounts: ofMounts(formatMounts, 0o444),
  mountstats: ofMounts(formatMountstats, 0o400),
  net: (fs, process) => directory(fs, process, netFiles, 910, 0o555),
  ns: (fs, process) => directory(fs, process, NAMESPACES, 500, 0o511),
  oom_score: text((_fs, process) => `${Math.max(0, Math.round(666 + badness(process) / 1000))}\n`),
  oom_score_adj: (fs, process, ino) =>
    new PseudoFile(
      fs,
      { mode: 0o644, ...owner(process) },
      {
        read: () => `${process.oomScoreAdj}\n`,
        write: (value) => writeOomScoreAdj(fs.reader, process, value),
      },
      ino,
    ),
  oom_adj: (fs, process, ino) =>
    new PseudoFile(
      fs,
      { mode: 0o644, ...owner(process) },
      { read: () => `${oomAdj(process)}\n`, write: (value) => writeOomAdj(fs.reader, process, value) },
      ino,
    ),
  personality: inspected(() => "00000000\n"),
  root: place(({ root }) => root),
  sessionid: text(() => "4294967295"),
  setgroups: (fs, process, ino) =>
    new PseudoFile(
      fs,
      { mode: 0o644, ...owner(process) },
      {
        read: () => `${process.creds.user.setgroups}\n`,
        checkOpen: (flags) => checkSetgroups(fs.reader, process, flags),
        write: (value) => writeSetgroups(process, value),
      },
      ino,
    ),
  stat: text((fs, process) => formatStat(fs.namespace, process)),
  statm: text((_fs, process) => formatStatm(process)),
  status: text((fs, process) => formatStatus(fs.namespace, fs.reader, process)),
  task: (fs, process) =>
    new PseudoDirectory(
      fs,
      { mode: 0o555, ...owner(process) },
      {
        find: (name) =>
          name === String(pidIn(fs.namespace, process)) ? directory(fs, process, THREAD_ENTRIES, 0, 0o555) : undefined,
        list: (): DirEntry[] => [
          { name: String(pidIn(fs.namespace, process)), ino: process.pid * INODES_PER_PROCESS, type: "dir" },
        ],
      },
      process.pid * INODES_PER_PROCESS + 998,
    ),
  timens_offsets: (fs, process, ino) =>
    new PseudoFile(
      fs,
      { mode: 0o644, ...owner(process) },
      {
        read: () => formatTimeOffsets(process.ns.timeForChildren),
        write: (value) => writeTimeOffsets(fs.reader, process, value),
      },
      ino,
    ),
  map_files: (fs, process) => directory(fs, process, {}, 920, 0o500),
  mem: (fs, process, ino) =>
    new PseudoFile(fs, { mode: 0o600, ...owner(process) }, { read: () => refused("EIO") }, ino),
  // Writing resets figures, of which there are none.
  sched: (fs, process, ino) =>
    new PseudoFile(
      fs,
      { mode: 0o644, ...owner(process) },
      { read: () => schedulerText(process.name, pidIn(fs.namespace, process)), write: () => undefined },
      ino,
    ),
  stack: (fs, process, ino) =>
    new PseudoFile(
      fs,
      { mode: 0o400, ...owner(process) },
      {
        read: () => {
          const { reader } = fs;
          return reader.creds.capable(CAP_SYS_ADMIN, reader.kernel.init.creds.user) ? "" : refused("EACCES");
        },
        ...UNWRITABLE,
      },
      ino,
    ),
  syscall: inspected((fs, process) =>
    process === fs.reader ? "0 0x3 0x7ffe00000000 0x10000 0x0 0x0 0x0 0x7ffe00000000 0x401000\n" : "running\n",
  ),
  uid_map: (fs, process, ino) => idMap(fs, process, "uid", ino),
  wchan: text(() => "0"),
  ...quietFiles,
};

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
const THREAD_ENTRIES: Readonly<Record<string, Maker>> = {
  ...Object.fromEntries(Object.entries(ENTRIES).filter(([name]) => !WHOLE_PROCESS.has(name))),
  children: text((fs, { children }) =>
    [...children]
      .map((child) => pidIn(fs.namespace, child))
      .filter((pid) => pid !== 0)
      .sort((a, b) => a - b)
      .map((pid) => `${pid} `)
      .join(""),
  ),
};

function idMap(fs: ProcFs, process: Process, kind: "uid" | "gid", ino: number): Inode {
  return new PseudoFile(
    fs,
    { mode: 0o644, ...owner(process) },
    {
      read: () => formatIdMap(fs.reader, process, kind),
      write: (value) => writeIdMap(fs.reader, process, kind, value),
    },
    ino,
  );
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

function maps(fs: ProcFs, process: Process): string {
  if (process.exe === undefined || !process.isAlive) return "";
  const path = linkTextOf(process.exe, fs.reader.root);
  const ino = process.exe.inode.ino;
  const line = (range: string, permissions: string, offset: string, name: string): string =>
    `${`${range} ${permissions} ${offset} 00:28 ${ino}`.padEnd(73)}${name}\n`;
  return [
    line("00400000-00401000", "r--p", "00000000", path),
    line("00401000-00595000", "r-xp", "00001000", path),
    line("005f4000-005f6000", "rw-p", "001f4000", path),
    "005f6000-005fb000 rw-p 00000000 00:00 0 \n",
    `${"01000000-01021000 rw-p 00000000 00:00 0".padEnd(73)}[heap]\n`,
    `${"7ffd8e901000-7ffd8e922000 rw-p 00000000 00:00 0".padEnd(73)}[stack]\n`,
  ].join("");
}

/** What lstat(2) says of a link in /proc/PID/fd, whatever its text. */
const FD_LINK_SIZE = 64;

/** /proc/PID/fd: opening a link opens what the descriptor refers to, again. */
function descriptors(fs: ProcFs, process: Process): Inode {
  const find = (name: string): Inode | undefined => {
    const fd = Number(name);
    if (!/^\d+$/.test(name) || !process.isAlive || !process.files.has(fd)) return undefined;
    const opened = process.files.raw(fd);
    const mode = 0o100 | (opened.readable ? 0o400 : 0) | (opened.writable ? 0o200 : 0);
    return new PseudoLink(
      fs,
      () => {
        checkInspect(fs, process);
        return describe(fs, opened);
      },
      () => {
        checkInspect(fs, process);
        return opened.at;
      },
      { mode, ...owner(process), size: FD_LINK_SIZE },
      process.pid * INODES_PER_PROCESS + 600 + fd,
    );
  };
  const size = process.isAlive ? process.files.open().length : 0;
  return new PseudoDirectory(
    fs,
    { mode: 0o500, ...owner(process), size },
    {
      find,
      list: () => listDescriptors(process, "symlink"),
    },
    process.pid * INODES_PER_PROCESS + 599,
  );
}

/** Every open of a 64-bit process has it. */
const O_LARGEFILE = 0o100000;

function descriptorInfos(fs: ProcFs, process: Process): Inode {
  return new PseudoDirectory(
    fs,
    { mode: 0o555, ...owner(process) },
    {
      find: (name) => {
        const fd = Number(name);
        if (!/^\d+$/.test(name) || !process.files.has(fd)) return undefined;
        const opened = process.files.raw(fd);
        const implied = (opened.flags & O_PATH) === 0 ? O_LARGEFILE : 0;
        const flags = opened.flags | implied | (process.files.closesOnExec(fd) ? O_CLOEXEC : 0);
        const read = (): string =>
          `pos:\t${opened.offset}\nflags:\t0${flags.toString(8)}\nmnt_id:\t${opened.at.mount.id}\nino:\t${opened.at.inode.ino}\n${locksOf(fs, process, opened)}${opened.ops.describe()}`;
        return new PseudoFile(fs, { mode: 0o400, ...owner(process) }, { read, ...UNWRITABLE });
      },
      list: () => listDescriptors(process, "file"),
    },
  );
}

function listDescriptors(process: Process, type: DirEntry["type"]): DirEntry[] {
  if (!process.isAlive) return [];
  return process.files
    .open()
    .map((fd) => ({ name: String(fd), ino: process.pid * INODES_PER_PROCESS + 600 + fd, type }));
}

/** What the link of an open file says: a path, or `pipe:[INO]` for something without one. */
function describe(fs: ProcFs, opened: OpenFile): string {
  const { at } = opened;
  return at.dentry.parent === undefined && at.mount.parent === undefined && at.dentry.name !== ""
    ? at.dentry.name
    : linkTextOf(at, fs.reader.root);
}
