/** Forks: engines that begin as a snapshot, beside engines that begin as nothing and as a machine with larger images. */
import { createEngine, type Engine, type MachineSnapshot } from "@bottleship/core/engine";
import type { Case } from "../figure.ts";
import { busyMs, mediansOf } from "../measure.ts";

const IMAGES = 50;
const CONTAINERS = 200;
const AT_ONCE = 100;
/** Files in a layer of each image. */
const FEW_FILES = 1;
const MANY_FILES = 500;

export const forks: Case = async ({ rounds }) => {
  const engine = await prepared(FEW_FILES);
  const taking = await busyMs(() => void engine.snapshot());
  const snapshot = engine.snapshot();
  const [forking, making] = await mediansOf(rounds, manyFrom(snapshot), manyFrom(undefined));
  const large = (await prepared(MANY_FILES)).snapshot();
  const [ofLarge, ofSmall] = await mediansOf(rounds, manyFrom(large), manyFrom(snapshot));
  return [
    { name: `snapshot of ${IMAGES} images and ${CONTAINERS} stopped containers`, value: taking, unit: "ms" },
    { name: "  an engine from it", value: forking / AT_ONCE, unit: "ms", target: { atMost: 1 } },
    { name: "  to an engine from nothing", value: forking / making, unit: "×" },
    { name: `  with ${MANY_FILES} files in each image to ${FEW_FILES}`, value: ofLarge / ofSmall, unit: "×" },
  ];
};

const manyFrom = (from: MachineSnapshot | undefined) => (): Promise<number> =>
  busyMs(() => {
    for (let i = 0; i < AT_ONCE; i++) createEngine(from === undefined ? {} : { from });
  });

export async function prepared(filesOfImage: number): Promise<Engine> {
  const engine = createEngine();
  await engine.docker("pull --quiet busybox");
  const contents = (image: number) => Array.from({ length: filesOfImage }, (_, at) => [`f${at}`, `${image} ${at}`]);
  for (let i = 1; i < IMAGES; i++) {
    const files = Object.fromEntries(contents(i)) as Record<string, string>;
    await engine.build({ context: { files }, dockerfile: "FROM busybox\nCOPY . /files\n", tags: [`image-${i}`] });
  }
  for (let i = 0; i < CONTAINERS; i++) {
    const image = `image-${1 + (i % (IMAGES - 1))}`;
    const options = ["--name", `web-${i}`, "-v", `data-${i % 20}:/data`];
    await engine.docker(["run", ...options, image, "sh", "-c", "date > /data/log"]);
  }
  return engine;
}
