/**
 * What the reconciler is put through: a service of three replicas that ask another one whether they are well, a rolling
 * update, and ten minutes in which links are cut, memory leaks away, events get lost and the daemon restarts.
 *
 * When that is over, it has five minutes to set everything right.
 */
import type { Engine } from "@bottleship/core/engine";
import { drawPlan, type Trial } from "@bottleship/core/explore";
import type { FaultPlan } from "@bottleship/core/faults";
import type { Prng } from "@bottleship/core/sim";
import { Reconciler, type ReconcilerOptions } from "./reconciler.ts";

const REPLICAS = 3;
const TROUBLED_SECONDS = 600;
const CLIENT = "reconciler";

/** A partition, a leak, lost events and a daemon that goes away, each at some time, and up to three more troubles. */
export function troubles(prng: Prng): FaultPlan {
  const sometime = (): { readonly after: string; readonly lasts: string } => ({
    after: `${prng.below(TROUBLED_SECONDS)}s`,
    lasts: `${10 + prng.below(110)}s`,
  });
  const { after } = sometime();
  return [
    { on: "network", network: "shop", ...sometime(), cut: true },
    { on: "process", container: "web-*", ...sometime(), leaks: 4_000_000 },
    { on: "events", client: CLIENT, ...sometime(), loses: true },
    {
      on: "daemon",
      effect: prng.chance(1, 2) ? "crash" : "restart",
      after,
      down: `${prng.below(60)}s`,
      liveRestore: prng.chance(1, 2),
    },
    ...drawPlan(prng, {
      within: `${TROUBLED_SECONDS}s`,
      kinds: ["api", "events", "syscall", "disk", "process"],
      client: CLIENT,
      containers: ["web-*", "web-1", "backend"],
      most: 3,
    }),
  ];
}

/** The machine before anything goes wrong. */
export async function prepare(engine: Engine): Promise<void> {
  const behaviour = { listens: 8080 };
  const test = ["wget", "-q", "-T", "2", "-O", "/dev/null", "http://backend:8080/"];
  engine.images.define("backend:1", { behaviour });
  for (const tag of ["web:1", "web:2"]) {
    engine.images.define(tag, { behaviour, healthcheck: { test, interval: "15s", timeout: "5s", retries: 2 } });
  }
  await engine.client.createNetwork("shop");
  await engine.client.run("backend:1", { name: "backend", network: "shop", restart: "always" });
}

/** @throws Error if there are not three healthy replicas of the new image in the end */
export async function story({ engine, prng, signal }: Trial, options: ReconcilerOptions = {}): Promise<void> {
  const client = engine.clientNamed(CLIENT);
  const web = { name: "web", image: "web:1", replicas: REPLICAS, options: { network: "shop", memory: "64m" } };
  const reconciler = new Reconciler(client, web, options);
  const working = reconciler.run(signal);
  const updateSeconds = prng.below(TROUBLED_SECONDS);
  await Promise.race([engine.pass(`${updateSeconds}s`), working]);
  reconciler.deploy({ image: "web:2" });
  await Promise.race([engine.pass(`${TROUBLED_SECONDS - updateSeconds}s`), working]);
  engine.faults.clear();
  await Promise.race([engine.pass("5m"), working]);
  const lines = await engine.client.containers({ all: true, filter: { label: "app=web" } });
  const right = lines.filter(({ Image, Status }) => Image === "web:2" && Status.endsWith("(healthy)"));
  if (lines.length === REPLICAS && right.length === REPLICAS) return;
  const found = lines.map(({ Names, Image, Status }) => `${Names} ${Image} ${Status}`).sort();
  throw new Error(`not three healthy replicas of web:2 but: ${found.join("; ")}`);
}
