/** The calls that one process makes, as long as each is of a kind that can be repeated. */
import type { Call } from "../abi/index.ts";
import type { Process } from "./process.ts";

export class CallRecording {
  /** The calls as the trace counts them. */
  readonly codes: number[] = [];
  readonly process: Process;
  readonly #isRepeatable: (call: Call) => boolean;

  constructor(process: Process, isRepeatable: (call: Call) => boolean) {
    this.process = process;
    this.#isRepeatable = isRepeatable;
  }

  /** False if it was a call that cannot be repeated, or somebody else's. */
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

/** What calls have cost, and how the trace counts them. */
export function accountCalls(process: Process, codes: readonly number[]): void {
  const { world } = process.kernel;
  process.charge(codes.length * world.costs.syscall);
  for (const code of codes) world.trace.add(process.pid * 512 + code);
}
