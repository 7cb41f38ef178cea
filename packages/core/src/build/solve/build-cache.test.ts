import { expect, it } from "vitest";
import { Snapshotter } from "../../snapshot/index.ts";
import { TestMachine } from "../../testing/machine.ts";
import { BuildCache } from "./build-cache.ts";
import type { Ingredients } from "./cache-miss.ts";

function makeCache() {
  const { disk } = new TestMachine().kernel;
  const snapshotter = new Snapshotter(disk);
  const cache = new BuildCache(snapshotter, disk);
  const store = (name: string, ingredients: Ingredients): string => {
    const snapshot = snapshotter.newKey("test");
    snapshotter.prepare(`${snapshot} active`, undefined);
    snapshotter.commit(snapshot, `${snapshot} active`);
    const key = cache.key(ingredients);
    cache.store({ key, result: key, name, snapshot, ingredients, createdUs: 1 });
    return snapshot;
  };
  return { snapshotter, cache, store };
}

const STEP = "[build 2/4] RUN make";
const files = (digest: string) =>
  new Map([
    ["a.txt", "type=file\0content=1"],
    ["b.txt", `type=file\0content=${digest}`],
  ]);

it("finds a result by everything that it was made from", () => {
  const { cache, store } = makeCache();
  const snapshot = store(STEP, new Map([["the command", "make"]]));
  const key = cache.key(new Map([["the command", "make"]]));
  expect(cache.use(key, 7)).toMatchObject({ snapshot, usedUs: 7, uses: 2 });
  expect(cache.use(cache.key(new Map([["the command", "make all"]])), 7)).toBeUndefined();
  expect(cache.use(cache.key(new Map([["the shell", "make"]])), 7)).toBeUndefined();
});

it("explains a miss by the first ingredient that differs, down to the file", () => {
  const { cache, store } = makeCache();
  expect(cache.explain(STEP, new Map())).toMatchObject({ step: STEP, reason: "new", changed: undefined });
  store(
    STEP,
    new Map<string, string | Map<string, string>>([
      ["the user", "a"],
      ["file /src", files("2")],
    ]),
  );
  const other = "[3/5] RUN make";
  const now = new Map<string, string | Map<string, string>>([
    ["the user", "b"],
    ["file /src", files("3")],
  ]);
  expect(cache.explain(other, now)).toMatchObject({ step: other, changed: "the user", before: "a", now: "b" });
  now.set("the user", "a");
  expect(cache.explain(other, now)).toMatchObject({ changed: "the content of file /src/b.txt", before: "2", now: "3" });
  now.set("file /src", files("2")).set("the network", "none");
  expect(cache.explain(other, now)).toMatchObject({ changed: "the network", before: undefined, now: "none" });
});

it("keeps snapshots until it is pruned", () => {
  const { snapshotter, cache, store } = makeCache();
  const first = store(STEP, new Map([["the command", "make"]]));
  const second = store(STEP, new Map([["the command", "make"]]));
  expect([snapshotter.has(first), snapshotter.has(second)]).toEqual([false, true]);
  cache.prune();
  expect([snapshotter.has(second), [...cache.records()]]).toEqual([false, []]);
});
