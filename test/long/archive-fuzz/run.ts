/** Mutated archives, given to everybody who takes archives from outside. */
import { createEngine, type Engine } from "@bottleship/core";
import { applyArchive, decompressLayer } from "@bottleship/core/content";
import { MemoryDirectory, MemoryFs } from "@bottleship/core/fs";
import { Kernel } from "@bottleship/core/kernel";
import { ArchiveError, gzip } from "@bottleship/core/lib";
import { Prng, World } from "@bottleship/core/sim";
import { expect } from "vitest";
import { archiveOf, CORPUS, type Kind, LAYER } from "./corpus.ts";
import { mutated } from "./mutate.ts";

export interface FuzzTally {
  taken: number;
  refused: number;
  /** Milliseconds of the slowest. */
  slowest: number;
}

/** None of the archives is so large that it would need more. */
const PATIENCE_MS = 5000;
const BOMB_LIMIT = 1 << 22;

/** Tries `count` archives. Fails, with the seed and the number, for a crash, a hang, an escape, or something left. */
export async function fuzzArchives(seed: string, count: number): Promise<FuzzTally> {
  const prng = new Prng(`archives ${seed}`);
  const kernel = new Kernel(new World());
  const engine = createEngine();
  const before = stateOf(engine);
  const tally: FuzzTally = { taken: 0, refused: 0, slowest: 0 };
  for (let index = 0; index < count; index++) {
    const [kind, whole] = CORPUS[prng.below(CORPUS.length)] ?? ["layer", LAYER];
    const [archive, how] = variant(kind, whole, prng);
    const started = performance.now();
    const refusal = attempt(() => take(how, archive, engine, kernel));
    tally.slowest = Math.max(tally.slowest, performance.now() - started);
    const what = `archive ${index} of seed ${seed} (${how})`;
    expect(tally.slowest, what).toBeLessThan(PATIENCE_MS);
    if (refusal === undefined) tally.taken++;
    else {
      tally.refused++;
      if (!(refusal instanceof ArchiveError)) throw new Error(what, { cause: refusal });
      expect(refusal.offset, what).toBeGreaterThanOrEqual(0);
      expect(Number.isSafeInteger(refusal.offset), what).toBe(true);
    }
    await clear(engine);
    expect(stateOf(engine), what).toEqual(before);
  }
  return tally;
}

/** Half of the images have a broken layer under digests that are right, so that it is unpacked. */
function variant(kind: Kind, whole: Uint8Array, prng: Prng): readonly [Uint8Array, Kind] {
  const other = CORPUS[prng.below(CORPUS.length)]?.[1] ?? whole;
  if (kind === "docker archive" && prng.chance(1, 2)) {
    const layer = mutated(LAYER, other, prng);
    return [archiveOf(prng.chance(1, 3) ? gzip(layer) : layer, false), kind];
  }
  return [mutated(whole, other, prng), kind];
}

function take(kind: Kind, archive: Uint8Array, engine: Engine, kernel: Kernel): void {
  if (kind === "layer") {
    const tree = new MemoryFs(kernel);
    try {
      applyArchive(tree.root, archive);
    } finally {
      checkNames(tree.root);
    }
  } else if (kind === "gzip") decompressLayer(archive, { limitBytes: BOMB_LIMIT });
  else engine.images.load(archive);
}

function attempt(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** No name leads anywhere but down. */
function checkNames(directory: MemoryDirectory): void {
  for (const [name, inode] of directory.entries) {
    if (name === "" || name === "." || name === ".." || name.includes("/") || name.includes("\0")) {
      throw new Error(`an entry is called ${JSON.stringify(name)}`);
    }
    if (inode instanceof MemoryDirectory) checkNames(inode);
  }
}

async function clear(engine: Engine): Promise<void> {
  for (const { id } of engine.images.list()) await engine.docker(["rmi", "-f", id]);
}

/** Images, and directories of layers. */
function stateOf({ images, kernel }: Engine): unknown {
  let at: unknown = kernel.disk.root;
  for (const name of ["var", "lib", "docker", "overlay2"]) at = at instanceof MemoryDirectory ? at.lookup(name) : at;
  return [images.list().length, at instanceof MemoryDirectory ? [...at.entries.keys()] : []];
}
