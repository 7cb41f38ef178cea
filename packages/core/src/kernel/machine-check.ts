import { StatusError } from "../lib/index.ts";
import { DEFAULT_MACHINE, type Machine } from "./machine.ts";

/** What a machine can have at least. */
const LEAST = { cpus: 1, memoryBytes: 1, swapBytes: 0, diskBytes: 1 } as const satisfies Partial<
  Record<keyof Machine, number>
>;

/**
 * @throws StatusError invalid-argument for a machine that cannot be (without a processor, with half a byte of memory), and
 * for traits that machines do not have
 */
export function checkMachine(machine: Machine): void {
  const unknown = Object.keys(machine).find((name) => !Object.hasOwn(DEFAULT_MACHINE, name));
  if (unknown !== undefined) {
    const known = Object.keys(DEFAULT_MACHINE).join(", ");
    throw new StatusError("invalid-argument", `a machine has no "${unknown}": it has ${known}`);
  }
  for (const [name, least] of Object.entries(LEAST) as readonly (readonly [keyof typeof LEAST, number])[]) {
    const value = machine[name];
    if (Number.isInteger(value) && value >= least) continue;
    throw new StatusError("invalid-argument", `a machine's ${name} is a whole number from ${least} on, not ${value}`);
  }
}
