/**
 * The whole user/kernel contract: every system call that a program can make.
 *
 * Names, arguments and errors are those of section 2 of the man pages; where a C call fills a buffer, ours returns a
 * value. Times are integer microseconds, data are `Uint8Array`s, paths and arguments are strings (`lib/text.ts` says how
 * bytes that are no UTF-8 travel in them). A call fails by throwing `Errno`. `calls.ts` holds one function for each.
 *
 * Unlike Linux there are no threads, no `*at` calls (a path is relative to the working directory) and no memory: a
 * program says with `brk` how many bytes it holds and with `burn` how long it computes.
 */
import type { Entry, Env, Routine } from "./call.ts";
import type { CapabilitySet } from "./capability.ts";
import type { DeviceRequest } from "./device-requests.ts";
import type {
  AttachedMemory,
  IpcCommand,
  IpcSettings,
  MessageQueueStatus,
  PrioritizedMessage,
  QueueAttributes,
  QueueNotification,
  SemaphoreCommand,
  SemaphoreOperation,
  SemaphoreStatus,
  SharedMemoryStatus,
  TypedMessage,
} from "./ipc.ts";
import type { ResourceLimit, ResourceName } from "./limits.ts";
import type { NamespaceKind } from "./namespace.ts";
import type { NetlinkChange, NetworkState, RouteInfo } from "./netlink.ts";
import type { SeccompFilter } from "./seccomp.ts";
import type { Signal, SignalSet } from "./signal.ts";
import type {
  IcmpInfo,
  MessageOptions,
  Received,
  ReceivedMessage,
  SocketAddress,
  SocketDomain,
  SocketOption,
  SocketProtocol,
  SocketType,
  UnixCredentials,
} from "./socket.ts";
import type { DirEntry, Stat, StatFs } from "./stat.ts";
import type { CpuTimes, WaitStatus } from "./wait.ts";

export interface Syscalls {
  // ── files ──
  open(path: string, flags: number, mode: number): number;
  close(fd: number): void;
  /** At most `count` bytes; none at the end of the file. Sleeps while a pipe, terminal or socket has nothing. */
  read(fd: number, count: number): Uint8Array;
  /** How many bytes were taken: all, except where a non-blocking file or a full device takes fewer. */
  write(fd: number, data: Uint8Array): number;
  pread(fd: number, count: number, offset: number): Uint8Array;
  pwrite(fd: number, data: Uint8Array, offset: number): number;
  lseek(fd: number, offset: number, whence: number): number;
  pipe2(flags: number): readonly [read: number, write: number];
  /** The lowest free descriptor that is at least `minimum`. */
  dup(fd: number, minimum: number): number;
  /** Unlike Linux, equal descriptors are as with dup2(2): nothing happens. */
  dup3(from: number, to: number, flags: number): number;
  fcntl(fd: number, command: FcntlCommand, argument: number): number;
  /** The part of fcntl(2) about locks on ranges of bytes. Tells the lock that was asked for, or F_GETLK's answer. */
  fcntl_lock(fd: number, command: LockCommand, lock: RecordLock): RecordLock;
  flock(fd: number, operation: number): void;
  ioctl(fd: number, request: IoctlRequest, argument: unknown): unknown;
  poll(fds: readonly PollFd[], timeoutUs: number | undefined): readonly PollFd[];
  fsync(fd: number): void;
  sync(): void;
  truncate(path: string, length: number): void;
  ftruncate(fd: number, length: number): void;
  stat(path: string): Stat;
  lstat(path: string): Stat;
  fstat(fd: number): Stat;
  statfs(path: string): StatFs;
  access(path: string, mode: number): void;
  /** The next entries of a directory, `.` and `..` first; none at its end. */
  getdents(fd: number): readonly DirEntry[];
  mkdir(path: string, mode: number): void;
  rmdir(path: string): void;
  unlink(path: string): void;
  rename(from: string, to: string, flags: number): void;
  link(from: string, to: string, options: { readonly follow: boolean }): void;
  symlink(target: string, path: string): void;
  readlink(path: string): string;
  mknod(path: string, mode: number, dev: number): void;
  chmod(path: string, mode: number): void;
  fchmod(fd: number, mode: number): void;
  /** An id of -1 stays as it is. */
  chown(path: string, uid: number, gid: number): void;
  lchown(path: string, uid: number, gid: number): void;
  fchown(fd: number, uid: number, gid: number): void;
  utimens(path: string, atime: TimeChange, mtime: TimeChange, options: { readonly follow: boolean }): void;
  umask(mask: number): number;
  chdir(path: string): void;
  fchdir(fd: number): void;
  getcwd(): string;
  chroot(path: string): void;
  getxattr(path: string, name: string, options: { readonly follow: boolean }): Uint8Array;
  setxattr(path: string, name: string, value: Uint8Array, flags: number, options: { readonly follow: boolean }): void;
  listxattr(path: string, options: { readonly follow: boolean }): readonly string[];
  removexattr(path: string, name: string, options: { readonly follow: boolean }): void;

  // ── inotify ──
  /** A queue of events, to be read. `flags`: IN_NONBLOCK | IN_CLOEXEC. */
  inotify_init1(flags: number): number;
  /** Asks for the events in `mask` of what `path` leads to. Returns the number of the watch. */
  inotify_add_watch(fd: number, path: string, mask: number): number;
  inotify_rm_watch(fd: number, wd: number): void;

  // ── sockets ──
  /** `flags`: SOCK_NONBLOCK | SOCK_CLOEXEC. */
  socket(domain: SocketDomain, type: SocketType, protocol: SocketProtocol, flags: number): number;
  socketpair(domain: SocketDomain, type: SocketType, flags: number): readonly [number, number];
  bind(fd: number, address: SocketAddress): void;
  listen(fd: number, backlog: number): void;
  /** Sleeps until somebody has connected. */
  accept4(fd: number, flags: number): { readonly fd: number; readonly from: SocketAddress };
  /** Sleeps until the connection stands or has failed. */
  connect(fd: number, address: SocketAddress): void;
  /** `flags`: MSG_DONTWAIT | MSG_NOSIGNAL. */
  sendto(fd: number, data: Uint8Array, flags: number, to: SocketAddress | undefined): number;
  /** `flags`: MSG_DONTWAIT | MSG_PEEK. */
  recvfrom(fd: number, count: number, flags: number): Received;
  /** Sends data with descriptors and credentials beside them, through a unix socket. */
  sendmsg(fd: number, data: Uint8Array, options: MessageOptions): number;
  /** `flags`: MSG_DONTWAIT | MSG_PEEK | MSG_CMSG_CLOEXEC. `rights`: how many descriptors there is room for. */
  recvmsg(fd: number, count: number, flags: number, rights: number): ReceivedMessage;
  /** A message through a raw socket for ICMP; unlike Linux, its header is data beside the bytes. */
  sendicmp(fd: number, to: string, message: IcmpInfo, data: Uint8Array): void;
  /** The next message of ICMP that came in, with what its IP header said. */
  recvicmp(fd: number, flags: number): ReceivedIcmp;
  shutdown(fd: number, how: "read" | "write" | "both"): void;
  getsockname(fd: number): SocketAddress;
  getpeername(fd: number): SocketAddress;
  setsockopt(fd: number, option: SocketOption, value: number | string): void;
  getsockopt(fd: number, option: SocketOption): number | string | UnixCredentials;
  /** The links, addresses, routes, rules and neighbours of the caller's network namespace: rtnetlink(7)'s dumps. */
  netlink_get(): NetworkState;
  /** Changes them. Unlike Linux this is a call of its own, not a socket. */
  netlink_set(change: NetlinkChange): void;
  /** The route that a packet to `destination`, perhaps from `source`, would take, with its source address. */
  netlink_route(destination: string, source?: string): RouteInfo;

  // ── System V IPC ──
  shmget(key: number, size: number, flags: number): number;
  /** `flags`: SHM_RDONLY. The segment lies where the kernel wants it. */
  shmat(id: number, flags: number): AttachedMemory;
  shmdt(address: number): void;
  /** IPC_STAT tells; the others answer nothing. */
  shmctl(id: number, command: IpcCommand, settings: IpcSettings | undefined): SharedMemoryStatus | undefined;
  semget(key: number, count: number, flags: number): number;
  /** semtimedop(2): `timeoutUs` is undefined to wait for ever. */
  semop(id: number, operations: readonly SemaphoreOperation[], timeoutUs: number | undefined): void;
  /** `argument`: a value for SETVAL, values for SETALL, settings for IPC_SET. */
  semctl(
    id: number,
    number: number,
    command: SemaphoreCommand,
    argument: number | readonly number[] | IpcSettings | undefined,
  ): number | readonly number[] | SemaphoreStatus;
  msgget(key: number, flags: number): number;
  /** `type` is positive. `flags`: IPC_NOWAIT. */
  msgsnd(id: number, type: number, data: Uint8Array, flags: number): void;
  msgrcv(id: number, size: number, type: number, flags: number): TypedMessage;
  msgctl(id: number, command: IpcCommand, settings: IpcSettings | undefined): MessageQueueStatus | undefined;

  // ── POSIX message queues ──
  /** `name` begins with a slash. Without `attributes` a new queue gets the defaults of the namespace. */
  mq_open(name: string, flags: number, mode: number, attributes: Partial<QueueAttributes> | undefined): number;
  mq_unlink(name: string): void;
  /** `untilUs`: the moment, µs since 1970, when to give up; `undefined` to wait for ever. */
  mq_timedsend(fd: number, data: Uint8Array, priority: number, untilUs: number | undefined): void;
  mq_timedreceive(fd: number, size: number, untilUs: number | undefined): PrioritizedMessage;
  /** `undefined` gives the place up. */
  mq_notify(fd: number, notification: QueueNotification | undefined): void;
  /** The attributes as they were. Only O_NONBLOCK of `flags` can be changed; `undefined` changes nothing. */
  mq_getsetattr(fd: number, flags: number | undefined): QueueAttributes;

  // ── processes ──
  /** The child's pid. The child starts at `entry(argument)`; `argument` is immutable or the child's own copy. */
  clone(entry: Entry<never>, argument: unknown, options: CloneOptions): number;
  execve(path: string, argv: readonly string[], env: Env): never;
  exit(code: number): never;
  /** `undefined` if WNOHANG was given and no child has changed. */
  wait4(pid: number, options: number): Waited | undefined;
  kill(pid: number, signal: Signal): void;
  sigaction(signal: Signal, disposition: Disposition, options: SignalOptions): Disposition;
  sigprocmask(how: "block" | "unblock" | "set", set: SignalSet): SignalSet;
  sigpending(): SignalSet;
  sigsuspend(mask: SignalSet): never;
  pause(): never;
  /** Microseconds that were left of the previous alarm. Zero cancels. */
  alarm(durationUs: number): number;
  nanosleep(durationUs: number): void;
  clock_gettime(clock: ClockName): number;
  clock_settime(timeUs: number): void;
  /** How the clock is disciplined; with `changes`, after them. */
  adjtimex(changes: Partial<ClockDiscipline> | undefined): ClockDiscipline;
  sched_yield(): void;
  sched_getaffinity(pid: number): readonly number[];
  sched_setaffinity(pid: number, cpus: readonly number[]): void;
  /** A class in the bits from 13 up, a level below. */
  ioprio_get(pid: number): number;
  ioprio_set(pid: number, priority: number): void;
  getpid(): number;
  getppid(): number;
  getpgid(pid: number): number;
  setpgid(pid: number, pgid: number): void;
  getsid(pid: number): number;
  setsid(): number;
  getpriority(which: PriorityTarget, who: number): number;
  setpriority(which: PriorityTarget, who: number, nice: number): void;
  prlimit(pid: number, resource: ResourceName, limit: ResourceLimit | undefined): ResourceLimit;
  times(): { readonly self: CpuTimes; readonly children: CpuTimes };
  /** Unlike Linux, PR_CAPBSET_DROP also takes a whole set. */
  prctl(option: PrctlOption, argument: number | string | CapabilitySet): number | string;
  seccomp(filter: SeccompFilter): void;
  /** Declares computation: the process is busy for `durationUs` of CPU time. Not a Linux call. */
  burn(durationUs: number): void;
  /**
   * Declares how many bytes of anonymous memory the process holds from now on, and how many of them it really has in
   * variables of its own: those count against what the world may take of its host's memory.
   */
  brk(bytes: number, heldBytes: number): void;
  /**
   * The process is busy while `promise` is pending: no other process runs and no time passes. Unless it says `outside`,
   * nothing but JavaScript may be awaited: a promise that outlasts many rounds of the host fails with EDEADLK. Not a
   * Linux call: it is how asynchronous code becomes a program.
   */
  hold(promise: Promise<unknown>, options: { readonly outside: boolean }): void;

  // ── identity ──
  getresuid(): Ids;
  getresgid(): Ids;
  /** -1 keeps an id as it is. */
  setresuid(real: number, effective: number, saved: number): void;
  setresgid(real: number, effective: number, saved: number): void;
  getgroups(): readonly number[];
  setgroups(groups: readonly number[]): void;
  capget(pid: number): Capabilities;
  capset(capabilities: Capabilities): void;

  // ── namespaces, mounts, the machine ──
  unshare(kinds: ReadonlySet<NamespaceKind>): void;
  setns(fd: number, kind: NamespaceKind | undefined): void;
  mount(source: string, target: string, type: string, flags: number, data: MountData): void;
  /** Plans mounts below `target`: each is made when a path first leads to it. Not a Linux call. */
  automount(target: string, plan: MountPlan, bundle: string): void;
  umount2(target: string, flags: number): void;
  pivot_root(newRoot: string, putOld: string): void;
  uname(): Uname;
  /** Takes on another execution domain, unless it is PERSONALITY_QUERY; gives the one before. */
  personality(persona: number): number;
  sethostname(name: string): void;
  setdomainname(name: string): void;
  /** Sets the sysctl of that dotted name, as writing to its file under /proc/sys does. */
  sysctl(name: string, value: string): void;
  sysinfo(): SysInfo;
  /**
   * The kernel's log, each line with its level before it. `read` takes what nobody has taken, and sleeps until there is
   * something; `read-all` shows what there is since it was cleared. The others answer nothing.
   */
  syslog(action: SyslogAction): Uint8Array;
  reboot(command: "restart" | "halt" | "power-off"): void;
}

export type SyscallName = keyof Syscalls;

export type FcntlCommand = "F_GETFD" | "F_SETFD" | "F_GETFL" | "F_SETFL";
export const FD_CLOEXEC = 1;

/** Those with OFD in their names are about locks of open files, the others about those of processes. */
export type LockCommand = "F_GETLK" | "F_SETLK" | "F_SETLKW" | "F_OFD_GETLK" | "F_OFD_SETLK" | "F_OFD_SETLKW";

/** Linux's `struct flock`. */
export interface RecordLock {
  readonly type: "F_RDLCK" | "F_WRLCK" | "F_UNLCK";
  /** SEEK_SET, SEEK_CUR or SEEK_END: what `start` counts from. */
  readonly whence: number;
  readonly start: number;
  /** 0: to the end of the file, however long it gets. Negative: the bytes before `start`. */
  readonly length: number;
  /** In an answer: the process that holds the lock, -1 if an open file does. Else 0. */
  readonly pid: number;
}

/** `TCGETS` is how isatty(3) asks; what is named here are those of tty_ioctl(4). */
export type IoctlRequest =
  | "TCGETS"
  | "TCSETS"
  | "TCSETSW"
  | "TCSETSF"
  | "TCFLSH"
  | "TIOCGPGRP"
  | "TIOCSPGRP"
  | "TIOCGSID"
  | "TIOCGWINSZ"
  | "TIOCSWINSZ"
  | "TIOCSCTTY"
  | "TIOCNOTTY"
  | "TIOCGPTN"
  | "TIOCSPTLCK"
  | "FIONREAD"
  | DeviceRequest;

export interface ReceivedIcmp {
  readonly from: string;
  readonly ttl: number;
  readonly message: IcmpInfo;
  readonly data: Uint8Array;
  /** For an error: where the packet that caused it was going, and its own ICMP or port numbers. */
  readonly about:
    | { readonly to: string; readonly id: number; readonly sequence: number; readonly port: number }
    | undefined;
}

/** `events` asked for; in an answer, those that hold. */
export interface PollFd {
  readonly fd: number;
  readonly events: number;
}

/** A new file time: microseconds since 1970, the current time, or leave as it is. */
export type TimeChange = number | "now" | "omit";

export interface CloneOptions {
  /** Kinds in which the child gets a new namespace of its own. */
  readonly namespaces?: ReadonlySet<NamespaceKind>;
  /** CLONE_PARENT: the child becomes the caller's sibling. */
  readonly sibling?: boolean;
  /** What the parent gets when the child ends; 0 for nothing. SIGCHLD by default. */
  readonly exitSignal?: Signal;
}

export interface Waited {
  readonly pid: number;
  readonly status: WaitStatus;
}

/** A handler runs on top of what the process was doing. Children of clone start with handlers reset to default. */
export type Handler = (signal: Signal) => Routine<void>;
/** How a handler is run. */
export interface SignalOptions {
  /** SA_RESTART: the call that it interrupted is made again. */
  readonly restart: boolean;
  /** Unlike Linux, a child has no handlers; one that only takes note of the signal says so, false by default. */
  readonly lostAtBirth?: boolean;
}

export type Disposition = "default" | "ignore" | Handler;

export type ClockName = "realtime" | "monotonic" | "boottime" | "process-cpu";

/** Microseconds, parts of a million times 65536, and bits STA_*. @see adjtimex(2) */
export interface ClockDiscipline {
  readonly offset: number;
  readonly frequency: number;
  readonly maxError: number;
  readonly estimatedError: number;
  readonly status: number;
  readonly constant: number;
  readonly precision: number;
  readonly tolerance: number;
  readonly tick: number;
  readonly timeUs: number;
  /** TIME_OK is 0, TIME_ERROR 5: the clock follows nobody. */
  readonly state: number;
}

export type PriorityTarget = "process" | "group" | "user";

/** @see prctl(2) */
export type PrctlOption =
  | "PR_SET_NAME"
  | "PR_GET_NAME"
  | "PR_SET_PDEATHSIG"
  | "PR_SET_CHILD_SUBREAPER"
  | "PR_SET_NO_NEW_PRIVS"
  | "PR_GET_NO_NEW_PRIVS"
  | "PR_SET_KEEPCAPS"
  | "PR_CAPBSET_DROP"
  | "PR_CAPBSET_READ"
  | "PR_CAP_AMBIENT_RAISE"
  | "PR_CAP_AMBIENT_LOWER"
  | "PR_CAP_AMBIENT_CLEAR_ALL";

export interface Ids {
  readonly real: number;
  readonly effective: number;
  readonly saved: number;
}

export interface Capabilities {
  readonly effective: CapabilitySet;
  readonly permitted: CapabilitySet;
  readonly inheritable: CapabilitySet;
}

/** What a file system is told in its own words: its options, separated by commas or one by one. */
export type MountData = string | readonly string[];

/** Mounts to be made when somebody comes by. One plan serves many containers: it is immutable, and known by identity. */
export interface MountPlan {
  readonly requests: readonly PlannedMount[];
}

export interface PlannedMount {
  /** Absolute, within the mount that the plan is attached to. */
  readonly target: string;
  /**
   * `mount`: a file system of `type`. `bundle`: a file or directory of the bundle, bind-mounted. `mask`: hidden behind
   * /dev/null or an empty directory. `protect`: made read-only.
   */
  readonly kind: "mount" | "bundle" | "mask" | "protect";
  readonly type: string;
  /** A device name for `mount`; for `bundle` a path relative to the bundle directory on the machine. */
  readonly source: string;
  readonly flags: number;
  readonly data: string;
}

/** @see uname(2) */
export interface Uname {
  readonly sysname: string;
  readonly nodename: string;
  readonly release: string;
  readonly version: string;
  readonly machine: string;
  readonly domainname: string;
}

/** @see syslog(2) */
export type SyslogAction = "read" | "read-all" | "clear" | "console-level";

/** Bytes and microseconds. @see sysinfo(2) */
export interface SysInfo {
  readonly uptimeUs: number;
  readonly totalRamBytes: number;
  readonly freeRamBytes: number;
  readonly totalSwapBytes: number;
  readonly freeSwapBytes: number;
  readonly processes: number;
}
