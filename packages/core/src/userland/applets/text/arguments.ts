/** Numbers on the command line as libbb's xatou family reads them, and options of applets whose errors end with 2. */
import type { Routine } from "../../../abi/index.ts";
import { ownValue } from "../../../lib/index.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { AppletExit, type Io } from "../../io.ts";

export const INT_MAX = 2_147_483_647;
const UINT32_LIMIT = 2 ** 32;
const UINT64_LIMIT = 2 ** 64;

/** Suffixes b, k and m. */
export const BKM: Readonly<Record<string, number>> = { b: 512, k: 1024, m: 1_048_576 };

/** Binary and decimal suffixes, as hexdump takes them. */
export const KMG: Readonly<Record<string, number>> = {
  k: 1024,
  K: 1024,
  KiB: 1024,
  KB: 1000,
  m: 1_048_576,
  M: 1_048_576,
  MiB: 1_048_576,
  MB: 1_000_000,
  g: 1_073_741_824,
  G: 1_073_741_824,
  GiB: 1_073_741_824,
  GB: 1_000_000_000,
};

export interface NumberOptions {
  readonly least?: number;
  readonly most?: number;
  readonly suffixes?: Readonly<Record<string, number>>;
  /** Exit code of an error. */
  readonly code?: number;
}

/** A number of decimal digits; anything else ends the applet with `invalid number`. */
export function* toNumber(io: Io, text: string, options: NumberOptions = {}): Routine<number> {
  const { least = 0, most = UINT64_LIMIT, suffixes = {}, code = 1 } = options;
  const [, sign = "", digits = "", suffix = ""] = /^([-]?)([0-9]+)(.*)$/s.exec(text) ?? [];
  const factor = suffix === "" ? 1 : ownValue(suffixes, suffix);
  const value = Number(digits);
  const refused = digits === "" || factor === undefined || (sign === "-" && least >= 0);
  // What a number of that size cannot hold is no number.
  const limit = most < UINT32_LIMIT ? UINT32_LIMIT : UINT64_LIMIT;
  if (refused || value >= limit) return yield* io.die(`invalid number '${text}'`, code);
  const result = (sign === "-" ? -value : value) * factor;
  if (result < least || result > most) {
    return yield* io.die(`number ${text} is not in ${least}..${most} range`, code);
  }
  return result;
}

/** A number as C writes it: decimal, octal behind a 0, hexadecimal behind 0x. Anything else ends the applet. */
export function* toCNumber(
  io: Io,
  text: string,
  options: { readonly signed?: boolean; readonly suffixes?: Readonly<Record<string, number>> } = {},
): Routine<number> {
  const { signed = false, suffixes = {} } = options;
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)(.*)$/s.exec(text);
  const [, sign = "", digits = "", suffix = ""] = match ?? [];
  const factor = suffix === "" ? 1 : ownValue(suffixes, suffix);
  if (match === null || factor === undefined || (sign !== "" && !signed)) {
    return yield* io.die(`invalid number '${text}'`);
  }
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return (sign === "-" ? -value : value) * factor;
}

/** `getopt` for applets that refuse wrong options with another code than 1. */
export function* getoptOr(
  io: Io,
  code: number,
  spec: string,
  longs: Readonly<Record<string, string>> = {},
): Routine<Options> {
  try {
    return yield* getopt(io, spec, longs);
  } catch (ending) {
    if (ending instanceof AppletExit) throw new AppletExit(code);
    throw ending;
  }
}

/** The usage, and the end with `code`. */
export function* usage(io: Io, code = 1): Routine<never> {
  return yield* showUsage(io, io.name, code);
}
