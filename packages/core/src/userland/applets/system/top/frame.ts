/**
 * What top shows of two looks at the processes: three lines about the machine, headings, and processes.
 *
 * @see busybox: procps/top.c display_process_list
 */
import type { Routine } from "../../../../abi/index.ts";
import { type Io, readText } from "../../../io.ts";
import { Names } from "../../../passwd.ts";
import { compactSize } from "../compact-size.ts";
import { commandLine, stateText } from "../process-table.ts";
import type { TerminalSize } from "../terminal-size.ts";
import type { Ranked } from "./order.ts";
import type { CpuTicks, Sample } from "./sample.ts";

/** Lines above the processes. */
const HEAD_LINES = 4;
const HEADING = "  PID  PPID USER     STAT   RSS %RSS %CPU COMMAND";

export interface Frame {
  readonly previous: Sample;
  readonly current: Sample;
  /** All processes, in order. */
  readonly ranked: readonly Ranked[];
}

export interface FrameOptions {
  readonly size: TerminalSize;
  /** How many processes are above the screen. */
  readonly scrolled: number;
  /** Not for people: without sequences that a terminal obeys. */
  readonly isBatch: boolean;
}

/** The last column stays empty. */
export function* showFrame(io: Io, frame: Frame, { size, scrolled, isBatch }: FrameOptions): Routine<void> {
  const width = size.columns - 1;
  const end = isBatch ? "" : "\x1b[K";
  const memory = yield* memoryInfo();
  const head = [memoryLine(memory), cpuLine(frame), `Load average: ${(yield* readText("/proc/loadavg")).trimEnd()}`];
  if (!isBatch) yield* io.out.write("\x1b[H");
  for (const line of head) yield* io.out.line(`${line.slice(0, width)}${end}`);
  yield* io.out.write(isBatch ? HEADING : `\x1b[7m${HEADING.slice(0, width)}\x1b[m${end}`);
  const names = new Names(io);
  const percentOf = cpuShare(frame);
  for (const { row, recent } of frame.ranked.slice(scrolled, scrolled + size.rows - HEAD_LINES)) {
    const percentMemory = Math.floor((row.rssKib * 100) / Math.max(1, memory("MemTotal")) + 0.5);
    const who = identity(row, (yield* names.user(row.uid)) ?? String(row.uid));
    const numbers = `${percent(percentMemory)}${percent(percentOf(recent))}`;
    const start = `${who} ${stateText(row)}  ${compactSize(row.rssKib, 5, " mgtpezy")}${numbers} `;
    const command = yield* commandLine(row, Math.max(0, width - start.length));
    yield* io.out.write(`\n${start.slice(0, width)}${command}${end}`);
  }
  yield* io.out.write(isBatch ? "\n" : "\x1b[J\r");
  yield* io.out.flush();
}

/** Looks rows of /proc/meminfo up; KiB. */
function* memoryInfo(): Routine<(name: string) => number> {
  const text = yield* readText("/proc/meminfo");
  const rows = new Map([...text.matchAll(/^(\w+): *(\d+)/gm)].map(([, name, kib]) => [name, Number(kib)]));
  return (name) => rows.get(name) ?? 0;
}

function memoryLine(kib: (name: string) => number): string {
  const free = kib("MemFree");
  const used = `${kib("MemTotal") - free}K used, ${free}K free`;
  return `Mem: ${used}, ${kib("Shmem")}K shrd, ${kib("Buffers")}K buff, ${kib("Cached")}K cached`;
}

/** A process's share: of the processes' time, and of the part of all time that the processors were busy. */
function cpuShare({ previous, current, ranked }: Frame): (ticks: number) => number {
  const busy = current.cpu.busy - previous.cpu.busy;
  const total = Math.max(1, current.cpu.total - previous.cpu.total);
  const used = ranked.reduce((sum, { recent }) => sum + recent, 0);
  const all = Math.max(1, busy, used);
  return (ticks) => Math.floor((ticks * busy * 100) / (all * total) + 0.5);
}

function cpuLine({ previous, current }: Frame): string {
  const total = Math.max(1, current.cpu.total - previous.cpu.total);
  const share = (index: number): string => {
    const part = partOf(current.cpu, index) - partOf(previous.cpu, index);
    return percent(Math.floor((100 * part) / total));
  };
  return `CPU:${share(0)} usr${share(2)} sys${share(1)} nic${share(3)} idle${share(4)} io${share(5)} irq${share(6)} sirq`;
}

const partOf = ({ parts }: CpuTicks, index: number): number => parts[index] ?? 0;

const percent = (value: number): string => `${String(value).padStart(4)}%`;

/** PID, PPID and USER in twenty characters: long numbers take the blanks before them, then the end of the name. */
function identity(row: Ranked["row"], user: string): string {
  const wide = `${String(row.pid).padStart(5)} ${String(row.ppid).padStart(5)} ${user.slice(0, 8).padEnd(8)}`;
  const excess = wide.length - 20;
  const first = wide.replace(/^ */, (blanks) => blanks.slice(Math.min(excess, blanks.length)));
  const rest = first.length - 20;
  return first
    .replace(/(\S )( *)/, (_, start: string, blanks: string) => start + blanks.slice(Math.min(rest, blanks.length)))
    .slice(0, 20);
}
