/**
 * One function for each system call: `yield* open("/etc/passwd")`.
 *
 * A call is inert until it is yielded: `open("/etc/passwd")` alone does nothing, and `test/tidy.test.ts` refuses it.
 * `syscalls.ts` documents arguments and results; here are only the defaults that libc gives.
 */
import { Call, type Entry, type Env } from "./call.ts";
import type { CapabilitySet } from "./capability.ts";
import { O_RDONLY } from "./fcntl.ts";
import type {
  IpcCommand,
  IpcSettings,
  QueueAttributes,
  QueueNotification,
  SemaphoreCommand,
  SemaphoreOperation,
} from "./ipc.ts";
import type { ResourceLimit, ResourceName } from "./limits.ts";
import type { NamespaceKind } from "./namespace.ts";
import type { NetlinkChange } from "./netlink.ts";
import type { SeccompFilter } from "./seccomp.ts";
import type { Signal, SignalSet } from "./signal.ts";
import {
  type IcmpInfo,
  type MessageOptions,
  SCM_MAX_FD,
  type SocketAddress,
  type SocketDomain,
  type SocketOption,
  type SocketProtocol,
  type SocketType,
} from "./socket.ts";
import type {
  Capabilities,
  ClockDiscipline,
  ClockName,
  CloneOptions,
  Disposition,
  FcntlCommand,
  IoctlRequest,
  LockCommand,
  MountData,
  MountPlan,
  PollFd,
  PrctlOption,
  PriorityTarget,
  RecordLock,
  SignalOptions,
  SyslogAction,
  TimeChange,
} from "./syscalls.ts";

const FOLLOW = { follow: true } as const;
const RESTART = { restart: true } as const;
const NO_OPTIONS = {} as const;
const WHOLE_FILE: RecordLock = { type: "F_WRLCK", whence: 0, start: 0, length: 0, pid: 0 };

// ── files ──
export const open = (path: string, flags: number = O_RDONLY, mode = 0o666) => new Call("open", path, flags, mode);
export const close = (fd: number) => new Call("close", fd);
export const read = (fd: number, count: number) => new Call("read", fd, count);
export const write = (fd: number, data: Uint8Array) => new Call("write", fd, data);
export const pread = (fd: number, count: number, offset: number) => new Call("pread", fd, count, offset);
export const pwrite = (fd: number, data: Uint8Array, offset: number) => new Call("pwrite", fd, data, offset);
export const lseek = (fd: number, offset: number, whence: number) => new Call("lseek", fd, offset, whence);
export const pipe2 = (flags = 0) => new Call("pipe2", flags);
export const dup = (fd: number, minimum = 0) => new Call("dup", fd, minimum);
export const dup3 = (from: number, to: number, flags = 0) => new Call("dup3", from, to, flags);
export const fcntl = (fd: number, command: FcntlCommand, argument = 0) => new Call("fcntl", fd, command, argument);
export const fcntl_lock = (fd: number, command: LockCommand, lock: Partial<RecordLock>) =>
  new Call("fcntl_lock", fd, command, { ...WHOLE_FILE, ...lock });
export const flock = (fd: number, operation: number) => new Call("flock", fd, operation);
export const ioctl = (fd: number, request: IoctlRequest, argument?: unknown) =>
  new Call("ioctl", fd, request, argument);
/** Without `timeoutUs` it waits for ever; 0 does not wait. */
export const poll = (fds: readonly PollFd[], timeoutUs?: number) => new Call("poll", fds, timeoutUs);
export const fsync = (fd: number) => new Call("fsync", fd);
export const sync = () => new Call("sync");
export const truncate = (path: string, length: number) => new Call("truncate", path, length);
export const ftruncate = (fd: number, length: number) => new Call("ftruncate", fd, length);
export const stat = (path: string) => new Call("stat", path);
export const lstat = (path: string) => new Call("lstat", path);
export const fstat = (fd: number) => new Call("fstat", fd);
export const statfs = (path: string) => new Call("statfs", path);
export const access = (path: string, mode: number) => new Call("access", path, mode);
export const getdents = (fd: number) => new Call("getdents", fd);
export const mkdir = (path: string, mode = 0o777) => new Call("mkdir", path, mode);
export const rmdir = (path: string) => new Call("rmdir", path);
export const unlink = (path: string) => new Call("unlink", path);
export const rename = (from: string, to: string, flags = 0) => new Call("rename", from, to, flags);
export const link = (from: string, to: string, options: { readonly follow: boolean } = { follow: false }) =>
  new Call("link", from, to, options);
export const symlink = (target: string, path: string) => new Call("symlink", target, path);
export const readlink = (path: string) => new Call("readlink", path);
export const mknod = (path: string, mode: number, dev = 0) => new Call("mknod", path, mode, dev);
export const chmod = (path: string, mode: number) => new Call("chmod", path, mode);
export const fchmod = (fd: number, mode: number) => new Call("fchmod", fd, mode);
export const chown = (path: string, uid: number, gid: number) => new Call("chown", path, uid, gid);
export const lchown = (path: string, uid: number, gid: number) => new Call("lchown", path, uid, gid);
export const fchown = (fd: number, uid: number, gid: number) => new Call("fchown", fd, uid, gid);
export const utimens = (
  path: string,
  atime: TimeChange = "now",
  mtime: TimeChange = "now",
  options: { readonly follow: boolean } = FOLLOW,
) => new Call("utimens", path, atime, mtime, options);
export const umask = (mask: number) => new Call("umask", mask);
export const chdir = (path: string) => new Call("chdir", path);
export const fchdir = (fd: number) => new Call("fchdir", fd);
export const getcwd = () => new Call("getcwd");
export const chroot = (path: string) => new Call("chroot", path);
export const getxattr = (path: string, name: string, options: { readonly follow: boolean } = FOLLOW) =>
  new Call("getxattr", path, name, options);
export const setxattr = (
  path: string,
  name: string,
  value: Uint8Array,
  flags = 0,
  options: { readonly follow: boolean } = FOLLOW,
) => new Call("setxattr", path, name, value, flags, options);
export const listxattr = (path: string, options: { readonly follow: boolean } = FOLLOW) =>
  new Call("listxattr", path, options);
export const removexattr = (path: string, name: string, options: { readonly follow: boolean } = FOLLOW) =>
  new Call("removexattr", path, name, options);

// ── inotify ──
export const inotify_init1 = (flags = 0) => new Call("inotify_init1", flags);
export const inotify_add_watch = (fd: number, path: string, mask: number) =>
  new Call("inotify_add_watch", fd, path, mask);
export const inotify_rm_watch = (fd: number, wd: number) => new Call("inotify_rm_watch", fd, wd);

// ── sockets ──
export const socket = (domain: SocketDomain, type: SocketType, protocol: SocketProtocol = "default", flags = 0) =>
  new Call("socket", domain, type, protocol, flags);
export const socketpair = (domain: SocketDomain, type: SocketType, flags = 0) =>
  new Call("socketpair", domain, type, flags);
export const bind = (fd: number, address: SocketAddress) => new Call("bind", fd, address);
export const listen = (fd: number, backlog: number) => new Call("listen", fd, backlog);
export const accept4 = (fd: number, flags = 0) => new Call("accept4", fd, flags);
export const connect = (fd: number, address: SocketAddress) => new Call("connect", fd, address);
export const sendto = (fd: number, data: Uint8Array, flags = 0, to?: SocketAddress) =>
  new Call("sendto", fd, data, flags, to);
export const recvfrom = (fd: number, count: number, flags = 0) => new Call("recvfrom", fd, count, flags);
export const sendmsg = (fd: number, data: Uint8Array, options: MessageOptions = NO_OPTIONS) =>
  new Call("sendmsg", fd, data, options);
export const recvmsg = (fd: number, count: number, flags = 0, rights = SCM_MAX_FD) =>
  new Call("recvmsg", fd, count, flags, rights);
export const sendicmp = (fd: number, to: string, message: IcmpInfo, data: Uint8Array) =>
  new Call("sendicmp", fd, to, message, data);
export const recvicmp = (fd: number, flags = 0) => new Call("recvicmp", fd, flags);
export const shutdown = (fd: number, how: "read" | "write" | "both") => new Call("shutdown", fd, how);
export const getsockname = (fd: number) => new Call("getsockname", fd);
export const getpeername = (fd: number) => new Call("getpeername", fd);
export const setsockopt = (fd: number, option: SocketOption, value: number | string) =>
  new Call("setsockopt", fd, option, value);
export const getsockopt = (fd: number, option: SocketOption) => new Call("getsockopt", fd, option);
export const netlink_get = () => new Call("netlink_get");
export const netlink_set = (change: NetlinkChange) => new Call("netlink_set", change);
export const netlink_route = (destination: string, source?: string) => new Call("netlink_route", destination, source);

// ── System V IPC ──
export const shmget = (key: number, size: number, flags: number) => new Call("shmget", key, size, flags);
export const shmat = (id: number, flags = 0) => new Call("shmat", id, flags);
export const shmdt = (address: number) => new Call("shmdt", address);
export const shmctl = (id: number, command: IpcCommand, settings?: IpcSettings) =>
  new Call("shmctl", id, command, settings);
export const semget = (key: number, count: number, flags: number) => new Call("semget", key, count, flags);
/** Without `timeoutUs` it waits for ever. */
export const semop = (id: number, operations: readonly SemaphoreOperation[], timeoutUs?: number) =>
  new Call("semop", id, operations, timeoutUs);
export const semctl = (
  id: number,
  number: number,
  command: SemaphoreCommand,
  argument?: number | readonly number[] | IpcSettings,
) => new Call("semctl", id, number, command, argument);
export const msgget = (key: number, flags: number) => new Call("msgget", key, flags);
export const msgsnd = (id: number, type: number, data: Uint8Array, flags = 0) =>
  new Call("msgsnd", id, type, data, flags);
export const msgrcv = (id: number, size: number, type = 0, flags = 0) => new Call("msgrcv", id, size, type, flags);
export const msgctl = (id: number, command: IpcCommand, settings?: IpcSettings) =>
  new Call("msgctl", id, command, settings);

// ── POSIX message queues ──
export const mq_open = (name: string, flags: number, mode = 0o600, attributes?: Partial<QueueAttributes>) =>
  new Call("mq_open", name, flags, mode, attributes);
export const mq_unlink = (name: string) => new Call("mq_unlink", name);
export const mq_send = (fd: number, data: Uint8Array, priority = 0, untilUs?: number) =>
  new Call("mq_timedsend", fd, data, priority, untilUs);
export const mq_receive = (fd: number, size: number, untilUs?: number) =>
  new Call("mq_timedreceive", fd, size, untilUs);
export const mq_notify = (fd: number, notification?: QueueNotification) => new Call("mq_notify", fd, notification);
export const mq_getattr = (fd: number) => new Call("mq_getsetattr", fd, undefined);
export const mq_setattr = (fd: number, flags: number) => new Call("mq_getsetattr", fd, flags);

// ── processes ──
export const clone = <A>(entry: Entry<A>, argument: A, options: CloneOptions = NO_OPTIONS) =>
  new Call("clone", entry, argument, options);
export const execve = (path: string, argv: readonly string[], env: Env) => new Call("execve", path, argv, env);
export const exit = (code: number) => new Call("exit", code);
export const wait4 = (pid = -1, options = 0) => new Call("wait4", pid, options);
export const kill = (pid: number, signal: Signal) => new Call("kill", pid, signal);
export const sigaction = (signal: Signal, disposition: Disposition, options: SignalOptions = RESTART) =>
  new Call("sigaction", signal, disposition, options);
export const sigprocmask = (how: "block" | "unblock" | "set", set: SignalSet) => new Call("sigprocmask", how, set);
export const sigpending = () => new Call("sigpending");
export const sigsuspend = (mask: SignalSet) => new Call("sigsuspend", mask);
export const pause = () => new Call("pause");
export const alarm = (durationUs: number) => new Call("alarm", durationUs);
export const nanosleep = (durationUs: number) => new Call("nanosleep", durationUs);
export const clock_gettime = (clock: ClockName = "realtime") => new Call("clock_gettime", clock);
export const adjtimex = (changes?: Partial<ClockDiscipline>) => new Call("adjtimex", changes);
export const clock_settime = (timeUs: number) => new Call("clock_settime", timeUs);
export const sched_yield = () => new Call("sched_yield");
export const sched_setaffinity = (pid: number, cpus: readonly number[]) => new Call("sched_setaffinity", pid, cpus);
export const ioprio_get = (pid = 0) => new Call("ioprio_get", pid);
export const ioprio_set = (pid: number, priority: number) => new Call("ioprio_set", pid, priority);
export const sched_getaffinity = (pid = 0) => new Call("sched_getaffinity", pid);
export const getpid = () => new Call("getpid");
export const getppid = () => new Call("getppid");
export const getpgid = (pid = 0) => new Call("getpgid", pid);
export const setpgid = (pid = 0, pgid = 0) => new Call("setpgid", pid, pgid);
export const getsid = (pid = 0) => new Call("getsid", pid);
export const setsid = () => new Call("setsid");
export const getpriority = (which: PriorityTarget = "process", who = 0) => new Call("getpriority", which, who);
export const setpriority = (which: PriorityTarget, who: number, nice: number) =>
  new Call("setpriority", which, who, nice);
export const prlimit = (pid: number, resource: ResourceName, limit?: ResourceLimit) =>
  new Call("prlimit", pid, resource, limit);
export const times = () => new Call("times");
export const prctl = (option: PrctlOption, argument: number | string | CapabilitySet = 0) =>
  new Call("prctl", option, argument);
export const seccomp = (filter: SeccompFilter) => new Call("seccomp", filter);
export const burn = (durationUs: number) => new Call("burn", durationUs);
export const brk = (bytes: number, heldBytes = 0) => new Call("brk", bytes, heldBytes);
export const hold = (promise: Promise<unknown>, options: { readonly outside: boolean }) =>
  new Call("hold", promise, options);

// ── identity ──
export const getresuid = () => new Call("getresuid");
export const getresgid = () => new Call("getresgid");
export const setresuid = (real: number, effective: number = real, saved: number = effective) =>
  new Call("setresuid", real, effective, saved);
export const setresgid = (real: number, effective: number = real, saved: number = effective) =>
  new Call("setresgid", real, effective, saved);
export const getgroups = () => new Call("getgroups");
export const setgroups = (groups: readonly number[]) => new Call("setgroups", groups);
export const capget = (pid = 0) => new Call("capget", pid);
export const capset = (capabilities: Capabilities) => new Call("capset", capabilities);

// ── namespaces, mounts, the machine ──
export const unshare = (kinds: ReadonlySet<NamespaceKind>) => new Call("unshare", kinds);
export const setns = (fd: number, kind?: NamespaceKind) => new Call("setns", fd, kind);
export const mount = (source: string, target: string, type: string, flags = 0, data: MountData = "") =>
  new Call("mount", source, target, type, flags, data);
export const automount = (target: string, plan: MountPlan, bundle: string) =>
  new Call("automount", target, plan, bundle);
export const umount2 = (target: string, flags = 0) => new Call("umount2", target, flags);
export const pivot_root = (newRoot: string, putOld: string) => new Call("pivot_root", newRoot, putOld);
export const uname = () => new Call("uname");
export const personality = (persona: number) => new Call("personality", persona);
export const sethostname = (name: string) => new Call("sethostname", name);
export const setdomainname = (name: string) => new Call("setdomainname", name);
export const sysctl = (name: string, value: string) => new Call("sysctl", name, value);
export const syslog = (action: SyslogAction) => new Call("syslog", action);
export const sysinfo = () => new Call("sysinfo");
export const reboot = (command: "restart" | "halt" | "power-off") => new Call("reboot", command);
