/** A troubled day is the same each time: the short form; twenty days of two hundred containers are in test/long. */
import { expect, it } from "vitest";
import { type DayOptions, troubledDay } from "./troubled-day.ts";

const DAY: DayOptions = { seed: 5, containers: 5, hours: 1 };

it("has the same trace again; another seed has another", async () => {
  const day = await troubledDay(DAY);
  expect(day.fired).toBeGreaterThan(0);
  expect(day.restarts).toBeGreaterThan(0);
  expect(await troubledDay(DAY)).toEqual(day);
  expect((await troubledDay({ ...DAY, seed: 6 })).hash).not.toBe(day.hash);
});
