import { expect, it } from "vitest";
import { SmallMap } from "./index.ts";

it("behaves as a Map does, small or large, in the order of coming", () => {
  let chance = 1;
  const below = (bound: number): number => {
    chance = (chance * 48_271) % 2_147_483_647;
    return chance % bound;
  };
  const small = new SmallMap<number, string>();
  const model = new Map<number, string>();
  for (let step = 0; step < 5000; step++) {
    const key = below(step % 1000 < 500 ? 30 : 6);
    if (below(2) === 0) expect(small.delete(key)).toBe(model.delete(key));
    else {
      small.set(key, `${step}`);
      model.set(key, `${step}`);
    }
    expect(small.size).toBe(model.size);
    expect(small.get(key)).toBe(model.get(key));
    expect([...small.keys()]).toEqual([...model.keys()]);
    expect([...small.values()]).toEqual([...model.values()]);
  }
});
