/** Control files: how a cgroup is read and written, by the kernel's names and in its formats. */
import { PAGE_SIZE } from "../../abi/index.ts";
import type { Process } from "../process.ts";
import type { Cgroup } from "./cgroup.ts";
import type { ControllerName } from "./controllers.ts";
import { parseAmount } from "./number.ts";

export interface ControlFile {
  /** `reader` is who reads: pids are those of its namespace. */
  readonly read?: (cgroup: Cgroup, reader: Process) => string;
  readonly write?: (cgroup: Cgroup, value: string, writer: Process) => void;
  /** What one open file does, where open files differ from each other. */
  readonly open?: (cgroup: Cgroup) => OpenControlFile;
  /** Shown only where this controller is enabled. */
  readonly controller?: ControllerName;
  /** Not shown in the root cgroup. */
  readonly notOnRoot?: true;
  /** May be written from within the cgroup namespace whose root the cgroup is. @see /sys/kernel/cgroup/delegate */
  readonly delegatable?: true;
  /** Whoever polls an open file is told when it changes. */
  readonly notifies?: true;
  /** One of the files that `cgroup.pressure` hides. */
  readonly pressure?: true;
}

/** A control file that remembers who opened it. */
export interface OpenControlFile {
  readonly read: () => string;
  readonly write?: (value: string) => void;
  readonly release?: () => void;
}

export type ControlFiles = Readonly<Record<string, ControlFile>>;

/** The largest number of pages that a counter holds, which is no limit. @see include/linux/page_counter.h */
const PAGE_COUNTER_MAX = 2 ** 51 - 1;

/**
 * Bytes, with a unit or "max", rounded down to pages.
 *
 * @throws EINVAL for anything else. @see mm/page_counter.c:page_counter_memparse
 */
export function parseBytes(text: string): number {
  const value = text.trim();
  if (value === "max") return Number.POSITIVE_INFINITY;
  const pages = Number(parseAmount(value) / BigInt(PAGE_SIZE));
  return pages >= PAGE_COUNTER_MAX ? Number.POSITIVE_INFINITY : pages * PAGE_SIZE;
}

export function formatLimit(limit: number): string {
  return Number.isFinite(limit) ? `${BigInt(limit)}\n` : "max\n";
}

/** Lines of "key value". */
export function formatFlat(entries: Readonly<Record<string, number>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `${key} ${value}\n`)
    .join("");
}

/** The cgroup and all above it, which count the same. */
export function upwards(cgroup: Cgroup): readonly Cgroup[] {
  const all: Cgroup[] = [];
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) all.push(at);
  return all;
}
