/** What a system call costs: one that answers at once, and one that sleeps and is woken by a timer. */
import { getpid, nanosleep } from "@bottleship/core/abi";
import type { Case } from "../figure.ts";
import { BenchMachine } from "../machine.ts";
import { medianOf } from "../measure.ts";

export const systemCalls: Case = async ({ rounds, scale }) => {
  const machine = new BenchMachine();
  const plain = Math.round(1_000_000 * scale);
  const sleeping = Math.round(200_000 * scale);
  const plainMs = await medianOf(rounds, () =>
    machine.time(function* () {
      for (let i = 0; i < plain; i++) yield* getpid();
      return 0;
    }),
  );
  const sleepingMs = await medianOf(rounds, () =>
    machine.time(function* () {
      for (let i = 0; i < sleeping; i++) yield* nanosleep(10);
      return 0;
    }),
  );
  return [
    { name: "plain system call (getpid)", value: (plainMs / plain) * 1000, unit: "µs", target: { atMost: 0.4 } },
    {
      name: "sleeping call (nanosleep)",
      value: (sleepingMs / sleeping) * 1000,
      unit: "µs",
      target: { atMost: 0.6 },
    },
  ];
};
