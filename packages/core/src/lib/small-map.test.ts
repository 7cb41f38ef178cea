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

it("is copied, small or large", () => {
  for (const size of [0, 1, 2, 30]) {
    const map = new SmallMap<number, string>();
    for (let key = 0; key < size; key++) map.set(key, `${key}`);
    const copy = map.copy();
    map.set(0, "changed");
    copy.delete(size - 1);
    expect([...copy.keys()]).toEqual(Array.from({ length: Math.max(0, size - 1) }, (_, key) => key));
    expect(copy.get(0)).toBe(size > 1 ? "0" : undefined);
    expect(map.size).toBe(Math.max(1, size));
  }
});
