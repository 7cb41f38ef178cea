/** A look at the processes and at the processors. @see proc_pid_stat(5), proc_stat(5) */
import type { Routine } from "../../../../abi/index.ts";
import { readText } from "../../../io.ts";
import { type ProcessRow, processRows } from "../process-table.ts";

export interface Sample {
  readonly rows: readonly ProcessRow[];
  readonly ticks: ReadonlyMap<number, number>;
  readonly cpu: CpuTicks;
}

export interface CpuTicks {
  /** usr, nic, sys, idle, io, irq, sirq, steal */
  readonly parts: readonly number[];
  readonly total: number;
  readonly busy: number;
}

export function* takeSample(threads: boolean): Routine<Sample> {
  const rows = yield* processRows(threads);
  const ticks = new Map(rows.map((row) => [row.pid, row.userTicks + row.systemTicks]));
  const [first = ""] = (yield* readText("/proc/stat")).split("\n");
  const parts = first.split(/\s+/).slice(1, 9).map(Number);
  const total = parts.reduce((sum, part) => sum + part, 0);
  return { rows, ticks, cpu: { parts, total, busy: total - (parts[3] ?? 0) - (parts[4] ?? 0) } };
}
