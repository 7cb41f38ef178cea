/**
 * A recording of the calls that one process makes, which ends at the first call of a kind that cannot be repeated. See
 * repeated-calls.ts.
 */
import type { Call } from "../../abi/index.ts";
import type { Process } from "../process.ts";

export class CallRecording {
  /** The calls as the trace counts them. */
  readonly codes: number[] = [];
  readonly process: Process;
  readonly #isRepeatable: (call: Call) => boolean;

  constructor(process: Process, isRepeatable: (call: Call) => boolean) {
    this.process = process;
    this.#isRepeatable = isRepeatable;
  }

  /** False if the call cannot be repeated, or is another process's. */
  add(process: Process, call: Call, code: number): boolean {
    this.codes.push(code);
    return process === this.process && this.#isRepeatable(call);
  }

  /** Whether they were all made in one turn. */
  get isWhole(): boolean {
    const { aheadUs, kernel } = this.process;
    return aheadUs === this.codes.length * kernel.world.costs.syscall;
  }
}

/** Which calls were made, as the trace counts them: processes that make the same calls share one list. */
export class CallLists {
  readonly #known = new Map<string, readonly number[]>();

  shared(codes: readonly number[]): readonly number[] {
    const key = codes.join();
    const known = this.#known.get(key) ?? codes;
    this.#known.set(key, known);
    return known;
  }
}

/** Charges a process for calls that are not really made, and adds them to the trace. */
export function accountCalls(process: Process, codes: readonly number[]): void {
  const { world } = process.kernel;
  process.charge(codes.length * world.costs.syscall);
  for (const code of codes) world.trace.add(process.pid * 512 + code);
}
