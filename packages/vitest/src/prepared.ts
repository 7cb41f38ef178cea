/** Machines that are prepared once, and then begun as by each test. */
import { createEngine, type Engine, type EngineOptions, type MachineSnapshot } from "@bottleship/core/engine";

/** What is done to a machine before it is taken a snapshot of. It leaves the machine at rest. */
export interface Preparation {
  readonly prepare: (engine: Engine) => Promise<unknown>;
}

export const NO_PREPARATION: Preparation = { prepare: async () => {} };

interface Known {
  readonly options: EngineOptions;
  readonly images: readonly string[];
  readonly preparation: Preparation;
  readonly snapshot: Promise<MachineSnapshot>;
}

const known: Known[] = [];

/** A snapshot of a prepared machine; the same one for the same options, images and preparation. */
export function preparedSnapshot(
  options: EngineOptions,
  images: readonly string[],
  preparation: Preparation,
): Promise<MachineSnapshot> {
  const same = known.find(
    (one) => one.options === options && one.preparation === preparation && one.images.join(" ") === images.join(" "),
  );
  if (same !== undefined) return same.snapshot;
  const snapshot = prepare(options, images, preparation);
  known.push({ options, images, preparation, snapshot });
  return snapshot;
}

async function prepare(options: EngineOptions, images: readonly string[], preparation: Preparation) {
  const engine = createEngine(options);
  for (const image of images) await engine.client.pull(image);
  await preparation.prepare(engine);
  return engine.snapshot();
}
