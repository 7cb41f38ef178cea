/** Numbers on the command line: decimal digits with an optional suffix, as libbb's xatou family takes them. */
import type { Routine } from "../../../abi/index.ts";
import { ownValue } from "../../../lib/index.ts";
import type { Io } from "../../io.ts";

export type Suffixes = Readonly<Record<string, number>>;

const K = 1024;

/** `dd`, and `truncate` without the first three. */
export const DATA_SUFFIXES: Suffixes = {
  c: 1,
  w: 2,
  b: 512,
  kB: 1000,
  kD: 1000,
  k: K,
  KB: 1000,
  KD: 1000,
  K,
  MB: 1_000_000,
  MD: 1_000_000,
  M: K * K,
  GB: 1_000_000_000,
  GD: 1_000_000_000,
  G: K * K * K,
};

/** `truncate`. */
export const SIZE_SUFFIXES: Suffixes = Object.fromEntries(
  Object.entries(DATA_SUFFIXES).filter(([suffix]) => !["c", "w", "b"].includes(suffix)),
);

/** `fallocate`, `shred`. */
export const BINARY_SUFFIXES: Suffixes = {
  KiB: K,
  kiB: K,
  K,
  k: K,
  MiB: K * K,
  miB: K * K,
  M: K * K,
  m: K * K,
  GiB: K * K * K,
  giB: K * K * K,
  G: K * K * K,
  g: K * K * K,
  KB: 1000,
  MB: 1_000_000,
  GB: 1_000_000_000,
};

const UINT64_MAX = (1n << 64n) - 1n;
export const INT_MAX = 2_147_483_647;
export const INT64_MAX = (1n << 63n) - 1n;

export interface NumberForm {
  readonly suffixes?: Suffixes;
  readonly least?: bigint | number;
  readonly most?: bigint | number;
}

/** Reads a number that is not negative; says what is wrong with it and ends the applet otherwise. */
export function* numberOrDie(io: Io, text: string, form: NumberForm = {}): Routine<number> {
  const { suffixes = {}, least = 0, most = UINT64_MAX } = form;
  const [, digits = "", suffix = ""] = /^([0-9]+)(.*)$/s.exec(text) ?? [];
  const value = digits === "" ? UINT64_MAX + 1n : BigInt(digits);
  const factor = suffix === "" ? 1 : ownValue(suffixes, suffix);
  if (value > UINT64_MAX || factor === undefined) return yield* io.die(`invalid number '${text}'`);
  const scaled = value * BigInt(factor);
  if (scaled > UINT64_MAX || scaled < BigInt(least) || scaled > BigInt(most)) {
    return yield* io.die(`number ${text} is not in ${least}..${most} range`);
  }
  return Number(scaled);
}
