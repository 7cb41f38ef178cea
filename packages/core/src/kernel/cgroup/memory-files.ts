/**
 * The files of the memory controller.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Memory Interface Files"
 */
import { Errno, PAGE_SIZE } from "../../abi/index.ts";
import { enforceMax } from "../oom.ts";
import type { Cgroup } from "./cgroup.ts";
import {
  type ControlFile,
  type ControlFiles,
  formatFlat,
  formatLimit,
  type OpenControlFile,
  parseBytes,
  parseWithin,
} from "./control-file.ts";
import { type PeakWatch, totals } from "./memory.ts";
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

/** Writing anything to an open file makes it show the peak since then. */
function openPeak(cgroup: Cgroup): OpenControlFile {
  let watch: PeakWatch | undefined;
  const { memory } = cgroup;
  return {
    read: () => `${watch?.bytes ?? memory.peakBytes}\n`,
    write: () => {
      watch ??= { bytes: 0 };
      watch.bytes = memory.currentBytes;
      memory.peakWatches ??= new Set();
      memory.peakWatches.add(watch);
    },
    release: () => {
      if (watch !== undefined) memory.peakWatches?.delete(watch);
    },
  };
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
  const bytes = Math.min(parseBytes(amount), Number.MAX_SAFE_INTEGER);
  if (reclaim(cgroup, bytes) < bytes) throw new Errno("EAGAIN");
}

function stat(cgroup: Cgroup): string {
  const { anon, shmem, file, sock, swappedAnon, swappedShmem } = totals(cgroup);
  const swapped = swappedAnon + swappedShmem;
  return formatFlat({
    anon,
    file: file + shmem,
    kernel: 0,
    kernel_stack: 0,
    pagetables: 0,
    sec_pagetables: 0,
    percpu: 0,
    sock,
    vmalloc: 0,
    shmem,
    zswap: 0,
    zswapped: 0,
    file_mapped: 0,
    file_dirty: 0,
    file_writeback: 0,
    swapcached: 0,
    anon_thp: 0,
    file_thp: 0,
    shmem_thp: 0,
    inactive_anon: anon + shmem,
    active_anon: 0,
    inactive_file: file,
    active_file: 0,
    unevictable: 0,
    slab_reclaimable: 0,
    slab_unreclaimable: 0,
    slab: 0,
    workingset_refault_anon: 0,
    workingset_refault_file: 0,
    workingset_activate_anon: 0,
    workingset_activate_file: 0,
    workingset_restore_anon: 0,
    workingset_restore_file: 0,
    workingset_nodereclaim: 0,
    pswpin: 0,
    pswpout: swapped / PAGE_SIZE,
    pgscan: 0,
    pgsteal: 0,
    pgfault: 0,
    pgmajfault: 0,
  });
}

export const MEMORY_FILES: ControlFiles = {
  "memory.current": counter(({ memory }) => memory.currentBytes),
  "memory.events": { ...common, notifies: true, read: ({ memory }) => formatFlat(memory.events.all) },
  "memory.events.local": { ...common, notifies: true, read: ({ memory }) => formatFlat(memory.events.local) },
  "memory.high": limitFile("high", enforceHigh),
  "memory.low": limitFile("low"),
  "memory.max": limitFile("max", enforceMax),
  "memory.min": limitFile("min"),
  "memory.oom.group": {
    ...common,
    delegatable: true,
    read: ({ memory }) => `${memory.oomGroup ? 1 : 0}\n`,
    write: ({ memory }, value) => {
      if (!/^\s*[01]\s*$/.test(value)) throw new Errno("EINVAL");
      memory.oomGroup = parseWithin(value, 0, 1) === 1;
    },
  },
  "memory.peak": { ...counter(({ memory }) => memory.peakBytes), open: openPeak },
  "memory.reclaim": { controller: "memory", delegatable: true, write: writeReclaim },
  "memory.stat": { controller: "memory", read: stat },
  "memory.swap.current": counter(({ memory }) => memory.swapBytes),
  "memory.swap.events": { ...common, notifies: true, read: ({ memory }) => formatFlat(memory.events.swap) },
  "memory.swap.high": limitFile("swapHigh"),
  "memory.swap.max": limitFile("swapMax"),
  "memory.swap.peak": counter(({ memory }) => memory.swapPeakBytes),
};
