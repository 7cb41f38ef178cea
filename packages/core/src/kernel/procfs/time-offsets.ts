/**
 * /proc/PID/timens_offsets: how far the clocks of a time namespace are ahead of the machine's.
 *
 * @see time_namespaces(7), kernel/time/namespace.c:proc_timens_set_offset
 */
import { CAP_SYS_TIME, Errno } from "../../abi/index.ts";
import type { ClockOffset, TimeNamespace } from "../namespaces/time.ts";
import type { Process } from "../process.ts";

type OffsetClock = "monotonic" | "boottime";

/** By name, and by number of clock_gettime(2). */
const CLOCKS = new Map<string, OffsetClock>([
  ["monotonic", "monotonic"],
  ["1", "monotonic"],
  ["boottime", "boottime"],
  ["7", "boottime"],
]);
/** Half of what 64 bits of nanoseconds hold, in seconds. @see KTIME_SEC_MAX */
const MAX_SECONDS = 4_611_686_018;
const NANOSECONDS = 1_000_000_000;

export function formatTimeOffsets(namespace: TimeNamespace): string {
  return (["monotonic", "boottime"] as const)
    .map((clock) => {
      const { seconds, nanoseconds } = namespace[clock];
      return `${clock.padEnd(10)} ${String(seconds).padStart(10)} ${String(nanoseconds).padStart(9)}\n`;
    })
    .join("");
}

/**
 * Lines of "CLOCK SECONDS NANOSECONDS", for the namespace in which children of `process` are born.
 *
 * @throws EINVAL if they are malformed. @throws EPERM without CAP_SYS_TIME over the namespace. @throws ERANGE if a clock
 * would be negative, or too far ahead. @throws EACCES once somebody lives in the namespace.
 */
export function writeTimeOffsets(writer: Process, process: Process, text: string): void {
  const namespace = process.ns.timeForChildren;
  const { uptimeUs } = process.kernel.world.clock;
  const changes = text.trimEnd().split("\n").map(parseLine);
  if (changes.length > 2) throw new Errno("EINVAL");
  if (!writer.creds.capable(CAP_SYS_TIME, namespace.owner)) throw new Errno("EPERM");
  for (const { offset } of changes) {
    const seconds = offset.seconds + uptimeUs / 1_000_000;
    if (seconds < 0 || seconds > MAX_SECONDS) throw new Errno("ERANGE");
  }
  if (namespace.isEntered) throw new Errno("EACCES");
  for (const { clock, offset } of changes) Object.assign(namespace[clock], offset);
}

function parseLine(line: string): { readonly clock: OffsetClock; readonly offset: ClockOffset } {
  const [, name = "", seconds = "", nanoseconds = ""] = /^\s*(\S+)\s+(-?\d+)\s+(\d+)\s*$/.exec(line) ?? [];
  const clock = CLOCKS.get(name);
  if (clock === undefined || Number(nanoseconds) >= NANOSECONDS) throw new Errno("EINVAL");
  return { clock, offset: { seconds: Number(seconds), nanoseconds: Number(nanoseconds) } };
}
