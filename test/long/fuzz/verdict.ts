/** What a run of random calls must have come to. */
import type { SyscallName } from "@bottleship/core/abi";
import { expect } from "vitest";
import type { Tally } from "./fuzz.ts";

/** Calls that never come back with a value, whatever they do. */
const FRUITLESS: ReadonlySet<SyscallName> = new Set([
  ...(["exit", "execve", "pause", "sigsuspend", "clock_settime", "reboot"] as const),
]);

/** Every kind of call was made, and (but for a few, in a short run) worked; where one failed, the manual has the error. */
export function expectGood({ counts, strange, calls }: Tally, { spared }: { readonly spared: number }): void {
  expect(counts.size).toBeGreaterThan(110);
  expect([...strange]).toEqual([]);
  const fruitless = [...counts].filter(([name, { succeeded }]) => succeeded === 0 && !FRUITLESS.has(name));
  expect(fruitless.map(([name]) => name).slice(spared)).toEqual([]);
  const succeeded = [...counts.values()].reduce((sum, one) => sum + one.succeeded, 0);
  expect(succeeded / calls).toBeGreaterThan(0.25);
}
