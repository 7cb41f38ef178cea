/**
 * Two hundred containers with health checks, restarts and random faults live through a day twenty times, and in two
 * processes: it is the same day each time.
 */
import { expect, it } from "vitest";
import { inAnotherProcess } from "../simulation/another-process.ts";
import { type DayOptions, troubledDay } from "../simulation/troubled-day.ts";

const RUNS = Number(process.env["DAYS"] ?? 20);
const DAY: DayOptions = { seed: 5, containers: 200, hours: 24 };

it(`has the same trace in ${RUNS} runs and in another process; another seed has another`, async () => {
  const day = await troubledDay(DAY);
  console.log(`${day.entries} entries, ${day.fired} faults, ${day.restarts} restarts: ${day.hash}`);
  for (let run = 1; run < RUNS; run++) expect(await troubledDay(DAY)).toEqual(day);
  expect(await inAnotherProcess("troubled-day.ts", `module.troubledDay(${JSON.stringify(DAY)})`)).toEqual(day);
  expect((await troubledDay({ ...DAY, seed: 6 })).hash).not.toBe(day.hash);
}, 14_400_000);
