/** Control files: how a cgroup is read and written, by the kernel's names and in its formats. */
import { Errno } from "../../abi/index.ts";
import type { Cgroup } from "./cgroup.ts";

export interface ControlFile {
  readonly read?: (cgroup: Cgroup) => string;
  readonly write?: (cgroup: Cgroup, value: string) => void;
  /** Not shown in the root cgroup. */
  readonly notOnRoot?: true;
}

export type ControlFiles = Readonly<Record<string, ControlFile>>;

/** "max" is infinity, else a decimal number. @throws EINVAL for anything else. */
export function parseLimit(text: string): number {
  const value = text.trim();
  if (value === "max") return Number.POSITIVE_INFINITY;
  if (!/^\d+$/.test(value)) throw new Errno("EINVAL");
  return Number(value);
}

export function formatLimit(limit: number): string {
  return Number.isFinite(limit) ? `${limit}\n` : "max\n";
}

/** A decimal number within [least, most]. @throws EINVAL for no number, ERANGE outside. */
export function parseWithin(text: string, least: number, most: number): number {
  const value = text.trim();
  if (!/^-?\d+$/.test(value)) throw new Errno("EINVAL");
  const number = Number(value);
  if (number < least || number > most) throw new Errno("ERANGE");
  return number;
}

/** Lines of "key value". */
export function formatFlat(entries: Readonly<Record<string, number>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `${key} ${value}\n`)
    .join("");
}
