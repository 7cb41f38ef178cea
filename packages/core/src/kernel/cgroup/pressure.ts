/**
 * Pressure stall information: for how long processes of a subtree waited for a resource.
 *
 * Totals are counted where the waiting happens. The averages move when somebody reads them: what happened since the last
 * time is taken to have been spread evenly. Unlike Linux, nobody can be woken at a threshold.
 *
 * @see Documentation/accounting/psi.rst, kernel/sched/psi.c
 */
import { Errno } from "../../abi/index.ts";
import type { Cgroup } from "./cgroup.ts";
import type { ControlFiles } from "./control-file.ts";

export type PressureKind = "cpu" | "memory" | "io";

const WINDOWS_S = [10, 60, 300] as const;
/** What is left of an average after 2 s, in 2048ths, for each window. @see include/linux/sched/loadavg.h for the scheme */
const DECAYS = [1677, 1981, 2034] as const;
const SAMPLE_US = 2_000_000;

/** One line: "some" or "full". */
class PressureLine {
  readonly #averages: [number, number, number] = [0, 0, 0];
  #sampledUs = 0;
  #sampledTotalUs = 0;

  format(label: string, totalUs: number, uptimeUs: number): string {
    this.#sample(totalUs, uptimeUs);
    const averages = WINDOWS_S.map((window, index) => `avg${window}=${(this.#averages[index] ?? 0).toFixed(2)}`);
    return `${label} ${averages.join(" ")} total=${Math.floor(totalUs)}\n`;
  }

  #sample(totalUs: number, uptimeUs: number): void {
    const periods = Math.floor((uptimeUs - this.#sampledUs) / SAMPLE_US);
    if (periods === 0) return;
    const percent = Math.min(100, ((totalUs - this.#sampledTotalUs) * 100) / (uptimeUs - this.#sampledUs));
    for (const [index, decay] of DECAYS.entries()) {
      const kept = power(decay / 2048, periods);
      this.#averages[index] = (this.#averages[index] ?? 0) * kept + percent * (1 - kept);
    }
    this.#sampledUs = uptimeUs;
    this.#sampledTotalUs = totalUs;
  }
}

export class PressureSet {
  readonly lines: Readonly<Record<PressureKind, { readonly some: PressureLine; readonly full: PressureLine }>> = {
    cpu: { some: new PressureLine(), full: new PressureLine() },
    memory: { some: new PressureLine(), full: new PressureLine() },
    io: { some: new PressureLine(), full: new PressureLine() },
  };
}

/** By squaring: the same on every machine. */
function power(base: number, exponent: number): number {
  let result = 1;
  for (let square = base, rest = exponent; rest > 0; rest = Math.floor(rest / 2), square *= square) {
    if (rest % 2 === 1) result *= square;
  }
  return result;
}

function totals(cgroup: Cgroup, kind: PressureKind): readonly [some: number, full: number] {
  if (kind === "cpu") {
    const { someStalledUs = 0, fullStalledUs = 0 } = cgroup.cpuIfAny ?? {};
    return [someStalledUs, cgroup.parent === undefined ? 0 : fullStalledUs];
  }
  const stalled = kind === "memory" ? cgroup.memoryIfAny?.stalledUs : cgroup.rareIfAny?.io?.stalledUs;
  return [stalled ?? 0, stalled ?? 0];
}

/** What the file of a cgroup says; that of the root is in /proc/pressure too. */
export function formatPressure(cgroup: Cgroup, kind: PressureKind): string {
  const { rare, kernel } = cgroup;
  kernel.cpu.settle();
  rare.pressure ??= new PressureSet();
  const { some, full } = rare.pressure.lines[kind];
  const [someUs, fullUs] = totals(cgroup, kind);
  const { uptimeUs } = kernel.world.clock;
  return some.format("some", someUs, uptimeUs) + full.format("full", fullUs, uptimeUs);
}

const pressureFile = (kind: PressureKind): ControlFiles[string] => ({
  pressure: true,
  read: (cgroup) => formatPressure(cgroup, kind),
  write: () => {
    throw new Errno("EOPNOTSUPP");
  },
});

export const PRESSURE_FILES: ControlFiles = {
  "cpu.pressure": pressureFile("cpu"),
  "io.pressure": pressureFile("io"),
  "memory.pressure": pressureFile("memory"),
};
