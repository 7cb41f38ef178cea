/** Forks: engines that begin as a snapshot, beside engines that begin as nothing. */
import { createEngine, type Engine } from "@bottleship/core/engine";
import type { Case } from "../figure.ts";
import { elapsedMs, mediansOf } from "../measure.ts";

const IMAGES = 50;
const CONTAINERS = 200;
const AT_ONCE = 100;

export const forks: Case = async ({ rounds }) => {
  const engine = await prepared();
  const taking = await elapsedMs(() => void engine.snapshot());
  const snapshot = engine.snapshot();
  const many = (make: () => Engine) => (): Promise<number> =>
    elapsedMs(() => {
      for (let i = 0; i < AT_ONCE; i++) make();
    });
  const [forking, making] = await mediansOf(
    rounds,
    many(() => createEngine({ from: snapshot })),
    many(() => createEngine()),
  );
  return [
    { name: `snapshot of ${IMAGES} images and ${CONTAINERS} stopped containers`, value: taking, unit: "ms" },
    { name: "  an engine from it", value: forking / AT_ONCE, unit: "ms", target: { atMost: 1 } },
    { name: "  to an engine from nothing", value: forking / making, unit: "×" },
  ];
};

async function prepared(): Promise<Engine> {
  const engine = createEngine();
  await engine.docker("pull --quiet busybox");
  for (let i = 1; i < IMAGES; i++) {
    const dockerfile = `FROM busybox\nRUN echo ${i} > /number\n`;
    await engine.build({ context: { files: {} }, dockerfile, tags: [`image-${i}`] });
  }
  for (let i = 0; i < CONTAINERS; i++) {
    const image = `image-${1 + (i % (IMAGES - 1))}`;
    await engine.docker([
      "run",
      "--name",
      `web-${i}`,
      "-v",
      `data-${i % 20}:/data`,
      image,
      "sh",
      "-c",
      "date > /data/log",
    ]);
  }
  return engine;
}
