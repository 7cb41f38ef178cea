/** Control files: how a cgroup is read and written, by the kernel's names and in its formats. */
import { Errno, PAGE_SIZE } from "../../abi/index.ts";
import type { Process } from "../process.ts";
import type { Cgroup } from "./cgroup.ts";
import type { ControllerName } from "./controllers.ts";

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

const UNITS = "kmgtpe";

/**
 * Bytes, with a unit or "max", rounded down to pages.
 *
 * @throws EINVAL for anything else. @see mm/page_counter.c:page_counter_memparse
 */
export function parseBytes(text: string): number {
  const value = text.trim();
  if (value === "max") return Number.POSITIVE_INFINITY;
  const match = /^(0x[\da-f]+|\d+)([kmgtpe]?)$/i.exec(value);
  if (match === null) throw new Errno("EINVAL");
  const [, digits = "", unit = ""] = match;
  const bytes = Number(digits) * 1024 ** (unit === "" ? 0 : UNITS.indexOf(unit.toLowerCase()) + 1);
  const pages = Math.floor(bytes / PAGE_SIZE);
  return pages * PAGE_SIZE >= 2 ** 63 - 1 ? Number.POSITIVE_INFINITY : pages * PAGE_SIZE;
}

export function formatLimit(limit: number): string {
  return Number.isFinite(limit) ? `${limit}\n` : "max\n";
}

/** A decimal number within [least, most]. @throws EINVAL for no number, ERANGE outside. */
export function parseWithin(text: string, least: number, most: number): number {
  const value = text.trim();
  if (!/^[-+]?\d+$/.test(value)) throw new Errno("EINVAL");
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

/** Something that a cgroup and all above it count. */
export function* upwards(cgroup: Cgroup): IterableIterator<Cgroup> {
  for (let at: Cgroup | undefined = cgroup; at !== undefined; at = at.parent) yield at;
}
