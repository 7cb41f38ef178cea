/**
 * What Linux sees when a program makes one of our system calls: the name and the registers.
 *
 * Names are those that static programs with a recent glibc use on x86-64, as strace shows them.
 */
import type { SyscallName } from "../../abi/index.ts";

/** A call as filters of system calls see it. */
export interface LinuxCall {
  readonly name: string;
  readonly registers: readonly bigint[];
}

const AT_FDCWD = -100;

/** Of a name alone: where ours is another one than Linux's. `undefined` for what is no call there. */
const NAMES: Partial<Record<SyscallName, string | undefined>> = {
  open: "openat",
  stat: "newfstatat",
  lstat: "newfstatat",
  pread: "pread64",
  pwrite: "pwrite64",
  dup: "fcntl",
  dup3: "dup2",
  fcntl_lock: "fcntl",
  getdents: "getdents64",
  mknod: "mknodat",
  utimens: "utimensat",
  exit: "exit_group",
  nanosleep: "clock_nanosleep",
  sigaction: "rt_sigaction",
  sigprocmask: "rt_sigprocmask",
  sigpending: "rt_sigpending",
  sigsuspend: "rt_sigsuspend",
  prlimit: "prlimit64",
  getresuid: "getuid",
  getresgid: "getgid",
  setresuid: "setuid",
  setresgid: "setgid",
  accept4: "accept",
  sendicmp: "sendto",
  recvicmp: "recvfrom",
  netlink_get: "sendto",
  netlink_set: "sendto",
  netlink_route: "sendto",
  // The clock is read without the kernel.
  clock_gettime: undefined,
  sysctl: undefined,
  burn: undefined,
  brk: undefined,
  hold: undefined,
  automount: undefined,
};

/** Calls that Linux counts from a directory: a register comes before those of ours. */
const FROM_DIRECTORY: ReadonlySet<SyscallName> = new Set(["open", "stat", "lstat", "mknod", "utimens"]);

const DOMAINS: Readonly<Record<string, number>> = { unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17 };
const NAMESPACE_FLAGS: Readonly<Record<string, number>> = {
  mnt: 0x0002_0000,
  cgroup: 0x0200_0000,
  uts: 0x0400_0000,
  ipc: 0x0800_0000,
  user: 0x1000_0000,
  pid: 0x2000_0000,
  net: 0x4000_0000,
  time: 0x80,
};
/** CLONE_CHILD_CLEARTID | CLONE_CHILD_SETTID | SIGCHLD: what fork(3) asks for. */
const FORK_FLAGS = 0x0120_0011;

/** Linux's name of a call; `undefined` if it is none there. */
export function linuxName(name: SyscallName): string | undefined {
  return Object.hasOwn(NAMES, name) ? NAMES[name] : name;
}

/** The name and the registers of a call. Texts and structures are somewhere in memory: 0. */
export function linuxCall(name: SyscallName, args: readonly unknown[]): LinuxCall {
  const registers = registersOf(name, args).map((value) => BigInt(value < 0 ? value + 2 ** 32 : value));
  return { name: linuxName(name) ?? name, registers };
}

function registersOf(name: SyscallName, args: readonly unknown[]): readonly number[] {
  switch (name) {
    case "clone":
      return [FORK_FLAGS | flagsOf((args[2] as { namespaces?: Iterable<unknown> }).namespaces)];
    case "unshare":
      return [flagsOf(args[0] as Iterable<unknown>)];
    case "setns":
      return [numberOf(args[0]), NAMESPACE_FLAGS[String(args[1])] ?? 0];
    case "socket":
      return [DOMAINS[String(args[0])] ?? 0];
    default:
      return FROM_DIRECTORY.has(name) ? [AT_FDCWD, ...args.map(numberOf)] : args.map(numberOf);
  }
}

const numberOf = (argument: unknown): number => (Number.isInteger(argument) ? (argument as number) : 0);

function flagsOf(kinds: Iterable<unknown> | undefined): number {
  let flags = 0;
  for (const kind of kinds ?? []) flags |= NAMESPACE_FLAGS[String(kind)] ?? 0;
  return flags >>> 0;
}
