/** Suffixes of sizes of disks. @see busybox: libbb/xatonum.c kMG_suffixes */
import type { Suffixes } from "../files/number.ts";

const K = 1024;

export const UNIT_SUFFIXES: Suffixes = { K, k: K, M: K * K, m: K * K, G: K * K * K, g: K * K * K };
