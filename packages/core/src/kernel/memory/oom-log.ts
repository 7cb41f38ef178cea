/** What the OOM killer writes to the kernel's log. @see mm/oom_kill.c:dump_header, mm/memcontrol.c:mem_cgroup_print_oom_meminfo */
import { PAGE_SIZE } from "../../abi/index.ts";
import type { Cgroup } from "../cgroup/cgroup.ts";
import { totals } from "../cgroup/memory.ts";
import type { Process } from "../process.ts";

const WARNING = 4;
const INFO = 6;
const ERROR = 3;

const kB = (bytes: number): string => `${Math.floor(bytes / 1024)}kB`;
const limit = (bytes: number): string => (Number.isFinite(bytes) ? kB(bytes) : "9007199254740988kB");

/** Why somebody has to be killed, and among whom. */
export function logOom(full: Cgroup, asking: Process | undefined, candidates: readonly Process[]): void {
  const { log } = full.kernel;
  if (asking !== undefined) {
    log.print(
      WARNING,
      `${asking.name} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=${asking.traits.oomScoreAdj}`,
    );
  }
  const { memory } = full;
  log.print(
    INFO,
    `memory: usage ${kB(memory.currentBytes)}, limit ${limit(memory.max)}, failcnt ${memory.events.all.max}`,
  );
  log.print(
    INFO,
    `swap: usage ${kB(memory.swapBytes)}, limit ${limit(memory.swapMax)}, failcnt ${memory.events.swap.fail}`,
  );
  log.print(INFO, `Memory cgroup stats for ${full.path}:`);
  const { anon, file, shmem } = totals(full);
  for (const [name, bytes] of Object.entries({ anon, file: file + shmem, shmem })) log.print(INFO, `${name} ${bytes}`);
  log.print(INFO, "Tasks state (memory values in pages):");
  log.print(INFO, "[  pid  ]   uid  tgid total_vm      rss oom_score_adj name");
  for (const process of candidates) log.print(INFO, taskLine(process));
  if (candidates.length === 0) log.print(WARNING, "Out of memory and no killable processes...");
}

function taskLine({ pid, creds, memoryBytes, traits, name }: Process): string {
  const pages = String(memoryBytes / PAGE_SIZE).padStart(8);
  const adjustment = String(traits.oomScoreAdj).padStart(13);
  const number = String(pid);
  return `[${number.padStart(7)}] ${String(creds.realUid).padStart(5)} ${number.padStart(5)} ${pages} ${pages} ${adjustment} ${name}`;
}

/** Who it hits. */
export function logVictim(victim: Process, full: Cgroup): void {
  const { log } = full.kernel;
  const isMachine = full.parent === undefined;
  const uid = victim.creds.realUid;
  const where = isMachine
    ? "constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom"
    : `constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=${full.path}`;
  log.print(
    INFO,
    `oom-kill:${where},task_memcg=${victim.cgroup.path},task=${victim.name},pid=${victim.pid},uid=${uid}`,
  );
  const held = kB(victim.memoryBytes);
  log.print(
    ERROR,
    `${isMachine ? "Out of memory" : "Memory cgroup out of memory"}: Killed process ${victim.pid} (${victim.name}) total-vm:${held}, anon-rss:${held}, file-rss:0kB, shmem-rss:0kB, UID:${uid} pgtables:0kB oom_score_adj:${victim.traits.oomScoreAdj}`,
  );
}
