/** Stopping containers, all at once: programs that do not heed SIGTERM are killed when their ten seconds are over. */
import { createEngine } from "@bottleship/core/engine";
import type { Case } from "../figure.ts";
import { elapsedMs } from "../measure.ts";

const COUNT = 10_000;

export const stops: Case = async ({ scale }) => {
  const { containers, images, world } = createEngine();
  await images.pull("busybox");
  const startAndStop = async (count: number): Promise<number> => {
    for (let i = 0; i < count; i++) {
      await containers.start(containers.create({ Image: "busybox", Cmd: ["sleep", "infinity"] }));
    }
    await world.advance(1_000_000);
    const running = containers.list();
    const ms = await elapsedMs(async () => {
      await Promise.all(running.map((container) => containers.stop(container)));
    });
    for (const container of running) await containers.remove(container);
    return ms;
  };
  const count = Math.round(COUNT * scale);
  await startAndStop(Math.min(1000, count));
  return [
    {
      name: `stop of ${count} containers`,
      value: (await startAndStop(count)) / 1000,
      unit: "s",
      target: { atMost: 1 },
    },
  ];
};
