/**
 * /proc/PID/fd and fdinfo: what a process has open.
 *
 * @see proc_pid_fd(5), proc_pid_fdinfo(5)
 */
import { type DirEntry, O_CLOEXEC, O_PATH } from "../../abi/index.ts";
import { PseudoDirectory, PseudoFile, PseudoLink } from "../../fs/index.ts";
import { type Inode, linkTextOf, type OpenFile } from "../../vfs/index.ts";
import type { Process } from "../process.ts";
import { locksOf } from "./locks.ts";
import type { ProcFs } from "./proc-fs.ts";
import { checkInspect, INODES_PER_PROCESS, owner } from "./process-entry.ts";

/** What lstat(2) says of a link in /proc/PID/fd, whatever its text. */
const FD_LINK_SIZE = 64;

/** /proc/PID/fd: opening a link opens what the descriptor refers to, again. */
export function descriptors(fs: ProcFs, process: Process): Inode {
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
    { find, list: () => listDescriptors(process, "symlink") },
    process.pid * INODES_PER_PROCESS + 599,
  );
}

/** What open(2) adds for a 64-bit process: what had no name to be opened by goes without. */
const O_LARGEFILE = 0o100000;

/** /proc/PID/fdinfo: everybody may read its files by their modes, but only those who may look into the process find them. */
export function descriptorInfos(fs: ProcFs, process: Process): Inode {
  return new PseudoDirectory(
    fs,
    { mode: 0o555, ...owner(process) },
    {
      find: (name) => {
        checkInspect(fs, process);
        const fd = Number(name);
        if (!/^\d+$/.test(name) || !process.files.has(fd)) return undefined;
        const opened = process.files.raw(fd);
        const implied = (opened.flags & O_PATH) === 0 && !isAnonymous(opened) ? O_LARGEFILE : 0;
        const flags = opened.flags | implied | (process.files.closesOnExec(fd) ? O_CLOEXEC : 0);
        const read = (): string =>
          `pos:\t${opened.offset}\nflags:\t0${flags.toString(8)}\nmnt_id:\t${opened.at.mount.id}\nino:\t${opened.at.inode.ino}\n${locksOf(fs, process, opened)}${opened.ops.describe()}`;
        return new PseudoFile(fs, { mode: 0o444, ...owner(process) }, { read, refusal: "EINVAL" });
      },
      list: () => {
        checkInspect(fs, process);
        return listDescriptors(process, "file");
      },
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
  return isAnonymous(opened) ? at.dentry.name : linkTextOf(at, fs.reader.root);
}

/** Pipes and sockets are nowhere in the tree. */
function isAnonymous({ at }: OpenFile): boolean {
  return at.dentry.parent === undefined && at.mount.parent === undefined && at.dentry.name !== "";
}
