/**
 * The files of the memory controller.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Memory Interface Files"
 */
import { Errno, PAGE_SIZE } from "../../abi/index.ts";
import { enforceMax } from "../memory/oom.ts";
import type { Cgroup } from "./cgroup.ts";
import {
  type ControlFile,
  type ControlFiles,
  formatFlat,
  formatLimit,
  type OpenControlFile,
  parseBytes,
} from "./control-file.ts";
import type { PeakWatch } from "./memory.ts";
import { formatNumaStat, formatStat } from "./memory-stat.ts";
import { parseAmount, parseSigned } from "./number.ts";
import { reclaim } from "./reclaim.ts";

type LimitField = "min" | "low" | "high" | "max" | "swapHigh" | "swapMax";

const common = { notOnRoot: true, controller: "memory" } as const;

const limitFile = (field: LimitField, enforce?: (cgroup: Cgroup) => void): ControlFile => ({
  ...common,
  read: (cgroup) => formatLimit(cgroup.memory[field]),
  write: (cgroup, value) => {
    cgroup.memory[field] = parseBytes(value);
    enforce?.(cgroup);
  },
});

const counter = (read: (cgroup: Cgroup) => number): ControlFile => ({
  ...common,
  read: (cgroup) => `${read(cgroup)}\n`,
});

/** A peak: writing anything to an open file makes that show the peak since then. */
function peakFile(
  peak: "peakBytes" | "swapPeakBytes",
  current: "currentBytes" | "swapBytes",
  watches: "peakWatches" | "swapPeakWatches",
): ControlFile {
  const open = ({ memory }: Cgroup): OpenControlFile => {
    let watch: PeakWatch | undefined;
    return {
      read: () => `${watch?.bytes ?? memory[peak]}\n`,
      write: () => {
        watch ??= { bytes: 0 };
        watch.bytes = memory[current];
        memory[watches] ??= new Set();
        memory[watches].add(watch);
      },
      release: () => {
        if (watch !== undefined) memory[watches]?.delete(watch);
      },
    };
  };
  return { ...counter(({ memory }) => memory[peak]), open };
}

/** Page cache beyond memory.high goes at once. */
function enforceHigh(cgroup: Cgroup): void {
  const over = cgroup.memory.currentBytes - cgroup.memory.high;
  if (over > 0) reclaim(cgroup, over);
}

/** "BYTES [swappiness=N]". @throws EAGAIN if not all of it could be taken back */
function writeReclaim(cgroup: Cgroup, value: string): void {
  const [amount = "", ...options] = value.trim().split(/\s+/);
  if (!options.every((option) => /^swappiness=(\d+|max)$/.test(option))) throw new Errno("EINVAL");
  if (!/^\d/.test(amount)) throw new Errno("EINVAL");
  const pages = Number(parseAmount(amount) / BigInt(PAGE_SIZE));
  const bytes = Math.min(pages * PAGE_SIZE, Number.MAX_SAFE_INTEGER);
  if (reclaim(cgroup, bytes) < bytes) throw new Errno("EAGAIN");
}

export const MEMORY_FILES: ControlFiles = {
  "memory.current": counter(({ memory }) => memory.currentBytes),
  "memory.events": { ...common, notifies: true, read: ({ memory }) => formatFlat(memory.events.all) },
  "memory.events.local": { ...common, notifies: true, read: ({ memory }) => formatFlat(memory.events.local) },
  "memory.high": limitFile("high", enforceHigh),
  "memory.low": limitFile("low"),
  "memory.max": limitFile("max", enforceMax),
  "memory.min": limitFile("min"),
  "memory.numa_stat": { controller: "memory", read: formatNumaStat },
  "memory.oom.group": {
    ...common,
    delegatable: true,
    read: ({ memory }) => `${memory.oomGroup ? 1 : 0}\n`,
    write: ({ memory }, value) => {
      const number = parseSigned(value.trim());
      if (number !== 0n && number !== 1n) throw new Errno("EINVAL");
      memory.oomGroup = number === 1n;
    },
  },
  "memory.peak": peakFile("peakBytes", "currentBytes", "peakWatches"),
  "memory.reclaim": { controller: "memory", delegatable: true, write: writeReclaim },
  "memory.stat": { controller: "memory", read: formatStat },
  "memory.swap.current": counter(({ memory }) => memory.swapBytes),
  "memory.swap.events": { ...common, notifies: true, read: ({ memory }) => formatFlat(memory.events.swap) },
  "memory.swap.high": limitFile("swapHigh"),
  "memory.swap.max": limitFile("swapMax"),
  "memory.swap.peak": peakFile("swapPeakBytes", "swapBytes", "swapPeakWatches"),
};
