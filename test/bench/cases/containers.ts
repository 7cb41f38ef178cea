/**
 * Containers by the thousand, through the engine's services: image, snapshot, cgroup, namespaces, init, pivot_root, execve
 * of the image's own busybox, events and logs.
 */
import { createEngine, type Engine } from "@bottleship/core/engine";
import type { Case } from "../figure.ts";
import { elapsedMs, medianOf } from "../measure.ts";
import { heapBytes } from "../memory.ts";

const FEW = 100;
const MANY = 10_000;

export const containers: Case = async ({ rounds, scale }) => {
  const engine = createEngine();
  await engine.images.pull("busybox");
  const cycles = Math.round(2000 * scale);
  const rate = async (): Promise<number> => (cycles * 1000) / (await elapsedMs(() => runMany(engine, cycles)));
  await runMany(engine, 2 * cycles);
  const emptyBytes = heapBytes();
  const few = Math.round(FEW * scale);
  const many = Math.round(MANY * scale);
  await startIdle(engine, few);
  const atFew = await medianOf(rounds, rate);
  const startMs = await elapsedMs(() => startIdle(engine, many - few));
  const heldBytes = heapBytes() - emptyBytes;
  const atMany = await medianOf(rounds, rate);
  return [
    { name: `create + start + wait + remove beside ${few} idle containers`, value: atFew, unit: "/s" },
    {
      name: `create + start + wait + remove beside ${many} idle containers`,
      value: atMany,
      unit: "/s",
      target: { atLeast: 20_000 },
    },
    { name: `  ${many} to ${few}`, value: atMany / atFew, unit: "×", target: { atLeast: 0.7 } },
    { name: "create + start of `sleep infinity`", value: ((many - few) * 1000) / startMs, unit: "/s" },
    { name: "heap of a container that stays", value: heldBytes / many, unit: "bytes", target: { atMost: 8192 } },
  ];
};

async function runMany({ containers }: Engine, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const container = containers.create({ Image: "busybox", Cmd: ["/bin/true"] });
    await containers.start(container);
    const code = await containers.wait(container);
    if (code !== 0) throw new Error(`true ended with ${code}`);
    await containers.remove(container);
  }
}

/** Starts containers that stay, and lets each get to where it sleeps. */
async function startIdle({ containers, world }: Engine, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await containers.start(containers.create({ Image: "busybox", Cmd: ["sleep", "infinity"] }));
  }
  await world.advance(1_000_000);
}
