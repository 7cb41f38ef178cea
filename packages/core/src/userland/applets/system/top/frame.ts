/**
 * top: what the processes do, again and again.
 *
 * Unlike the real one it takes no keys: it ends after `-n` rounds or by a signal.
 *
 * @see top(1)
 */
import { nanosleep, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { type Io, readText } from "../../io.ts";
import { unsignedOrDie } from "../../number.ts";
import { Names } from "../../passwd.ts";
import { compactSize } from "./compact-size.ts";
import { durationOrDie } from "./duration.ts";
import { commandLine, type ProcessRow, processRows, stateText } from "./process-table.ts";
import { type TerminalSize, terminalSize } from "./terminal-size.ts";

const FIRST_SAMPLE_US = 100_000;
const DEFAULT_INTERVAL_US = 5_000_000;
const BATCH_SIZE: TerminalSize = { columns: 446, rows: Number.POSITIVE_INFINITY };
const HEADING = "  PID  PPID USER     STAT   RSS %RSS %CPU COMMAND";
const FRAME_LINES = 4;

/** A look at the processes and at the processors. */
interface Sample {
  readonly rows: readonly ProcessRow[];
  readonly ticks: ReadonlyMap<number, number>;
  readonly cpu: CpuTicks;
}

interface CpuTicks {
  /** usr, nic, sys, idle, io, irq, sirq, steal */
  readonly parts: readonly number[];
  readonly total: number;
  readonly busy: number;
}

export const top: Applet = function* (io) {
  const options = yield* getopt(io, "d:n:bHm");
  const interval = options.value("d");
  const intervalUs = interval === undefined ? DEFAULT_INTERVAL_US : yield* durationOrDie(io, interval);
  const count = options.value("n");
  const rounds = count === undefined ? Number.POSITIVE_INFINITY : yield* unsignedOrDie(io, count);
  let previous = yield* takeSample(options.has("H"));
  yield* nanosleep(FIRST_SAMPLE_US);
  for (let round = 1; ; round++) {
    const current = yield* takeSample(options.has("H"));
    yield* showFrame(io, previous, current, options.has("b"));
    if (round >= rounds) return 0;
    previous = current;
    yield* nanosleep(intervalUs);
  }
};

function* takeSample(threads: boolean): Routine<Sample> {
  const rows = yield* processRows(threads);
  const ticks = new Map(rows.map((row) => [row.pid, row.userTicks + row.systemTicks]));
  const [first = ""] = (yield* readText("/proc/stat")).split("\n");
  const parts = first.split(/\s+/).slice(1, 9).map(Number);
  const total = parts.reduce((sum, part) => sum + part, 0);
  return { rows, ticks, cpu: { parts, total, busy: total - (parts[3] ?? 0) - (parts[4] ?? 0) } };
}

function* showFrame(io: Io, previous: Sample, current: Sample, isBatch: boolean): Routine<void> {
  const { columns, rows } = isBatch ? BATCH_SIZE : yield* terminalSize(0, io.env);
  const memory = new Map(
    [...(yield* readText("/proc/meminfo")).matchAll(/^(\w+): *(\d+)/gm)].map(([, name, kib]) => [name, Number(kib)]),
  );
  const kib = (name: string): number => memory.get(name) ?? 0;
  const free = kib("MemFree");
  const memoryLine = `Mem: ${kib("MemTotal") - free}K used, ${free}K free, ${kib("Shmem")}K shrd, ${kib("Buffers")}K buff, ${kib("Cached")}K cached`;
  yield* io.out.write(isBatch ? "" : "\x1b[H\x1b[J");
  yield* io.out.line(memoryLine.slice(0, columns));
  yield* io.out.line(cpuLine(previous.cpu, current.cpu).slice(0, columns));
  yield* io.out.line(`Load average: ${(yield* readText("/proc/loadavg")).trimEnd()}`.slice(0, columns));
  yield* io.out.write(isBatch ? HEADING : `\x1b[7m${HEADING.slice(0, columns)}\x1b[m`);
  const used = new Map(current.rows.map(({ pid }) => [pid, ticksSince(previous, current, pid)]));
  const percentOf = cpuShare(previous, current, [...used.values()]);
  const names = new Names(io);
  for (const row of busiest(current, used).slice(0, rows - FRAME_LINES)) {
    const percentMemory = Math.floor((row.rssKib * 100) / Math.max(1, kib("MemTotal")) + 0.5);
    const who = identity(row, (yield* names.user(row.uid)) ?? String(row.uid));
    const size = compactSize(row.rssKib, 5, " mgtpezy");
    const numbers = `${percent(percentMemory)}${percent(percentOf(used.get(row.pid) ?? 0))}`;
    const start = `${who} ${stateText(row)}  ${size}${numbers} `;
    yield* io.out.write(`\n${start}${yield* commandLine(row, Math.max(0, columns - start.length))}`);
  }
  yield* io.out.write(isBatch ? "\n" : "\r");
  yield* io.out.flush();
}

function ticksSince(previous: Sample, current: Sample, pid: number): number {
  const before = previous.ticks.get(pid);
  return before === undefined ? 0 : (current.ticks.get(pid) ?? 0) - before;
}

/** By processor time since the last look, then by memory, then by processor time in all. */
function busiest(sample: Sample, used: ReadonlyMap<number, number>): readonly ProcessRow[] {
  const recent = ({ pid }: ProcessRow): number => used.get(pid) ?? 0;
  const ever = ({ pid }: ProcessRow): number => sample.ticks.get(pid) ?? 0;
  return [...sample.rows].sort((a, b) => recent(b) - recent(a) || b.rssKib - a.rssKib || ever(b) - ever(a));
}

/** A process's share: of the processes' time, and of the part of all time that the processors were busy. */
function cpuShare(previous: Sample, current: Sample, used: readonly number[]): (ticks: number) => number {
  const busy = current.cpu.busy - previous.cpu.busy;
  const total = Math.max(1, current.cpu.total - previous.cpu.total);
  const all = Math.max(
    1,
    busy,
    used.reduce((sum, ticks) => sum + ticks, 0),
  );
  return (ticks) => Math.floor((ticks * busy * 100) / (all * total) + 0.5);
}

function cpuLine(previous: CpuTicks, current: CpuTicks): string {
  const total = Math.max(1, current.total - previous.total);
  const share = (index: number): string => {
    const part = (current.parts[index] ?? 0) - (previous.parts[index] ?? 0);
    return percent(Math.floor((100 * part) / total));
  };
  return `CPU:${share(0)} usr${share(2)} sys${share(1)} nic${share(3)} idle${share(4)} io${share(5)} irq${share(6)} sirq`;
}

const percent = (value: number): string => `${String(value).padStart(4)}%`;

/** PID, PPID and USER in twenty characters: long numbers take the blanks before them, then the end of the name. */
function identity(row: ProcessRow, user: string): string {
  const wide = `${String(row.pid).padStart(5)} ${String(row.ppid).padStart(5)} ${user.slice(0, 8).padEnd(8)}`;
  const excess = wide.length - 20;
  const first = wide.replace(/^ */, (blanks) => blanks.slice(Math.min(excess, blanks.length)));
  const rest = first.length - 20;
  return first
    .replace(/(\S )( *)/, (_, start: string, blanks: string) => start + blanks.slice(Math.min(rest, blanks.length)))
    .slice(0, 20);
}
