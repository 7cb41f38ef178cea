/** free: how much memory is used. @see free(1) */
import { Errno, type Routine, sysinfo } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { attempt, type Io, readText } from "../../io.ts";
import { humanSize, inUnits } from "../files/human.ts";

const COLUMN_WIDTH = 12;
const HEADINGS = ["total", "used", "free", "shared", "buff/cache", "available"];
/** Zero is "for people". */
const UNITS: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, h: 0 };

export const free: Applet = function* (io) {
  const letter = io.argv[1]?.startsWith("-") ? (io.argv[1][1] ?? "") : "k";
  const unit = UNITS[letter];
  if (unit === undefined) return yield* showUsage(io);
  const info = yield* sysinfo();
  const memory = yield* memoryInfo(io);
  const cached = memory("Cached") + memory("Buffers") + memory("SReclaimable");
  const used = info.totalRamBytes - info.freeRamBytes - cached;
  const row = (name: string, sizes: readonly number[]): string =>
    name.padEnd(7) + sizes.map((size) => show(size, unit).padStart(COLUMN_WIDTH)).join("");
  const memoryRow = [info.totalRamBytes, used, info.freeRamBytes, memory("Shmem"), cached, memory("MemAvailable")];
  const swapUsed = info.totalSwapBytes - info.freeSwapBytes;
  yield* io.out.line(" ".repeat(7) + HEADINGS.map((heading) => heading.padStart(COLUMN_WIDTH)).join(""));
  yield* io.out.line(row("Mem:", memoryRow));
  yield* io.out.line(row("Swap:", [info.totalSwapBytes, swapUsed, info.freeSwapBytes]));
  return 0;
};

const show = (bytes: number, unit: number): string => (unit === 0 ? humanSize(bytes) : inUnits(bytes, unit));

/** Looks rows of /proc/meminfo up; bytes, zero for a row that there is not. */
function* memoryInfo(io: Io): Routine<(name: string) => number> {
  const text = yield* attempt(readText("/proc/meminfo"));
  if (text instanceof Errno) return yield* io.pdie("can't open '/proc/meminfo'", text);
  const rows = new Map([...text.matchAll(/^(\w+): *(\d+) kB$/gm)].map(([, name, kib]) => [name, Number(kib) * 1024]));
  return (name) => rows.get(name) ?? 0;
}
