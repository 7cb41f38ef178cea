/** A ring of columns forgets as a list does from which the oldest entry is taken whenever it is too long. */
import { expect, it } from "vitest";
import { Prng } from "../sim/index.ts";
import { RingSlots } from "./ring-slots.ts";

it("keeps the newest entries at their places, in order", () => {
  const chance = new Prng(11);
  const slots = new RingSlots(5);
  const column: number[] = [];
  let model: readonly number[] = [];
  let forgotten = 0;
  for (let step = 0; step < 400; step++) {
    if (chance.chance(1, 20)) {
      slots.clear();
      model = [];
      forgotten = 0;
    } else {
      const number = slots.take();
      column[slots.slot(number)] = number;
      forgotten += model.length === 5 ? 1 : 0;
      model = [...model, number].slice(-5);
    }
    expect(Array.from(slots, (slot) => column[slot])).toEqual(model);
    expect(slots.forgotten).toBe(forgotten);
    const last = model.at(-1) ?? -1;
    for (let number = Math.max(0, last - 8); number <= last; number++) {
      expect(slots.has(number)).toBe(model.includes(number));
    }
  }
});
