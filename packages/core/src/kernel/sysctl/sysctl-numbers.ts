/**
 * What sysctls that are numbers take: one number or several, decimal, octal or hexadecimal, within limits.
 *
 * @see kernel/sysctl.c:proc_dointvec_minmax, proc_doulongvec_minmax
 */
import { Errno } from "../../abi/index.ts";

const INT_MAX = 2_147_483_647n;
const INT_MIN = -2_147_483_648n;
const ULONG_MAX = (1n << 64n) - 1n;

/** The least and the most; other sysctls take all that an int holds. */
const LIMITS: Readonly<Record<string, readonly [min: bigint, max: bigint]>> = {
  "fs.mqueue.msg_default": [1n, 65_536n],
  "fs.mqueue.msg_max": [1n, 65_536n],
  "fs.mqueue.msgsize_default": [128n, 16_777_216n],
  "fs.mqueue.msgsize_max": [128n, 16_777_216n],
  "fs.suid_dumpable": [0n, 2n],
  "kernel.dmesg_restrict": [0n, 1n],
  "kernel.kptr_restrict": [0n, 2n],
  "kernel.msgmax": [0n, INT_MAX],
  "kernel.msgmnb": [0n, INT_MAX],
  "kernel.msgmni": [0n, 32_768n],
  "kernel.pid_max": [301n, 4_194_304n],
  "kernel.shm_rmid_forced": [0n, 1n],
  "kernel.shmmni": [0n, 32_768n],
  "net.core.somaxconn": [0n, INT_MAX],
  "net.ipv4.ip_default_ttl": [1n, 255n],
  "net.ipv4.ip_local_port_range": [1n, 65_535n],
  "net.ipv4.ip_unprivileged_port_start": [0n, 65_535n],
  "vm.overcommit_memory": [0n, 2n],
  "vm.swappiness": [0n, 200n],
};

/** True for a value that is one number or several. */
export const isNumbers = (value: string): boolean => /^-?\d+(\t-?\d+)*$/.test(value);

/** Takes numbers, and remembers what it last made of each sysctl: every container sets the same few when it starts. */
export class SysctlNumbers {
  readonly #taken = new Map<string, { readonly old: string; readonly text: string; readonly value: string }>();

  /**
   * The new value of a sysctl: `text` may give its first numbers only, and say more than it has.
   *
   * @throws EINVAL for what is no number, or beyond the limits.
   */
  take(name: string, { initial, old }: { readonly initial: string; readonly old: string }, text: string): string {
    const known = this.#taken.get(name);
    if (known?.old === old && known.text === text) return known.value;
    const value = takeAll(name, { initial, old }, text);
    this.#taken.set(name, { old, text, value });
    return value;
  }
}

function takeAll(
  name: string,
  { initial, old }: { readonly initial: string; readonly old: string },
  text: string,
): string {
  const current = old.split("\t");
  const given = text.trim().split(/\s+/).slice(0, current.length);
  const [min, max] = LIMITS[name] ?? widthOf(initial);
  const numbers = current.map((number, index) => {
    const word = given[index];
    const value = word === undefined ? BigInt(number) : parse(word);
    if (value === undefined || value < min || value > max) throw new Errno("EINVAL");
    return String(value);
  });
  if (name === "net.ipv4.ip_local_port_range" && Number(numbers[0]) > Number(numbers[1])) throw new Errno("EINVAL");
  return numbers.join("\t");
}

/** It is wide enough for what it begins with. */
function widthOf(initial: string): readonly [min: bigint, max: bigint] {
  const isLong = initial.split("\t").some((number) => BigInt(number) > INT_MAX);
  return isLong ? [0n, ULONG_MAX] : [INT_MIN, INT_MAX];
}

function parse(word: string): bigint | undefined {
  const [, sign, hex, octal, decimal] = /^(-?)(?:0x([0-9a-f]+)|0([0-7]+)|(\d+))$/i.exec(word) ?? [];
  const digits = hex === undefined ? (octal === undefined ? decimal : `0o${octal}`) : `0x${hex}`;
  if (digits === undefined) return undefined;
  return sign === "-" ? -BigInt(digits) : BigInt(digits);
}
