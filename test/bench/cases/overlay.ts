/**
 * stat(2) through overlays of one layer and of thirty: the file lies in the lowest, and every layer adds to each directory
 * on the way. And the same path in memfs, which has no layers at all.
 */
import { chdir, mkdir, mount, stat } from "@bottleship/core/abi";
import { applyLayer, type LayerEntry } from "@bottleship/core/content";
import { Snapshotter } from "@bottleship/core/snapshot";
import { Volume } from "memfs";
import type { Case } from "../figure.ts";
import { BenchMachine } from "../machine.ts";
import { elapsedMs, medianOf, mediansOf } from "../measure.ts";

const SHORT = directories(5);
const LONG = directories(29);
const LAYERS = 30;

export const overlay: Case = async ({ rounds, scale }) => {
  const shallow = mountLayers(1);
  const deep = mountLayers(LAYERS);
  const calls = Math.round(200_000 * scale);
  const statMs = (machine: BenchMachine, path: string, count: number) => () =>
    machine.time(function* () {
      yield* chdir(MOUNT_POINT);
      for (let i = 0; i < count; i++) yield* stat(path);
      return 0;
    });
  const [oneMs, manyMs] = await mediansOf(
    rounds,
    statMs(shallow, `${SHORT}/file`, calls),
    statMs(deep, `${SHORT}/file`, calls),
  );
  const longCalls = Math.round(calls / 4);
  const [oursMs, memfsMs] = await mediansOf(
    rounds,
    statMs(deep, `${LONG}/file`, longCalls),
    statInMemfs(`/${LONG}/file`, longCalls),
  );
  const coldUs = await medianOf(rounds, async () => 1000 * (await statMs(mountLayers(LAYERS), `${SHORT}/file`, 1)()));
  return [
    { name: "stat, 6 components, overlay of 1 layer", value: (oneMs / calls) * 1000, unit: "µs" },
    {
      name: "stat, 6 components, overlay of 30 layers",
      value: (manyMs / calls) * 1000,
      unit: "µs",
      target: { atMost: 0.5 },
    },
    { name: "  30 layers to 1", value: manyMs / oneMs, unit: "×", target: { atMost: 1.2 } },
    { name: "  the first time, with 30 layers to merge", value: coldUs, unit: "µs" },
    { name: "stat, 30 components, overlay of 30 layers", value: (oursMs / longCalls) * 1000, unit: "µs" },
    { name: "memfs statSync, 30 components", value: (memfsMs / longCalls) * 1000, unit: "µs" },
    { name: "  memfs to overlay", value: memfsMs / oursMs, unit: "×", target: { atLeast: 1 } },
  ];
};

const MOUNT_POINT = "/mnt";

/** A machine with an overlay of `layers` on /mnt. */
function mountLayers(layers: number): BenchMachine {
  const machine = new BenchMachine();
  const snapshotter = new Snapshotter(machine.kernel.disk);
  let parent: string | undefined;
  for (let index = 0; index < layers; index++) {
    snapshotter.prepare(`work-${index}`, parent);
    applyLayer(snapshotter.directory(`work-${index}`), layerEntries(index));
    parent = `layer-${index}`;
    snapshotter.commit(parent, `work-${index}`);
  }
  snapshotter.prepare("active", parent);
  const specs = snapshotter.mounts("active", MOUNT_POINT);
  machine.spawn(function* () {
    yield* mkdir(MOUNT_POINT, 0o755);
    for (const { source, destination, type, options } of specs) {
      yield* mount(source, destination, type, 0, options.join(","));
    }
    return 0;
  });
  machine.world.settle();
  return machine;
}

function* layerEntries(index: number): Iterable<LayerEntry> {
  const owned = { uid: 0, gid: 0, mtimeUs: 0 };
  const names = LONG.split("/");
  for (let depth = 1; depth <= names.length; depth++) {
    const path = names.slice(0, depth).join("/");
    yield { ...owned, path, type: "dir", mode: 0o755 };
    yield { ...owned, path: `${path}/from-${index}`, type: "file", mode: 0o644, content: new Uint8Array(1) };
    if (index === 0) yield { ...owned, path: `${path}/file`, type: "file", mode: 0o644, content: new Uint8Array(1) };
  }
}

function statInMemfs(path: string, calls: number) {
  const volume = Volume.fromJSON({ [path]: "x" });
  return () =>
    elapsedMs(() => {
      for (let i = 0; i < calls; i++) volume.statSync(path);
    });
}

/** The relative path of a directory that lies `count` deep. */
function directories(count: number): string {
  return Array.from({ length: count }, (_, index) => `d${index}`).join("/");
}
