/**
 * memory.stat and memory.numa_stat: what a subtree holds, and what happened to it. Everything that the simulated kernel
 * does not do (huge pages, compressed swap, moving between nodes) is shown as never having happened.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "memory.stat", mm/memcontrol.c:memory_stats, memcg_vm_event_stat
 */
import { PAGE_SIZE } from "../../abi/index.ts";
import type { Cgroup } from "./cgroup.ts";
import { formatFlat } from "./control-file.ts";
import { totals } from "./memory.ts";

const STATES = [
  ...["anon", "file", "kernel", "kernel_stack", "pagetables", "sec_pagetables", "percpu", "sock", "vmalloc", "shmem"],
  ...["zswap", "zswapped", "file_mapped", "file_dirty", "file_writeback", "swapcached"],
  ...["anon_thp", "file_thp", "shmem_thp"],
  ...["inactive_anon", "active_anon", "inactive_file", "active_file", "unevictable"],
  ...["slab_reclaimable", "slab_unreclaimable", "slab"],
  ...["workingset_refault_anon", "workingset_refault_file", "workingset_activate_anon", "workingset_activate_file"],
  ...["workingset_restore_anon", "workingset_restore_file", "workingset_nodereclaim"],
  ...["pgdemote_kswapd", "pgdemote_direct", "pgdemote_khugepaged", "pgdemote_proactive", "pgpromote_success"],
] as const;

/** What is not counted by memory node. */
const WITHOUT_NODE: ReadonlySet<string> = new Set([
  ...["kernel", "percpu", "sock", "vmalloc", "zswap", "zswapped", "slab"],
]);

const EVENTS = [
  ...["pgscan", "pgsteal", "pswpin", "pswpout"],
  ...["pgscan_kswapd", "pgscan_direct", "pgscan_khugepaged", "pgscan_proactive"],
  ...["pgsteal_kswapd", "pgsteal_direct", "pgsteal_khugepaged", "pgsteal_proactive"],
  ...["pgfault", "pgmajfault", "pgrefill", "pgactivate", "pgdeactivate", "pglazyfree", "pglazyfreed"],
  ...["swpin_zero", "swpout_zero", "zswpin", "zswpout", "zswpwb"],
  ...["thp_fault_alloc", "thp_collapse_alloc", "thp_swpout", "thp_swpout_fallback"],
  ...["numa_pages_migrated", "numa_pte_updates", "numa_hint_faults"],
] as const;

type Counts = Readonly<Record<string, number>>;

/** Bytes that are held. There is one list of pages for each kind, so none of them is "active". */
function held(cgroup: Cgroup): Counts {
  const { anon, shmem, file, sock } = totals(cgroup);
  return { anon, file: file + shmem, sock, shmem, inactive_anon: anon + shmem, inactive_file: file };
}

function happened(cgroup: Cgroup): Counts {
  const { swappedAnon, swappedShmem } = totals(cgroup);
  return { pswpout: (swappedAnon + swappedShmem) / PAGE_SIZE };
}

const inOrder = (names: readonly string[], counts: Counts): Counts =>
  Object.fromEntries(names.map((name) => [name, counts[name] ?? 0]));

export function formatStat(cgroup: Cgroup): string {
  return formatFlat(inOrder(STATES, held(cgroup))) + formatFlat(inOrder(EVENTS, happened(cgroup)));
}

/** All memory is in node 0. */
export function formatNumaStat(cgroup: Cgroup): string {
  const states = Object.entries(inOrder(STATES, held(cgroup))).filter(([name]) => !WITHOUT_NODE.has(name));
  return states.map(([name, bytes]) => `${name} N0=${bytes}\n`).join("");
}
