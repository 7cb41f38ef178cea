/**
 * Capabilities: names, numbers, immutable sets.
 *
 * @see capabilities(7), include/uapi/linux/capability.h
 */

/** In the order of their numbers: `CAPABILITY_NAMES[CAP_CHOWN]` is "CAP_CHOWN". */
export const CAPABILITY_NAMES = [
  "CAP_CHOWN",
  "CAP_DAC_OVERRIDE",
  "CAP_DAC_READ_SEARCH",
  "CAP_FOWNER",
  "CAP_FSETID",
  "CAP_KILL",
  "CAP_SETGID",
  "CAP_SETUID",
  "CAP_SETPCAP",
  "CAP_LINUX_IMMUTABLE",
  "CAP_NET_BIND_SERVICE",
  "CAP_NET_BROADCAST",
  "CAP_NET_ADMIN",
  "CAP_NET_RAW",
  "CAP_IPC_LOCK",
  "CAP_IPC_OWNER",
  "CAP_SYS_MODULE",
  "CAP_SYS_RAWIO",
  "CAP_SYS_CHROOT",
  "CAP_SYS_PTRACE",
  "CAP_SYS_PACCT",
  "CAP_SYS_ADMIN",
  "CAP_SYS_BOOT",
  "CAP_SYS_NICE",
  "CAP_SYS_RESOURCE",
  "CAP_SYS_TIME",
  "CAP_SYS_TTY_CONFIG",
  "CAP_MKNOD",
  "CAP_LEASE",
  "CAP_AUDIT_WRITE",
  "CAP_AUDIT_CONTROL",
  "CAP_SETFCAP",
  "CAP_MAC_OVERRIDE",
  "CAP_MAC_ADMIN",
  "CAP_SYSLOG",
  "CAP_WAKE_ALARM",
  "CAP_BLOCK_SUSPEND",
  "CAP_AUDIT_READ",
  "CAP_PERFMON",
  "CAP_BPF",
  "CAP_CHECKPOINT_RESTORE",
] as const;

export type CapabilityName = (typeof CAPABILITY_NAMES)[number];
/** A capability's number. */
export type Capability = number;

export const CAP_CHOWN = 0;
export const CAP_DAC_OVERRIDE = 1;
export const CAP_DAC_READ_SEARCH = 2;
export const CAP_FOWNER = 3;
export const CAP_FSETID = 4;
export const CAP_KILL = 5;
export const CAP_SETGID = 6;
export const CAP_SETUID = 7;
export const CAP_SETPCAP = 8;
export const CAP_NET_BIND_SERVICE = 10;
export const CAP_NET_ADMIN = 12;
export const CAP_NET_RAW = 13;
export const CAP_IPC_OWNER = 15;
export const CAP_SYS_MODULE = 16;
export const CAP_SYS_CHROOT = 18;
export const CAP_SYS_PTRACE = 19;
export const CAP_SYS_ADMIN = 21;
export const CAP_SYS_BOOT = 22;
export const CAP_SYS_NICE = 23;
export const CAP_SYS_RESOURCE = 24;
export const CAP_SYS_TIME = 25;
export const CAP_SYS_TTY_CONFIG = 26;
export const CAP_MKNOD = 27;
export const CAP_SETFCAP = 31;
export const CAP_SYSLOG = 34;

/** The number of `CAP_CHOWN`, `chown` or `CHOWN`; `undefined` if there is no such capability. */
export function capabilityNumber(name: string): Capability | undefined {
  const upper = name.toUpperCase();
  const index = (CAPABILITY_NAMES as readonly string[]).indexOf(upper.startsWith("CAP_") ? upper : `CAP_${upper}`);
  return index < 0 ? undefined : index;
}

/** A set of capabilities as two 32-bit words. Immutable. */
export class CapabilitySet {
  static readonly EMPTY = new CapabilitySet(0, 0);
  static readonly FULL = new CapabilitySet(-1, (1 << (CAPABILITY_NAMES.length - 32)) - 1);

  readonly low: number;
  readonly high: number;

  constructor(low: number, high: number) {
    this.low = low | 0;
    this.high = high | 0;
  }

  static of(...capabilities: readonly Capability[]): CapabilitySet {
    return capabilities.reduce((set, capability) => set.with(capability), CapabilitySet.EMPTY);
  }

  get isEmpty(): boolean {
    return (this.low | this.high) === 0;
  }

  has(capability: Capability): boolean {
    return ((capability < 32 ? this.low >>> capability : this.high >>> (capability - 32)) & 1) === 1;
  }

  with(capability: Capability): CapabilitySet {
    return capability < 32
      ? new CapabilitySet(this.low | (1 << capability), this.high)
      : new CapabilitySet(this.low, this.high | (1 << (capability - 32)));
  }

  without(capability: Capability): CapabilitySet {
    return this.minus(CapabilitySet.EMPTY.with(capability));
  }

  union(other: CapabilitySet): CapabilitySet {
    return new CapabilitySet(this.low | other.low, this.high | other.high);
  }

  intersect(other: CapabilitySet): CapabilitySet {
    return new CapabilitySet(this.low & other.low, this.high & other.high);
  }

  minus(other: CapabilitySet): CapabilitySet {
    return new CapabilitySet(this.low & ~other.low, this.high & ~other.high);
  }

  /** True if every member of `other` is in this set. */
  includes(other: CapabilitySet): boolean {
    return (other.low & ~this.low) === 0 && (other.high & ~this.high) === 0;
  }

  equals(other: CapabilitySet): boolean {
    return this.low === other.low && this.high === other.high;
  }

  /** Sixteen hexadecimal digits, as /proc/PID/status prints a set. */
  toString(): string {
    return [this.high, this.low].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  *[Symbol.iterator](): IterableIterator<Capability> {
    for (let number = 0; number < CAPABILITY_NAMES.length; number++) if (this.has(number)) yield number;
  }
}
