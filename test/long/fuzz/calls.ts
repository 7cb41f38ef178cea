/** Random system calls of every kind. */
import * as abi from "@bottleship/core/abi";
import type { Draw } from "./arguments.ts";

/** What a drawn call may refer to. */
export interface Caller {
  /** Its children, by their pids, and others that it may well signal. */
  readonly pids: readonly number[];
  /** What a clone(2) runs. */
  readonly child: abi.Entry<undefined>;
  /** There is room for more processes, and for more mounts. */
  readonly mayClone: () => boolean;
  readonly mayMount: () => boolean;
}

type Make = (draw: Draw, caller: Caller) => abi.Call;

const OPEN_FLAGS = [
  abi.O_WRONLY,
  abi.O_RDWR,
  abi.O_CREAT,
  abi.O_CREAT,
  abi.O_EXCL,
  abi.O_TRUNC,
  abi.O_APPEND,
  abi.O_NONBLOCK,
  abi.O_DIRECTORY,
  abi.O_NOFOLLOW,
  abi.O_CLOEXEC,
  abi.O_PATH,
  abi.O_TMPFILE,
];
const MOUNT_FLAGS = [
  abi.MS_RDONLY,
  abi.MS_NOSUID,
  abi.MS_NODEV,
  abi.MS_NOEXEC,
  abi.MS_REMOUNT,
  abi.MS_BIND,
  abi.MS_BIND,
  abi.MS_MOVE,
  abi.MS_REC,
  abi.MS_SHARED,
  abi.MS_SLAVE,
  abi.MS_PRIVATE,
  abi.MS_UNBINDABLE,
];
const FS_TYPES = [
  "tmpfs",
  "proc",
  "sysfs",
  "cgroup2",
  "mqueue",
  "devpts",
  "ramfs",
  "overlay",
  "ext4",
  "devtmpfs",
  "",
  "x",
];
const FS_DATA = [
  "",
  "size=64k",
  "size=1m,mode=755",
  "size=x",
  "lowerdir=/tmp",
  "nr_inodes=3",
  "lowerdir=/tmp,upperdir=/m,workdir=/",
];
const IOCTLS: readonly abi.IoctlRequest[] = [
  "TCGETS",
  "TCSETS",
  "TIOCGPGRP",
  "TIOCSPGRP",
  "TIOCGWINSZ",
  "TIOCSWINSZ",
  "TIOCSCTTY",
  "TIOCNOTTY",
  "FIONREAD",
];
const SOCKET_OPTIONS: readonly abi.SocketOption[] = [
  "SO_REUSEADDR",
  "SO_REUSEPORT",
  "SO_BROADCAST",
  "SO_KEEPALIVE",
  "SO_LINGER",
  "SO_RCVTIMEO",
  "SO_SNDTIMEO",
  "SO_RCVBUF",
  "SO_SNDBUF",
  "SO_BINDTODEVICE",
  "SO_ERROR",
  "SO_TYPE",
  "SO_ACCEPTCONN",
  "SO_PASSCRED",
  "SO_PEERCRED",
  "IP_TTL",
  "IPV6_V6ONLY",
  "TCP_NODELAY",
];
const PRCTLS: readonly abi.PrctlOption[] = [
  "PR_SET_NAME",
  "PR_GET_NAME",
  "PR_SET_PDEATHSIG",
  "PR_SET_CHILD_SUBREAPER",
  "PR_SET_NO_NEW_PRIVS",
  "PR_GET_NO_NEW_PRIVS",
  "PR_SET_KEEPCAPS",
  "PR_CAPBSET_DROP",
  "PR_CAPBSET_READ",
  "PR_CAP_AMBIENT_RAISE",
  "PR_CAP_AMBIENT_LOWER",
  "PR_CAP_AMBIENT_CLEAR_ALL",
];
const SYSCTLS = [
  "kernel.hostname",
  "net.ipv4.ip_forward",
  "kernel.pid_max",
  "fs.file-max",
  "net.core.somaxconn",
  "x.y",
  "",
];
const PRIORITIES: readonly abi.PriorityTarget[] = ["process", "group", "user"];

const follow = (draw: Draw) => ({ follow: draw.bool() });

/** A handler that makes a few calls itself. */
function handler(draw: Draw): abi.Disposition {
  if (draw.bool()) return draw.from<abi.Disposition>(["default", "ignore"]);
  return function* () {
    yield* abi.getpid();
    if (draw.chance(1, 4)) yield* abi.close(draw.fd()).attempt();
  };
}

function limit(draw: Draw): abi.ResourceLimit | undefined {
  if (draw.chance(2, 3)) return undefined;
  const hard = draw.from([Number.POSITIVE_INFINITY, 20, 1000, 1_000_000, draw.number(100)]);
  return { soft: draw.bool() ? hard : draw.number(1000), hard };
}

function change(draw: Draw, { pids }: Caller): abi.NetlinkChange {
  const name = draw.device();
  const device = draw.device();
  const address = draw.address();
  const prefixLength = draw.number(33);
  switch (draw.prng.below(8)) {
    case 0:
      return { kind: "link-add", name, type: draw.from(["veth", "bridge", "dummy", ""]), peer: device };
    case 1:
      return { kind: "link-del", name };
    case 2:
      return {
        kind: "link-set",
        name,
        up: draw.bool(),
        ...(draw.bool() ? { master: device } : { mtu: draw.number(9000) }),
      };
    case 3:
      return { kind: "link-set", name, ...(draw.bool() ? { newName: device } : { pid: draw.pid(pids) }) };
    case 4:
      return { kind: draw.from(["address-add", "address-del"]), device, address, prefixLength };
    case 5:
      return {
        kind: draw.from(["route-add", "route-replace", "route-del"]),
        destination: address,
        prefixLength,
        device,
      };
    case 6:
      return { kind: "neighbour-add", device, address, mac: draw.from(["02:00:00:00:00:01", "x", ""]) };
    default:
      return { kind: "neighbour-del", device, address };
  }
}

const icmp = (draw: Draw): abi.IcmpInfo => ({
  type: draw.from(["echo-request", "echo-reply", "unreachable", "time-exceeded"]),
  code: draw.number(5),
  id: draw.number(70_000),
  sequence: draw.number(70_000),
});

const REFUSED: abi.SeccompVerdict = { rules: [], otherwise: { kind: "errno", errno: 1 } };

const seccomp = (draw: Draw): abi.SeccompFilter => ({
  name: "fuzz",
  verdicts: new Map(
    draw.from<readonly abi.SyscallName[]>([[], ["mount"], ["setns", "bind"], ["kill"]]).map((call) => [call, REFUSED]),
  ),
  personas: new Set([abi.PER_LINUX, abi.PERSONALITY_QUERY]),
  deniesNamespaces: draw.chance(1, 3),
});

/** By how often they are drawn. */
const FREQUENT: readonly Make[] = [
  (d) => abi.open(d.path(), d.flags(OPEN_FLAGS), d.mode()),
  (d) => abi.open(d.path(), d.from([abi.O_RDONLY, abi.O_RDWR, abi.O_RDWR | abi.O_CREAT]), 0o644),
  (d) => abi.close(d.fd()),
  (d) => abi.read(d.fd(), d.size()),
  (d) => abi.write(d.fd(), d.bytes()),
  (d) => abi.pread(d.fd(), d.size(), d.size()),
  (d) => abi.pwrite(d.fd(), d.bytes(), d.size()),
  (d) => abi.lseek(d.fd(), d.size(), d.number(6)),
  (d) => abi.dup(d.fd(), d.number(20)),
  (d) => abi.dup3(d.fd(), d.fd(), d.flags([abi.O_CLOEXEC])),
  (d) => abi.mkdir(d.path(), d.mode()),
  (d) => abi.unlink(d.path()),
  (d) => abi.rmdir(d.path()),
  (d) => abi.rename(d.path(), d.path(), d.from([0, 0, 1, 2, 3, 8])),
  (d) => abi.link(d.path(), d.path(), follow(d)),
  (d) => abi.symlink(d.path(), d.path()),
  (d) => abi.stat(d.path()),
  (d) => abi.lstat(d.path()),
  (d) => abi.brk(d.bool() ? d.size() : d.number(50_000_000)),
];

const IPC_MODES = [0, abi.IPC_CREAT | 0o600, abi.IPC_CREAT | 0o666, abi.IPC_CREAT | abi.IPC_EXCL, 0o200];
const IPC_COMMANDS = ["IPC_STAT", "IPC_SET", "IPC_RMID"] as const;
const SEMAPHORE_COMMANDS = [
  ...IPC_COMMANDS,
  ...(["GETVAL", "SETVAL", "GETALL", "SETALL", "GETPID", "GETNCNT", "GETZCNT"] as const),
];

const LOCK_COMMANDS = ["F_GETLK", "F_SETLK", "F_OFD_GETLK", "F_OFD_SETLK", "F_SETLKW"] as const;

const USUAL: readonly Make[] = [
  (d) => abi.pipe2(d.flags([abi.O_CLOEXEC, abi.O_NONBLOCK])),
  (d) => abi.fcntl(d.fd(), d.from(["F_GETFD", "F_SETFD", "F_GETFL", "F_SETFL"] as const), d.number(8192)),
  (d) => abi.flock(d.fd(), d.from([1, 2, 5, 6, 8, 8, 4, d.number(20)])),
  (d) =>
    abi.fcntl_lock(d.fd(), d.from(LOCK_COMMANDS), {
      type: d.from(["F_RDLCK", "F_WRLCK", "F_UNLCK"] as const),
      whence: d.number(4),
      start: d.number(5000),
      length: d.number(5000),
    }),
  (d) => abi.shmget(d.number(4), d.number(9000), d.from(IPC_MODES)),
  (d) => abi.shmat(d.number(9), d.from([0, abi.SHM_RDONLY])),
  (d) => abi.shmdt(0x7f0000000000 + 4096 * d.number(4)),
  (d) => abi.shmctl(d.number(9), d.from(IPC_COMMANDS), { uid: d.id(), gid: d.id(), mode: 0o666 }),
  (d) => abi.semget(d.number(4), d.number(5), d.from(IPC_MODES)),
  (d) =>
    abi.semop(
      d.number(9),
      [{ number: d.number(4), change: d.number(5) - 2, flags: d.flags([abi.IPC_NOWAIT, abi.SEM_UNDO]) }],
      d.number(1000),
    ),
  (d) => abi.semctl(d.number(9), d.number(4), d.from(SEMAPHORE_COMMANDS), d.number(9)),
  (d) => abi.msgget(d.number(4), d.from(IPC_MODES)),
  (d) => abi.msgsnd(d.number(9), d.number(5), d.bytes(), abi.IPC_NOWAIT),
  (d) => abi.msgrcv(d.number(9), d.size(), d.number(5) - 2, d.flags([abi.IPC_NOWAIT, abi.MSG_NOERROR, abi.MSG_COPY])),
  (d) => abi.msgctl(d.number(9), d.from(IPC_COMMANDS), { uid: d.id(), gid: d.id(), mode: 0o666, qbytes: d.size() }),
  (d) => abi.mq_open(`/q${d.number(3)}`, d.flags([abi.O_RDWR, abi.O_CREAT, abi.O_NONBLOCK]), 0o666),
  (d) => abi.mq_unlink(`/q${d.number(3)}`),
  (d) => abi.mq_send(d.fd(), d.bytes(), d.number(9), d.number(9)),
  (d) => abi.mq_receive(d.fd(), d.size(), d.number(9)),
  (d) => abi.mq_notify(d.fd(), d.from(["none" as const, undefined, { signal: 10 }])),
  (d) => abi.ioctl(d.fd(), d.from(IOCTLS), d.from([undefined, 0, 1, { rows: 10, columns: 20 }])),
  (d) =>
    abi.poll(
      [
        { fd: d.fd(), events: d.number(64) },
        { fd: d.fd(), events: 1 },
      ],
      d.bool() ? 0 : d.duration(),
    ),
  (d) => abi.fsync(d.fd()),
  () => abi.sync(),
  (d) => abi.truncate(d.path(), d.size()),
  (d) => abi.ftruncate(d.fd(), d.size()),
  (d) => abi.fstat(d.fd()),
  (d) => abi.statfs(d.path()),
  (d) => abi.access(d.path(), d.number(8)),
  (d) => abi.getdents(d.fd()),
  (d) => abi.inotify_init1(d.flags([abi.IN_NONBLOCK, abi.IN_CLOEXEC])),
  (d) => abi.inotify_add_watch(d.fd(), d.path(), d.from([abi.IN_ALL_EVENTS, abi.IN_ONESHOT | 0xfff, d.size()])),
  (d) => abi.inotify_rm_watch(d.fd(), d.number(4)),
  (d) => abi.readlink(d.path()),
  (d) =>
    abi.mknod(
      d.path(),
      d.from([abi.S_IFIFO, abi.S_IFCHR, abi.S_IFBLK, abi.S_IFREG, abi.S_IFSOCK, 0]) | 0o644,
      d.number(2000),
    ),
  (d) => abi.chmod(d.path(), d.mode()),
  (d) => abi.fchmod(d.fd(), d.mode()),
  (d) => abi.chown(d.path(), d.id(), d.id()),
  (d) => abi.lchown(d.path(), d.id(), d.id()),
  (d) => abi.fchown(d.fd(), d.id(), d.id()),
  (d) => abi.utimens(d.path(), d.time(), d.time(), follow(d)),
  (d) => abi.umask(d.number(512)),
  (d) => abi.chdir(d.path()),
  (d) => abi.fchdir(d.fd()),
  () => abi.getcwd(),
  (d) => abi.getxattr(d.path(), d.attribute(), follow(d)),
  (d) => abi.setxattr(d.path(), d.attribute(), d.bytes(), d.number(4), follow(d)),
  (d) => abi.listxattr(d.path(), follow(d)),
  (d) => abi.removexattr(d.path(), d.attribute(), follow(d)),
  (d, caller) => (caller.mayClone() ? abi.clone(caller.child, undefined, cloneOptions(d)) : abi.getpid()),
  (d, { pids }) => abi.wait4(d.bool() ? -1 : d.pid(pids), d.bool() ? abi.WNOHANG : d.number(16)),
  (d, { pids }) => abi.kill(d.pid(pids), d.signal()),
  (d) => abi.sigaction(d.signal(), handler(d), { restart: d.bool() }),
  (d) => abi.sigprocmask(d.from(["block", "unblock", "set"] as const), d.signals()),
  () => abi.sigpending(),
  (d) => abi.nanosleep(d.duration()),
  (d) => abi.alarm(d.duration()),
  (d) => abi.clock_gettime(d.from(["realtime", "monotonic", "boottime", "process-cpu"] as const)),
  () => abi.sched_yield(),
  () => abi.getpid(),
  () => abi.getppid(),
  (d) => abi.burn(d.chance(1, 1000) ? d.duration() : d.from([0, 1, 50, 1000, 20_000, -1, Number.NaN, 0.5])),
  () => abi.times(),
  (d, { pids }) => abi.setpgid(d.pid(pids), d.bool() ? 0 : d.pid(pids)),
  (d, { pids }) => abi.getpgid(d.pid(pids)),
  (d, { pids }) => abi.getsid(d.pid(pids)),
  (d) =>
    abi.socket(
      d.from(["inet", "inet6", "unix"] as const),
      d.from(["stream", "dgram", "raw"] as const),
      d.from(["default", "icmp", "icmp6"] as const),
      d.flags([abi.SOCK_NONBLOCK, abi.SOCK_CLOEXEC]),
    ),
  (d) =>
    abi.socketpair(
      d.from(["inet", "unix", "unix", "unix"] as const),
      d.from(["stream", "dgram", "raw"] as const),
      d.flags([abi.SOCK_NONBLOCK]),
    ),
  (d) => abi.bind(d.socket(), d.socketAddress()),
  (d) => abi.listen(d.socket(), d.number(10)),
  (d) => abi.accept4(d.socket(), d.flags([abi.SOCK_NONBLOCK])),
  (d) => abi.connect(d.socket(), d.socketAddress()),
  (d) =>
    abi.sendto(
      d.socket(),
      d.bytes(),
      d.flags([abi.MSG_DONTWAIT, abi.MSG_NOSIGNAL]),
      d.bool() ? undefined : d.socketAddress(),
    ),
  (d) =>
    abi.sendmsg(d.socket(), d.bytes(), {
      flags: d.flags([abi.MSG_DONTWAIT, abi.MSG_NOSIGNAL]),
      credentials: { pid: d.number(9), uid: d.id(), gid: d.id() },
    }),
  (d) => abi.recvmsg(d.socket(), d.size(), d.flags([abi.MSG_DONTWAIT, abi.MSG_DONTWAIT, abi.MSG_PEEK]), d.number(9)),
  (d) => abi.recvfrom(d.socket(), d.size(), d.flags([abi.MSG_DONTWAIT, abi.MSG_DONTWAIT, abi.MSG_PEEK])),
  (d) => abi.shutdown(d.socket(), d.from(["read", "write", "both"] as const)),
  (d) => abi.getsockname(d.socket()),
  (d) => abi.getpeername(d.socket()),
  (d) => abi.setsockopt(d.socket(), d.from(SOCKET_OPTIONS), d.chance(1, 4) ? d.device() : d.number(100_000)),
  (d) => abi.getsockopt(d.socket(), d.from(SOCKET_OPTIONS)),
  (d, { mayMount }) =>
    mayMount() ? abi.mount(d.path(), d.path(), d.from(FS_TYPES), d.flags(MOUNT_FLAGS), d.from(FS_DATA)) : abi.getcwd(),
  (d, { mayMount }) =>
    mayMount() ? abi.mount(d.path(), d.path(), "", d.from([abi.MS_BIND, abi.MS_BIND | abi.MS_REC])) : abi.getcwd(),
  (d, { mayMount }) => (mayMount() ? abi.mount("t", d.path(), "tmpfs") : abi.getcwd()),
  (d) => abi.umount2(d.path(), d.flags([abi.MNT_DETACH, abi.UMOUNT_NOFOLLOW, abi.MNT_FORCE])),
];

const RARE: readonly Make[] = [
  (d) =>
    abi.execve(
      d.from(["/bin/fuzz", "/bin/fuzz", "/tmp/fuzz", d.path()]),
      [d.text(), d.text()],
      new Map([["A", d.text()]]),
    ),
  (d) => abi.exit(d.number(300)),
  (d) => abi.chroot(d.path()),
  () => abi.setsid(),
  (d) => abi.sigsuspend(d.signals()),
  () => abi.pause(),
  (d, { pids }) => abi.getpriority(d.from(PRIORITIES), d.pid(pids)),
  (d, { pids }) => abi.setpriority(d.from(PRIORITIES), d.pid(pids), d.number(40) - 20),
  (d, { pids }) => abi.prlimit(d.pid(pids), d.from(abi.RESOURCE_NAMES), limit(d)),
  (d) => abi.prctl(d.from(PRCTLS), d.from<number | string>([d.capability(), d.number(3), d.text()])),
  (d) => abi.seccomp(seccomp(d)),
  (d, { pids }) => abi.sched_getaffinity(d.pid(pids)),
  (d, { pids }) => abi.sched_setaffinity(d.pid(pids), [d.number(4), d.number(4)]),
  (d, { pids }) => abi.ioprio_get(d.pid(pids)),
  (d, { pids }) => abi.ioprio_set(d.pid(pids), d.number(1 << 15)),
  (d) => abi.clock_settime(d.from([0, 1e15, d.number(1e9)])),
  () => abi.getresuid(),
  () => abi.getresgid(),
  (d) => abi.setresuid(d.id(), d.id(), d.id()),
  (d) => abi.setresgid(d.id(), d.id(), d.id()),
  () => abi.getgroups(),
  (d) => abi.setgroups(Array.from({ length: d.prng.below(5) }, () => d.id())),
  (d, { pids }) => abi.capget(d.pid(pids)),
  (d) => abi.capset(d.capabilitySets()),
  (d) => abi.unshare(d.kinds()),
  (d) => abi.setns(d.fd(), d.bool() ? undefined : d.from(abi.NAMESPACE_KINDS)),
  (d) => abi.pivot_root(d.path(), d.path()),
  () => abi.uname(),
  (d) => abi.personality(d.from([abi.PER_LINUX, abi.PER_LINUX32, abi.ADDR_NO_RANDOMIZE, abi.PERSONALITY_QUERY])),
  (d) => abi.sethostname(d.path()),
  (d) => abi.setdomainname(d.text()),
  (d) => abi.sysctl(d.from(SYSCTLS), d.text()),
  () => abi.sysinfo(),
  (d) => abi.reboot(d.from(["restart", "halt", "power-off"] as const)),
  () => abi.netlink_get(),
  (d, caller) => abi.netlink_set(change(d, caller)),
  (d) => abi.netlink_route(d.address()),
  (d) => abi.sendicmp(d.socket(), d.address(), icmp(d), d.bytes()),
  (d) => abi.recvicmp(d.socket(), abi.MSG_DONTWAIT),
  () => abi.hold(Promise.resolve(), { outside: false }),
];

function cloneOptions(draw: Draw): abi.CloneOptions {
  return {
    ...(draw.chance(1, 4) ? { namespaces: draw.kinds() } : {}),
    ...(draw.chance(1, 10) ? { sibling: true } : {}),
    ...(draw.chance(1, 10) ? { exitSignal: draw.signal() } : {}),
  };
}

export function drawCall(draw: Draw, caller: Caller): abi.Call {
  const kind = draw.prng.below(100);
  const makers = kind < 45 ? FREQUENT : kind < 90 ? USUAL : RARE;
  return draw.from(makers)(draw, caller);
}
