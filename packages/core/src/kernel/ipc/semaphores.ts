/**
 * Sets of System V semaphores.
 *
 * @see semget(2), semop(2), ipc/sem.c
 */
import { Errno, SEM_UNDO, SEMVMX, type SemaphoreOperation } from "../../abi/index.ts";
import { WaitQueue } from "../../sim/index.ts";
import type { Process } from "../process.ts";
import { IpcObject } from "./ipc-object.ts";

interface Semaphore {
  value: number;
  /** Who has changed it last. */
  last: Process | undefined;
}

export class SemaphoreSet extends IpcObject {
  readonly semaphores: readonly Semaphore[];
  readonly changed = new WaitQueue("semaphores");
  /** Which semaphore each sleeper waits for, and whether for zero. */
  readonly sleepers = new Map<Process, { readonly number: number; readonly forZero: boolean }>();
  /** What is to be added to each semaphore when a process ends. */
  readonly undos = new Map<Process, number[]>();
  otimeUs = 0;

  constructor(process: Process, key: number, flags: number, count: number) {
    super(process, key, flags);
    this.semaphores = Array.from({ length: count }, () => ({ value: 0, last: undefined }));
  }

  /** @throws EINVAL */
  at(number: number): Semaphore {
    const found = this.semaphores[number];
    if (found === undefined) throw new Errno("EINVAL");
    return found;
  }

  /**
   * Does all operations, or none.
   *
   * @returns the one that cannot be done yet.
   * @throws ERANGE if a value would be too large.
   */
  tryOperate(process: Process, operations: readonly SemaphoreOperation[]): SemaphoreOperation | undefined {
    const values = this.semaphores.map(({ value }) => value);
    for (const operation of operations) {
      const { number, change } = operation;
      const value = values[number] as number;
      if (change === 0 ? value !== 0 : value + change < 0) return operation;
      if (value + change > SEMVMX) throw new Errno("ERANGE");
      values[number] = value + change;
    }
    this.#remember(process, operations);
    const alters = operations.some(({ change }) => change !== 0);
    for (const { number } of operations) this.at(number).last = process;
    for (const [number, value] of values.entries()) this.at(number).value = value;
    this.otimeUs = process.kernel.nowUs;
    if (alters) this.changed.wakeAll();
    return undefined;
  }

  /** A value is set from without: nobody takes anything of it back any more. */
  set(number: number, value: number, by: Process): void {
    const semaphore = this.at(number);
    semaphore.value = value;
    semaphore.last = by;
    this.ctimeUs = by.kernel.nowUs;
    for (const adjustments of this.undos.values()) adjustments[number] = 0;
    this.changed.wakeAll();
  }

  /** `process` ends: what it has done with SEM_UNDO is taken back, as far as values can go. */
  undo(process: Process): void {
    const adjustments = this.undos.get(process);
    if (adjustments === undefined) return;
    this.undos.delete(process);
    for (const [number, adjustment] of adjustments.entries()) {
      if (adjustment === 0) continue;
      const semaphore = this.at(number);
      semaphore.value = Math.max(0, Math.min(SEMVMX, semaphore.value + adjustment));
      semaphore.last = process;
    }
    this.otimeUs = process.kernel.nowUs;
    this.changed.wakeAll();
  }

  waiting(number: number, forZero: boolean): number {
    this.at(number);
    return [...this.sleepers.values()].filter((one) => one.number === number && one.forZero === forZero).length;
  }

  /** @throws ERANGE if too much would be to take back. */
  #remember(process: Process, operations: readonly SemaphoreOperation[]): void {
    const undoable = operations.filter(({ flags }) => (flags & SEM_UNDO) !== 0);
    if (undoable.length === 0) return;
    const adjustments = [...(this.undos.get(process) ?? this.semaphores.map(() => 0))];
    for (const { number, change } of undoable) {
      const sum = (adjustments[number] as number) - change;
      if (sum > SEMVMX || sum < -SEMVMX - 1) throw new Errno("ERANGE");
      adjustments[number] = sum;
    }
    this.undos.set(process, adjustments);
  }
}
