/**
 * Starting containers that stay: from the request to where `sleep infinity` sleeps, through init, pivot_root and execve;
 * on networks of a thousand containers each, and without one. Beside a hundred others, and beside a hundred thousand.
 */
import { type Container, createEngine, type Engine } from "@bottleship/core/engine";
import type { Case } from "../figure.ts";
import { elapsedMs, mediansOf } from "../measure.ts";
import { heapBytes } from "../memory.ts";

const FEW = 100;
const MANY = 100_000;
const PER_NETWORK = 1000;
/** Containers that are started in a round, and removed after it. */
const ROUND = 500;
const WARM_UP = 40;
/** Where there is one round of other cases: some meet two collections, and some none. */
const ROUNDS = 3;

export const starts: Case = async ({ rounds, scale }) => {
  const fleet = new Fleet();
  await fleet.prepare();
  await fleet.warmUp();
  const few = Math.round(FEW * scale);
  const many = Math.round(MANY * scale);
  await fleet.grow(few);
  const [atFew, alone] = await mediansOf(
    ROUNDS * rounds,
    () => fleet.round("network"),
    () => fleet.round("none"),
  );
  const emptyBytes = heapBytes();
  const growMs = await elapsedMs(() => fleet.grow(many - few));
  const heldBytes = heapBytes() - emptyBytes;
  // A collection that was asked for takes compiled code along.
  await fleet.warmUp();
  const [atMany] = await mediansOf(
    ROUNDS * rounds,
    () => fleet.round("network"),
    () => fleet.round("none"),
  );
  return [
    {
      name: `create + start of \`sleep infinity\` beside ${few}`,
      value: atFew,
      unit: "/s",
      target: { atLeast: 50_000 },
    },
    { name: "the same with --network none", value: alone, unit: "/s" },
    { name: `create + start beside ${many}`, value: atMany, unit: "/s" },
    { name: `  ${many} to ${few}`, value: atMany / atFew, unit: "×", target: { atLeast: 0.7 } },
    { name: `  on the way from ${few} to ${many}`, value: ((many - few) * 1000) / growMs, unit: "/s" },
    { name: "heap of each", value: heldBytes / (many - few), unit: "bytes", target: { atMost: 4096 } },
  ];
};

/** A machine with ever more containers on it. */
class Fleet {
  readonly #engine: Engine = createEngine();
  #started = 0;

  async prepare(): Promise<void> {
    await this.#engine.images.pull("busybox");
    this.#addNetwork("round", 255);
  }

  /** Starts containers that stay. */
  async grow(count: number): Promise<void> {
    const { world } = this.#engine;
    for (let i = 0; i < count; i++, this.#started++) {
      const number = Math.floor(this.#started / PER_NETWORK);
      const name = `net${number}`;
      if (this.#started % PER_NETWORK === 0) {
        this.#addNetwork(name, number);
      }
      await this.#start(name);
    }
    await world.advance(1_000_000);
  }

  /** Until the compiler has seen enough: a rate is what it comes to, not what it begins with. */
  async warmUp(): Promise<void> {
    for (let i = 0; i < WARM_UP; i++) await this.round(i % 2 === 0 ? "network" : "none");
  }

  /** Starts some, and removes them. Answers how many are started in a second. */
  async round(network: "network" | "none"): Promise<number> {
    const { containers, world } = this.#engine;
    const made: Container[] = [];
    const ms = await elapsedMs(async () => {
      for (let i = 0; i < ROUND; i++) made.push(await this.#start(network === "none" ? "none" : "round"));
      await world.advance(1_000_000);
    });
    for (const container of made) await containers.remove(container, { force: true });
    return (ROUND * 1000) / ms;
  }

  async #start(network: string): Promise<Container> {
    const { containers } = this.#engine;
    const container = containers.create({
      Image: "busybox",
      Cmd: ["sleep", "infinity"],
      HostConfig: { NetworkMode: network },
    });
    await containers.start(container);
    return container;
  }

  #addNetwork(name: string, octet: number): void {
    const config = [{ Subnet: `10.${octet}.0.0/16` }];
    this.#engine.networks.create({ Name: name, IPAM: { Driver: "default", Options: {}, Config: config } });
  }
}
