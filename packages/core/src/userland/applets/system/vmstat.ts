/** vmstat: memory, processes and processors over time, out of /proc. @see vmstat(8) */
import { Errno, nanosleep, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io, readText } from "../../io.ts";
import { INT_MAX, unsignedOrDie } from "../../number.ts";

const HEAD = `procs -----------memory---------- ---swap-- -----io---- -system-- -------cpu-------
 r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st gu
`;
/** Of the columns, without the blank before each. */
const WIDTHS = [2, 2, 6, 6, 6, 6, 4, 4, 5, 5, 4, 4, 2, 2, 2, 2, 2, 2];
/** Rows below a head. */
const ROWS = 20;
const SECOND = 1_000_000;

interface Sample {
  readonly timeUs: number;
  readonly memory: readonly number[];
  readonly processes: readonly number[];
  /** Pages in and out of swap, KiB in and out of disks, interrupts, switches. */
  readonly rates: readonly number[];
  /** Ticks: user, system, idle, waiting, stolen, guests. */
  readonly ticks: readonly number[];
}

export const vmstat: Applet = function* (io) {
  const options = yield* getopt(io, "n");
  const number = (text: string): Routine<number> => unsignedOrDie(io, text, 0, INT_MAX);
  const [intervalText, countText] = options.operands;
  const interval = intervalText === undefined ? 0 : yield* number(intervalText);
  const count = countText === undefined ? (intervalText === undefined ? 1 : Infinity) : yield* number(countText);
  let last: Sample | undefined;
  for (let row = 0; row < Math.max(count, 1); row++) {
    if (row > 0) yield* nanosleep(interval * SECOND);
    if (row === 0 || (row % ROWS === 0 && !options.has("n"))) yield* io.out.write(HEAD);
    const now = yield* sample();
    yield* show(io, now, last);
    last = now;
  }
  return 0;
};

function* sample(): Routine<Sample> {
  const [uptime, memory, stat, vm] = [
    yield* fileText("/proc/uptime"),
    yield* fileText("/proc/meminfo"),
    yield* fileText("/proc/stat"),
    yield* fileText("/proc/vmstat"),
  ];
  const number = (text: string, name: string): number =>
    Number(new RegExp(`^${name}:?\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0, stolen = 0, guest = 0] = (
    /^cpu +(.*)$/m.exec(stat)?.[1] ?? ""
  )
    .split(" ")
    .map(Number);
  return {
    timeUs: Math.round(Number(uptime.split(" ")[0] ?? 0) * SECOND),
    memory: [
      number(memory, "SwapTotal") - number(memory, "SwapFree"),
      number(memory, "MemFree"),
      number(memory, "Buffers"),
      number(memory, "Cached") + number(memory, "SReclaimable"),
    ],
    processes: [number(stat, "procs_running"), number(stat, "procs_blocked")],
    rates: [
      number(vm, "pswpin"),
      number(vm, "pswpout"),
      number(vm, "pgpgin"),
      number(vm, "pgpgout"),
      number(stat, "intr"),
      number(stat, "ctxt"),
    ],
    ticks: [user + nice - guest, system + irq + soft, idle, wait, stolen, guest],
  };
}

function* fileText(path: string): Routine<string> {
  const text = yield* attempt(readText(path));
  return text instanceof Errno ? "" : text;
}

/** The first row tells of the time since the machine was started, and nothing of its processors. */
function* show(io: Io, now: Sample, last: Sample | undefined): Routine<void> {
  const seconds = Math.max((now.timeUs - (last?.timeUs ?? 0)) / SECOND, 1);
  const rates = now.rates.map((value, at) => Math.trunc((value - (last?.rates[at] ?? 0)) / seconds));
  const ticks = now.ticks.map((value, at) => (last === undefined ? 0 : value - (last.ticks[at] ?? 0)));
  const all = ticks.reduce((sum, value) => sum + value, 0);
  const shares = ticks.map((value) => (all === 0 ? 0 : Math.trunc((value * 100) / all)));
  // A number that is too wide takes the blanks of those behind it.
  let owed = 0;
  const texts = [...now.processes, ...now.memory, ...rates, ...shares].map((value, at) => {
    const text = String(value);
    const width = WIDTHS[at] ?? 0;
    const padded = text.padStart(width - owed);
    owed = Math.max(0, owed + text.length - width);
    return padded;
  });
  yield* io.out.line(texts.join(" "));
  yield* io.out.flush();
}
