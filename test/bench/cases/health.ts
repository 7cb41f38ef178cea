/** Health checks over a long time: each is a process of its own, with its events and its place in the log of five. */
import { createEngine } from "@bottleship/core/engine";
import type { Case } from "../figure.ts";
import { elapsedMs } from "../measure.ts";

const CONTAINERS = 1000;
const INTERVAL_NS = 30_000_000_000;
const CHECKS_PER_HOUR = 120;
const HOUR_US = 3_600_000_000;
const HOURS = 24;

export const health: Case = async ({ scale }) => {
  const { containers, images, world } = createEngine();
  await images.pull("busybox");
  const count = Math.round(CONTAINERS * scale);
  for (let i = 0; i < count; i++) {
    await containers.start(
      containers.create({
        Image: "busybox",
        Cmd: ["sleep", "infinity"],
        Healthcheck: { Test: ["CMD", "true"], Interval: INTERVAL_NS },
      }),
    );
  }
  await world.advance(HOUR_US / 4);
  const ms = await elapsedMs(() => world.advance(HOURS * HOUR_US));
  if (!containers.list().every((container) => container.health?.status === "healthy")) {
    throw new Error("some container is not healthy");
  }
  return [
    { name: `a day of ${count} health checks every 30 s`, value: ms / 1000, unit: "s", target: { atMost: 30 * scale } },
    { name: "  each", value: (ms * 1000) / (count * HOURS * CHECKS_PER_HOUR), unit: "µs" },
  ];
};
