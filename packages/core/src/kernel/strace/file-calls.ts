/** How strace(1) prints the calls on files and descriptors. */
import { O_CREAT, O_TMPFILE, type RecordLock, type Syscalls } from "../../abi/index.ts";
import { encode } from "../../lib/index.ts";
import {
  ACCESS_MODES,
  FILE_SYSTEM_TYPES,
  INOTIFY_FLAGS,
  LOCK_OPERATIONS,
  POLL_EVENTS,
  RENAME_FLAGS,
  WATCH_FLAGS,
  XATTR_FLAGS,
} from "./flags.data.ts";
import { call, type Renderings } from "./rendering.ts";
import {
  anything,
  data,
  device,
  filled,
  flags,
  hex,
  list,
  mode,
  octal,
  openFlags,
  path,
  stat,
  timespec,
} from "./values.ts";

const HERE = "AT_FDCWD";
const whence = ["SEEK_SET", "SEEK_CUR", "SEEK_END", "SEEK_DATA", "SEEK_HOLE"];
const fdFlags = (value: number): string => flags(value, [[1, "FD_CLOEXEC"]]);
const follows = (options: { readonly follow: boolean }): string => (options.follow ? "0" : "AT_SYMLINK_NOFOLLOW");

function time(change: Parameters<Syscalls["utimens"]>[1]): string {
  return typeof change === "number" ? timespec(change) : change === "now" ? "UTIME_NOW" : "UTIME_OMIT";
}

export const fileRenderings = {
  open: ([name, how, mode]) => {
    const creates = (how & O_CREAT) !== 0 || (how & O_TMPFILE) === O_TMPFILE;
    return call("openat", HERE, path(name), openFlags(how), ...(creates ? [octal(mode)] : []));
  },
  close: ([fd]) => call("close", fd),
  read: ([fd, count], answer) => call("read", fd, filled(answer, data), count).gives(answer, ({ length }) => length),
  write: ([fd, bytes]) => call("write", fd, data(bytes), bytes.length),
  pread: ([fd, count, offset], answer) =>
    call("pread64", fd, filled(answer, data), count, offset).gives(answer, ({ length }) => length),
  pwrite: ([fd, bytes, offset]) => call("pwrite64", fd, data(bytes), bytes.length, offset),
  lseek: ([fd, offset, from]) => call("lseek", fd, offset, whence[from] ?? hex(from)),
  pipe2: ([how], answer) =>
    call(
      "pipe2",
      filled(answer, (ends) => list(ends, String)),
      flags(how, PIPE_FLAGS),
    ).gives(answer, () => 0),
  dup: ([fd, minimum]) => (minimum === 0 ? call("dup", fd) : call("fcntl", fd, "F_DUPFD", minimum)),
  dup3: ([from, to, how]) => (how === 0 ? call("dup2", from, to) : call("dup3", from, to, openFlagsOnly(how))),
  fcntl: ([fd, command, argument], answer) => {
    if (command === "F_SETFD") return call("fcntl", fd, command, fdFlags(argument));
    if (command === "F_SETFL") return call("fcntl", fd, command, openFlags(argument));
    const said = (value: number): string => (command === "F_GETFD" ? fdFlags(value) : openFlags(value));
    return call("fcntl", fd, command).gives(answer, (value) =>
      value === 0 && command === "F_GETFD" ? "0" : `${hex(value)} (flags ${said(value)})`,
    );
  },
  fcntl_lock: ([fd, command, lock], answer) =>
    call("fcntl", fd, command, command.endsWith("GETLK") ? filled(answer, recordLock) : recordLock(lock)).gives(
      answer,
      () => 0,
    ),
  flock: ([fd, operation]) => call("flock", fd, flags(operation, LOCK_OPERATIONS)),
  ioctl: ([fd, request, argument], answer) => {
    const isSetting = argument !== undefined;
    const shown = isSetting ? anything(argument) : filled(answer, (value) => `[${anything(value)}]`);
    return call("ioctl", fd, request, shown).gives(answer, () => 0);
  },
  poll: ([fds, timeoutUs], answer) => {
    const events = (word: string, all: typeof fds): string =>
      list(all, (one) => `{fd=${one.fd}, ${word}=${flags(one.events, POLL_EVENTS)}}`);
    const wait = timeoutUs === undefined ? -1 : Math.ceil(timeoutUs / 1000);
    return call("poll", events("events", fds), fds.length, wait).gives(answer, (ready) =>
      ready.length === 0 ? "0 (Timeout)" : `${ready.length} (${events("revents", ready)})`,
    );
  },
  fsync: ([fd]) => call("fsync", fd),
  sync: () => call("sync"),
  truncate: ([name, length]) => call("truncate", path(name), length),
  ftruncate: ([fd, length]) => call("ftruncate", fd, length),
  stat: ([name], answer) => call("newfstatat", HERE, path(name), filled(answer, stat), "0").gives(answer, () => 0),
  lstat: ([name], answer) =>
    call("newfstatat", HERE, path(name), filled(answer, stat), "AT_SYMLINK_NOFOLLOW").gives(answer, () => 0),
  fstat: ([fd], answer) => call("newfstatat", fd, '""', filled(answer, stat), "AT_EMPTY_PATH").gives(answer, () => 0),
  statfs: ([name], answer) => call("statfs", path(name), filled(answer, fileSystem)).gives(answer, () => 0),
  access: ([name, wanted]) => call("access", path(name), flags(wanted, ACCESS_MODES, "F_OK")),
  getdents: ([fd], answer) =>
    call(
      "getdents64",
      fd,
      filled(answer, ({ length }) => `/* ${length} entries */`),
      32_768,
    ).gives(answer, (entries) =>
      entries.reduce((sum, { name }) => sum + Math.ceil((encode(name).length + 20) / 8) * 8, 0),
    ),
  mkdir: ([name, bits]) => call("mkdir", path(name), octal(bits)),
  rmdir: ([name]) => call("rmdir", path(name)),
  unlink: ([name]) => call("unlink", path(name)),
  rename: ([from, to, how]) =>
    how === 0
      ? call("rename", path(from), path(to))
      : call("renameat2", HERE, path(from), HERE, path(to), flags(how, RENAME_FLAGS)),
  link: ([from, to, { follow }]) =>
    follow ? call("linkat", HERE, path(from), HERE, path(to), "AT_SYMLINK_FOLLOW") : call("link", path(from), path(to)),
  symlink: ([target, name]) => call("symlink", path(target), path(name)),
  readlink: ([name], answer) =>
    call("readlink", path(name), filled(answer, data), 4096).gives(answer, (target) => encode(target).length),
  mknod: ([name, bits, dev]) => call("mknodat", HERE, path(name), mode(bits), ...(dev === 0 ? [] : [device(dev)])),
  chmod: ([name, bits]) => call("chmod", path(name), octal(bits)),
  fchmod: ([fd, bits]) => call("fchmod", fd, octal(bits)),
  chown: ([name, uid, gid]) => call("chown", path(name), uid, gid),
  lchown: ([name, uid, gid]) => call("lchown", path(name), uid, gid),
  fchown: ([fd, uid, gid]) => call("fchown", fd, uid, gid),
  utimens: ([name, atime, mtime, options]) => {
    const times = atime === "now" && mtime === "now" ? "NULL" : `[${time(atime)}, ${time(mtime)}]`;
    return call("utimensat", HERE, path(name), times, follows(options));
  },
  umask: ([mask], answer) => call("umask", octal(mask)).gives(answer, octal),
  chdir: ([name]) => call("chdir", path(name)),
  fchdir: ([fd]) => call("fchdir", fd),
  getcwd: (_, answer) =>
    call("getcwd", filled(answer, path), 4096).gives(answer, (directory) => encode(directory).length + 1),
  chroot: ([name]) => call("chroot", path(name)),
  getxattr: ([name, attribute, { follow }], answer) =>
    call(follow ? "getxattr" : "lgetxattr", path(name), data(attribute), filled(answer, data), 65_536).gives(
      answer,
      ({ length }) => length,
    ),
  setxattr: ([name, attribute, value, how, { follow }]) =>
    call(
      follow ? "setxattr" : "lsetxattr",
      path(name),
      data(attribute),
      data(value),
      value.length,
      flags(how, XATTR_FLAGS),
    ),
  listxattr: ([name, { follow }], answer) => {
    const text = (names: readonly string[]): string => names.map((one) => `${one}\0`).join("");
    return call(
      follow ? "listxattr" : "llistxattr",
      path(name),
      filled(answer, (names) => data(text(names))),
      65_536,
    ).gives(answer, (names) => encode(text(names)).length);
  },
  removexattr: ([name, attribute, { follow }]) =>
    call(follow ? "removexattr" : "lremovexattr", path(name), data(attribute)),
  inotify_init1: ([how]) => call("inotify_init1", flags(how, INOTIFY_FLAGS)),
  inotify_add_watch: ([fd, name, mask]) => call("inotify_add_watch", fd, path(name), flags(mask, WATCH_FLAGS)),
  inotify_rm_watch: ([fd, wd]) => call("inotify_rm_watch", fd, wd),
} satisfies Partial<Renderings>;

const PIPE_FLAGS = [
  [0o4000, "O_NONBLOCK"],
  [0o2000000, "O_CLOEXEC"],
] as const;

const openFlagsOnly = (value: number): string => flags(value, PIPE_FLAGS);

function recordLock({ type, whence: from, start, length, pid }: RecordLock): string {
  const shownPid = pid === 0 ? "" : `, l_pid=${pid}`;
  return `{l_type=${type}, l_whence=${whence[from] ?? hex(from)}, l_start=${start}, l_len=${length}${shownPid}}`;
}

function fileSystem(value: ReturnType<Syscalls["statfs"]>): string {
  const type = FILE_SYSTEM_TYPES.get(value.magic) ?? hex(value.magic);
  const { blockSize, blocks, blocksFree, files, filesFree, nameMax } = value;
  return `{f_type=${type}, f_bsize=${blockSize}, f_blocks=${blocks}, f_bfree=${blocksFree}, f_bavail=${blocksFree}, f_files=${files}, f_ffree=${filesFree}, f_namelen=${nameMax}, ...}`;
}
