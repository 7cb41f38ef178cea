import { expect, test } from "vitest";
import { Kernel } from "../kernel/index.ts";
import { World } from "../sim/index.ts";
import { Snapshotter } from "./snapshotter.ts";

const names = (snapshotter: Snapshotter): readonly string[] => [...snapshotter.walk()].map(({ name }) => name).sort();

function commit(snapshotter: Snapshotter, name: string, parent: string | undefined, options = {}): void {
  snapshotter.prepare("active", parent);
  snapshotter.commit(name, "active", options);
}

/** A layer that somebody retains, its companion, and a container on that. */
function prepared(disk = new Kernel(new World()).disk): Snapshotter {
  const snapshotter = new Snapshotter(disk);
  commit(snapshotter, "base", undefined);
  commit(snapshotter, "top", "base");
  snapshotter.retain("top");
  commit(snapshotter, "init", "top", { isCompanion: true });
  snapshotter.prepare("container", "init");
  return snapshotter;
}

test("a companion outlives those that stand on it, and goes with the last who retains its parent", () => {
  const snapshotter = prepared();
  snapshotter.remove("container");
  expect(names(snapshotter)).toEqual(["base", "init", "top"]);
  snapshotter.release("top");
  expect(names(snapshotter)).toEqual([]);
});

test("a companion that somebody stands on goes with them, and then what is below it", () => {
  const snapshotter = prepared();
  snapshotter.release("top");
  expect(names(snapshotter)).toEqual(["base", "container", "init", "top"]);
  snapshotter.remove("container");
  expect(names(snapshotter)).toEqual([]);
});

test("a layer below another one stays without its companion, also in a snapshotter that goes on from it", () => {
  const { disk } = new Kernel(new World());
  const first = prepared(disk);
  commit(first, "other", "top");
  first.retain("other");
  first.remove("container");
  const snapshotter = new Snapshotter(disk);
  snapshotter.restore(first.records);
  snapshotter.release("top");
  expect(names(snapshotter)).toEqual(["base", "other", "top"]);
});
