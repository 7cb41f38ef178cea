/**
 * A kernel for tests of the kernel: programs are generator functions written in the test.
 */
import type { Program, Routine } from "../abi/index.ts";
import { bootMachine, Kernel, type Machine, type Process, type SpawnOptions } from "../kernel/index.ts";
import { World, type WorldOptions } from "../sim/index.ts";

export class TestMachine {
  readonly world: World;
  readonly kernel: Kernel;

  constructor(options: WorldOptions & { readonly machine?: Partial<Machine> } = {}) {
    this.world = new World(options);
    this.kernel = new Kernel(this.world, options.machine);
    bootMachine(this.kernel);
  }

  /** Starts a routine as a root process of the machine. */
  spawn(routine: () => Routine<number | undefined>, options: Partial<SpawnOptions> = {}): Process {
    const program: Program = function* () {
      return (yield* routine()) ?? 0;
    };
    return this.kernel.spawn(program, { argv: ["test"], ...options });
  }

  /** Runs a routine to its end and returns what it returned, even if that is no exit code. */
  async run<T>(routine: () => Routine<T>, options: Partial<SpawnOptions> = {}): Promise<T> {
    let result: { readonly value: T } | undefined;
    const process = this.spawn(function* () {
      result = { value: yield* routine() };
      return 0;
    }, options);
    await this.world.until(() => !process.isAlive, { what: "the routine to end" });
    if (result === undefined) throw new Error(`the routine ended with ${JSON.stringify(process.status)}`);
    return result.value;
  }

  async ended(process: Process): Promise<void> {
    await this.world.until(() => !process.isAlive, { what: `process ${process.pid} to end` });
  }
}
