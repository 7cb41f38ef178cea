/** Many containers with health checks and restart policies, for hours, while things fail that the seed has drawn. */
import { createEngine } from "@bottleship/core/engine";
import { drawPlan, type FaultKind } from "@bottleship/core/explore";
import { Prng } from "@bottleship/core/sim";

export interface DayOptions {
  readonly seed: number;
  readonly containers: number;
  readonly hours: number;
  /** How many rules are drawn for each hour. */
  readonly rulesAnHour?: number;
}

/** What is left of a day. */
export interface Day {
  readonly hash: string;
  /** Entries of the trace. */
  readonly entries: number;
  readonly fired: number;
  readonly restarts: number;
  readonly states: string;
}

const KINDS: readonly FaultKind[] = ["api", "events", "syscall", "disk", "clock", "daemon", "process", "network"];

/** Lives through it; the last of the states are told as `docker ps` does. */
export async function troubledDay({ seed, containers, hours, rulesAnHour = 6 }: DayOptions): Promise<Day> {
  const engine = createEngine({ seed, order: "random" });
  await engine.images.pull("busybox");
  await engine.client.createNetwork("shop");
  const prng = new Prng(`${seed}:day`);
  for (let index = 0; index < containers; index++) {
    await engine.client.run("busybox", {
      name: `web-${index}`,
      network: "shop",
      restart: "always",
      memory: "64m",
      healthCmd: index % 4 === 0 ? "test -e /etc/passwd" : "true",
      healthInterval: "30s",
      command: `sleep ${600 + prng.below(20_000)}; exit ${prng.below(3)}`,
    });
  }
  for (let hour = 0; hour < hours; hour++) {
    const palette = { within: "1h", kinds: KINDS, containers: ["web-*", "web-1", "web-7"], most: 1 };
    using _ = engine.faults.add(...Array.from({ length: rulesAnHour }, () => drawPlan(prng, palette)).flat());
    await engine.pass("1h");
  }
  const { stdout } = await engine.docker("ps -a --no-trunc --format '{{.Names}} {{.Status}}'");
  const { hash, length } = engine.world.trace;
  const restarts = engine.containers.list({ all: true }).reduce((sum, { restartCount }) => sum + restartCount, 0);
  return { hash, entries: length, fired: engine.faults.fired.length, restarts, states: stdout };
}
