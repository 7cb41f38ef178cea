/** A bare machine for benchmarks of the kernel: no engine, programs are generator functions. */
import type { Routine } from "@bottleship/core/abi";
import { bootMachine, Kernel, type Process, type SpawnOptions } from "@bottleship/core/kernel";
import { World } from "@bottleship/core/sim";
import { elapsedMs } from "./measure.ts";

export class BenchMachine {
  readonly world = new World();
  readonly kernel = new Kernel(this.world);

  constructor() {
    bootMachine(this.kernel);
  }

  spawn(routine: () => Routine<number>, options: Partial<SpawnOptions> = {}): Process {
    return this.kernel.spawn(routine, { argv: ["bench"], ...options });
  }

  /** Real time in milliseconds until all these routines have ended. */
  time(...routines: readonly (() => Routine<number>)[]): Promise<number> {
    return elapsedMs(() => this.finish(routines.map((routine) => this.spawn(routine))));
  }

  /** Waits for processes to end well. */
  async finish(processes: readonly Process[]): Promise<void> {
    for (const process of processes) {
      await this.world.until(() => !process.isAlive, { what: "the benchmark to end" });
      if (process.status === undefined || !("exited" in process.status) || process.status.exited !== 0) {
        throw new Error(`a benchmark's program failed: ${JSON.stringify(process.status)}`);
      }
    }
  }
}
