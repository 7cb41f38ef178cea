/** The processes of a machine and what each waits for: what `world.explain()` says of it. */
import type { Kernel, Process } from "../../kernel/index.ts";
import { containerIdOf } from "../container/cgroup-owner.ts";
import { commandWords, durationWords } from "./words.ts";

/** Machines can have a hundred thousand processes. */
const LINES_LIMIT = 50;

/** A line for each process of a container, and for those of the machine that have something to do. */
export function* processLines(kernel: Kernel, nameOf: (containerId: string) => string): Iterable<string> {
  let lines = 0;
  let more = 0;
  for (const process of kernel.processes.values()) {
    const id = containerIdOf(process.cgroup);
    // What holds a machine up (its init, the runtime's parent) sleeps for ever, and means nothing by it.
    if (process.state === "dead" || (id === undefined && process.call?.name === "pause")) continue;
    if (lines++ >= LINES_LIMIT) more++;
    else yield lineOf(process, id === undefined ? "the machine" : nameOf(id));
  }
  if (more > 0) yield `… and ${more} more processes`;
}

function lineOf(process: Process, owner: string): string {
  return `${owner}: ${commandWords(process.argv)} (pid ${process.pid}) ${doing(process)}`;
}

function doing({ state, parked, call, cgroup, kernel }: Process): string {
  if (state !== "running") return state === "stopped" ? "is stopped" : "has ended, and nobody has waited for it";
  if (cgroup.frozen) return "is paused";
  if (parked === undefined) return cgroup.cpuIfAny?.bandwidth?.throttledSinceUs === undefined ? "runs" : "is throttled";
  const queues = parked.on.map(({ name }) => name);
  const end = parked.untilUs;
  const on = queues.length === 0 ? "" : ` on ${queues.join(", ")}`;
  const until =
    end === undefined || !Number.isFinite(end) ? "" : ` until ${durationWords(end - kernel.world.clock.startUs)}`;
  return `sleeps in ${call?.name ?? "the kernel"}${on}${until}`;
}
