import { expect, it } from "vitest";
import { Prng } from "../sim/index.ts";
import { SmallSet } from "./small-set.ts";

it("does what a Set does, whether it has none, a few or many", () => {
  const prng = new Prng("small-set");
  const elements = Array.from({ length: 20 }, (_, at) => ({ at }));
  const small = new SmallSet<{ at: number }>();
  const model = new Set<{ at: number }>();
  for (let step = 0; step < 20_000; step++) {
    // It grows to all and shrinks to none, by and by.
    const isGrowing = step % 200 < 100;
    const element = elements[prng.below(elements.length)] as { at: number };
    if (prng.chance(isGrowing ? 3 : 1, 4)) {
      small.add(element);
      model.add(element);
    } else expect(small.delete(element)).toBe(model.delete(element));
    expect(small.has(element)).toBe(model.has(element));
    expect(small.size).toBe(model.size);
    if (step % 50 === 0) expect([...small]).toEqual([...model]);
  }
});

it("shows each of a few that leave while they are looked at", () => {
  const elements = Array.from({ length: 5 }, (_, at) => ({ at }));
  const small = new SmallSet<{ at: number }>();
  for (const element of elements) small.add(element);
  const seen: number[] = [];
  for (const element of small) {
    seen.push(element.at);
    small.delete(element);
  }
  expect(seen).toEqual([0, 1, 2, 3, 4]);
  expect(small.size).toBe(0);
});
