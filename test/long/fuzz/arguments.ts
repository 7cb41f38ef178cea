/** Arguments of system calls, drawn at random: mostly such as a program would pass, sometimes such as none should. */
import {
  CAPABILITY_NAMES,
  type Capabilities,
  CapabilitySet,
  NAMESPACE_KINDS,
  type NamespaceKind,
  SignalSet,
  type SocketAddress,
  type TimeChange,
} from "@bottleship/core/abi";
import type { Prng } from "@bottleship/core/sim";

const NAMES = ["a", "b", "c", "dir", "link", "file", "fifo"];
const DIRECTORIES = ["/", "/tmp/", "", "./", "/tmp/dir/", "dir/", "/dev/shm/", "/m/", "/sys/fs/cgroup/", "../"];
const PLACES = [
  ...["/", ".", "..", "", "/tmp", "/m", "/proc", "/sys", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/etc/passwd"],
  ...["/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts/ptmx", "/dev/pts/0"],
  ...["/dev/mqueue/q", "/bin/busybox", "/bin/fuzz", "/tmp/fuzz", "/nowhere", "/nowhere/at/all", "/etc/passwd/x"],
  ...["/proc/self/status", "/proc/self/stat", "/proc/self/maps", "/proc/self/mountinfo", "/proc/self/mounts"],
  ...["/proc/self/fd", "/proc/self/fd/0", "/proc/self/fd/3", "/proc/self/fdinfo/3", "/proc/self/exe", "/proc/self/cwd"],
  ...["/proc/self/root", "/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/setgroups", "/proc/self/comm"],
  ...["/proc/self/oom_score_adj", "/proc/self/timens_offsets", "/proc/self/cgroup", "/proc/self/environ"],
  ...["/proc/self/ns/uts", "/proc/self/ns/mnt", "/proc/self/ns/net", "/proc/1/ns/ipc", "/proc/1/ns/pid"],
  ...["/proc/self/limits", "/proc/self/task", "/proc/1/root", "/proc/1/cwd", "/proc/1/exe", "/proc/1/fd", "/proc/2"],
  ...["/proc/meminfo", "/proc/uptime", "/proc/stat", "/proc/kmsg", "/proc/sys/kernel/hostname", "/proc/net/tcp"],
  ...["/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/pid_max", "/proc/pressure/cpu", "/proc/sysvipc/shm"],
  ...["/sys/fs/cgroup/cgroup.procs", "/sys/fs/cgroup/a/cgroup.procs", "/sys/fs/cgroup/a/cgroup.subtree_control"],
  ...["/sys/fs/cgroup/cgroup.subtree_control", "/sys/fs/cgroup/a/memory.max", "/sys/fs/cgroup/a/memory.high"],
  ...[
    "/sys/fs/cgroup/a/pids.max",
    "/sys/fs/cgroup/a/cpu.max",
    "/sys/fs/cgroup/a/cpu.weight",
    "/sys/fs/cgroup/a/cgroup.kill",
  ],
  ...[
    "/sys/fs/cgroup/a/cgroup.freeze",
    "/sys/fs/cgroup/a/cpuset.cpus",
    "/sys/fs/cgroup/a/io.max",
    "/sys/fs/cgroup/a/memory.peak",
  ],
  ...["/sys/fs/cgroup/a/cgroup.events", "/sys/fs/cgroup/a/memory.reclaim", "/sys/fs/cgroup/a/memory.oom.group"],
  ...["/sys/class/net", "/sys/class/net/lo/mtu", "x".repeat(255), "x".repeat(256), "/".repeat(4095), "a/".repeat(3000)],
  ...["a\0b", "/tmp/\0", "\udcff\udc80", "é", " ", "\n", "//tmp//./a/../b", "/tmp/link/link/link"],
];
const TEXTS = [
  ...["", "0", "1", "max", "-1", "x", "+memory", "-memory +cpu", "+pids +io", "50000 100000", "max 1000", "10M", "1G"],
  ...["0 0 1", "0 1000 1", "0 0 4294967295", "deny", "allow", "254:0 rbps=1000000", "0-1", "monotonic 5 0", "4194304"],
  ...["some 150000 1000000", "\0", "\n", "99999999999999999999", "1 2 3 4 5", "0x10", "threaded", "#!/bin/fuzz\n"],
];
const ODD_NUMBERS = [
  ...[-1, -2, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53, -(2 ** 53), 1e18, 1e300],
  ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0.5, -0.5, -0],
];
const SIZES = [0, 1, 2, 511, 4095, 4096, 4097, 65_535, 65_536, 65_537, 300_000, 1_000_000];
const ADDRESSES = [
  "0.0.0.0",
  "127.0.0.1",
  "127.0.0.2",
  "10.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "fe80::1",
  "1.2.3",
  "",
];
const DEVICES = ["lo", "eth0", "v0", "v1", "br0", "", "x".repeat(20)];

export class Draw {
  readonly prng: Prng;
  /** Descriptors that whoever draws has been given, any and sockets. */
  descriptors: readonly number[] = [];
  sockets: readonly number[] = [];

  constructor(prng: Prng) {
    this.prng = prng;
  }

  from<T>(choices: readonly T[]): T {
    return choices[this.prng.below(choices.length)] as T;
  }

  chance(numerator: number, denominator: number): boolean {
    return this.prng.chance(numerator, denominator);
  }

  bool(): boolean {
    return this.chance(1, 2);
  }

  /** Below `most` as a rule. */
  number(most: number): number {
    return this.chance(1, 25) ? this.from(ODD_NUMBERS) : this.prng.below(most);
  }

  fd(): number {
    if (this.descriptors.length > 0 && this.bool()) return this.from(this.descriptors);
    if (this.chance(1, 20)) return this.from(ODD_NUMBERS);
    return this.chance(1, 10) ? this.prng.below(200) : this.prng.below(12);
  }

  socket(): number {
    return this.sockets.length > 0 && this.chance(4, 5) ? this.from(this.sockets) : this.fd();
  }

  size(): number {
    return this.chance(1, 100) ? this.from(ODD_NUMBERS) : this.from(SIZES);
  }

  /** Any of some bits, and once in a while any others. */
  flags(known: readonly number[]): number {
    if (this.chance(1, 40)) return this.chance(1, 4) ? this.from(ODD_NUMBERS) : this.prng.next();
    let flags = 0;
    for (const bit of known) if (this.chance(1, 5)) flags |= bit;
    return flags;
  }

  mode(): number {
    return this.chance(1, 20)
      ? this.number(2 ** 16)
      : this.from([0o644, 0o600, 0o755, 0o777, 0, 0o4755, 0o2711, 0o1777]);
  }

  path(): string {
    if (this.chance(1, 3)) return this.from(PLACES);
    const depth = 1 + this.prng.below(2);
    return this.from(DIRECTORIES) + Array.from({ length: depth }, () => this.from(NAMES)).join("/");
  }

  text(): string {
    return this.from(TEXTS);
  }

  bytes(): Uint8Array {
    if (this.chance(1, 3)) return new TextEncoder().encode(this.text());
    const length = this.from(SIZES);
    return length > 64 ? new Uint8Array(length).fill(65) : this.prng.bytes(length);
  }

  pid(own: readonly number[]): number {
    if (own.length > 0 && this.chance(2, 3)) return this.from(own);
    return this.chance(1, 3) ? this.number(40) : this.from([0, 0, 1, 2, 99_999, -5]);
  }

  id(): number {
    return this.chance(1, 20) ? this.from(ODD_NUMBERS) : this.from([0, 0, 1000, 1000, 33, 65_534, -1, 100_000]);
  }

  signal(): number {
    return this.chance(1, 15) ? this.from([...ODD_NUMBERS, 65, 32, 0]) : this.prng.below(65);
  }

  signals(): SignalSet {
    return this.chance(1, 3)
      ? new SignalSet(this.prng.next(), this.prng.next())
      : SignalSet.of(1 + this.prng.below(31));
  }

  capability(): number {
    return this.chance(1, 20) ? this.number(100) : this.prng.below(CAPABILITY_NAMES.length);
  }

  capabilities(): CapabilitySet {
    return this.bool() ? CapabilitySet.FULL : new CapabilitySet(this.prng.next(), this.prng.below(512));
  }

  capabilitySets(): Capabilities {
    return {
      effective: this.capabilities(),
      permitted: this.capabilities(),
      inheritable: this.chance(1, 3) ? this.capabilities() : CapabilitySet.EMPTY,
    };
  }

  kinds(): ReadonlySet<NamespaceKind> {
    return new Set(NAMESPACE_KINDS.filter(() => this.chance(1, 6)));
  }

  /** Mostly short, µs. */
  duration(): number {
    return this.chance(1, 30) ? this.from([...ODD_NUMBERS, 1e9]) : this.from([0, 1, 50, 1000, 20_000]);
  }

  time(): TimeChange {
    return this.from<TimeChange>(["now", "omit", 0, 1_700_000_000_000_000, this.number(1e9)]);
  }

  address(): string {
    return this.from(ADDRESSES);
  }

  device(): string {
    return this.from(DEVICES);
  }

  socketAddress(): SocketAddress {
    if (this.chance(1, 3)) return { family: "unix", path: this.bool() ? this.path() : this.from(["", "\0x", "\0"]) };
    const address = this.address();
    const port = this.chance(1, 20) ? this.from(ODD_NUMBERS) : this.from([0, 1, 80, 8080, 9000, 9001, 65_535]);
    return { family: this.bool() === address.includes(":") ? "inet6" : "inet", address, port };
  }

  attribute(): string {
    return this.from([
      "user.a",
      "user.b",
      "trusted.x",
      "security.capability",
      "system.posix_acl_access",
      "x",
      "",
      "user.",
    ]);
  }
}
