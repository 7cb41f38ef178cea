/**
 * Forks do not influence each other: random operations on engines that begin as each other's snapshots, each with a small
 * model of what it must have; and each is now and then lost, and found again by its state.
 */
import { MemoryContentDisk } from "@bottleship/core/content";
import { createEngine, type Engine, type EngineOptions, type MachineSnapshot } from "@bottleship/core/engine";
import { Prng } from "@bottleship/core/sim";
import { expect, it } from "vitest";
import { docker } from "../scenarios/support.ts";

/** What there must be: contents by the place of a file, and tags. */
interface Model {
  /** "volume/file" → content. */
  readonly files: Map<string, string>;
  /** Container → content of its /own. */
  readonly containers: Map<string, string>;
  readonly tags: Set<string>;
}

interface Machine {
  readonly engine: Engine;
  readonly model: Model;
  /** What its state is on. */
  readonly disk: MemoryContentDisk;
}

const NAMES = ["one", "two", "three", "four"];
const MACHINES = 4;

function begin(options: EngineOptions, model: Model): Machine {
  const disk = new MemoryContentDisk();
  return { engine: createEngine({ ...options, state: { disk, path: "/state" } }), model, disk };
}

const copyOf = ({ files, containers, tags }: Model): Model => ({
  files: new Map(files),
  containers: new Map(containers),
  tags: new Set(tags),
});

type Operation = (machine: Machine, name: string, word: string) => Promise<void>;

const OPERATIONS: readonly Operation[] = [
  async ({ engine, model }, name, word) => {
    const [volume, file] = [name, word.slice(-1)];
    await docker(engine, ["run", "--rm", "-v", `${volume}:/v`, "busybox", "sh", "-c", `echo ${word} >> /v/${file}`]);
    model.files.set(`${volume}/${file}`, `${model.files.get(`${volume}/${file}`) ?? ""}${word}\n`);
  },
  async ({ engine, model }, name, word) => {
    if (model.containers.has(name)) {
      await docker(engine, `rm ${name}`);
      model.containers.delete(name);
      return;
    }
    await docker(engine, ["run", "--name", name, "busybox", "sh", "-c", `echo ${word} > /own; rm /bin/false`]);
    model.containers.set(name, `${word}\n`);
  },
  async ({ engine, model }, name, word) => {
    if (!model.containers.has(name)) return;
    await engine.client.container(name).writeFile("/own", word);
    model.containers.set(name, word);
  },
  async ({ engine, model }, name) => {
    if (model.tags.delete(name)) await docker(engine, `rmi ${name}`);
    else {
      await docker(engine, `tag busybox ${name}`);
      model.tags.add(name);
    }
  },
  async ({ engine, model }, name, word) => {
    // A layer of its own, which goes with its last name.
    const dockerfile = `FROM busybox\nRUN echo ${word} > /built\n`;
    if (model.tags.has(name)) return;
    await engine.build({ context: { files: {} }, dockerfile, tags: [name] });
    model.tags.add(name);
  },
  async ({ engine, model }, name) => {
    if (![...model.files.keys()].some((key) => key.startsWith(`${name}/`))) return;
    await docker(engine, `volume rm ${name}`);
    for (const key of [...model.files.keys()]) if (key.startsWith(`${name}/`)) model.files.delete(key);
  },
];

async function found(engine: Engine): Promise<Model> {
  const files = new Map<string, string>();
  const volumes = (await docker(engine, "volume ls -q")).split("\n").filter((name) => name !== "");
  for (const name of volumes) {
    for (const [file, inode] of engine.volumes.directory(engine.volumes.get(name) as never).entries) {
      const content = "content" in inode ? (inode.content as { bytes(): Uint8Array }).bytes() : new Uint8Array();
      files.set(`${name}/${file}`, new TextDecoder().decode(content));
    }
  }
  const containers = new Map<string, string>();
  for (const { name } of engine.containers.list({ all: true })) {
    containers.set(name, await engine.client.container(name).readFile("/own"));
  }
  const tags = (await docker(engine, "images --format {{.Repository}}")).split("\n");
  return { files, containers, tags: new Set(tags.filter((tag) => NAMES.includes(tag))) };
}

const sorted = ({ files, containers, tags }: Model) => ({
  files: [...files].sort(),
  containers: [...containers].sort(),
  tags: [...tags].sort(),
});

it.each([1, 2, 3])("random operations on forks of forks, seed %i", async (seed) => {
  const prng = new Prng(seed);
  const first = begin({ seed }, { files: new Map(), containers: new Map(), tags: new Set() });
  await docker(first.engine, "pull -q busybox");
  const machines: Machine[] = [first];
  const kept: { readonly snapshot: MachineSnapshot; readonly model: Model }[] = [];
  for (let step = 0; step < 40; step++) {
    const index = prng.below(machines.length);
    const at = machines[index] as Machine;
    const name = NAMES[prng.below(NAMES.length)] as string;
    const turn = prng.below(6);
    if (turn === 0) {
      const taken = { snapshot: at.engine.snapshot(), model: copyOf(at.model) };
      kept.push(taken);
      const base = kept[prng.below(kept.length)] ?? taken;
      const fork = begin({ from: base.snapshot }, copyOf(base.model));
      if (machines.length < MACHINES) machines.push(fork);
      else machines[prng.below(MACHINES)] = fork;
    } else if (turn === 1) {
      const engine = createEngine({ state: { disk: at.disk, path: "/state" } });
      machines[index] = { ...at, engine };
      expect(sorted(await found(engine))).toEqual(sorted(at.model));
    } else await (OPERATIONS[prng.below(OPERATIONS.length)] as Operation)(at, name, `w${step}`);
    expect(sorted(await found(at.engine))).toEqual(sorted(at.model));
  }
  for (const { engine, model } of machines) expect(sorted(await found(engine))).toEqual(sorted(model));
  for (const { snapshot, model } of kept) {
    expect(sorted(await found(createEngine({ from: snapshot })))).toEqual(sorted(model));
  }
});
