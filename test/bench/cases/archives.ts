/** Layers: tar archives of many small files beside tar-stream, and a large layer on its way to a registry and back. */
import { createHash } from "node:crypto";
import { type LayerEntry, layerToTar, tarToLayer } from "@bottleship/core/content";
import { createEngine } from "@bottleship/core/engine";
import { Registry } from "@bottleship/core/registry";
import { extract, pack } from "tar-stream";
import type { Case, Figure } from "../figure.ts";
import { elapsedMs, mediansOf } from "../measure.ts";

const MTIME_MS = 1_700_000_000_000;
const ENTRIES = Array.from({ length: 1000 }, (_, i): LayerEntry & { readonly content: Uint8Array } => ({
  path: `app/src/${i % 20}/file-${i}.txt`,
  type: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeUs: MTIME_MS * 1000,
  content: Buffer.from(`file number ${i}\n`.repeat(20)),
}));
const ARCHIVE = layerToTar(ENTRIES);

const LAYER_BYTES = 100 << 20;
/**
 * Who stores it and who receives it: each has to know that the bytes are what their digest says. The sender has known since
 * the layer was made, which is before the clock starts.
 */
const PASSES = 2;

export const archives: Case = async ({ rounds, scale }) => [
  ...(await tarFigures(rounds)),
  ...(await transferFigures(rounds, Math.floor(LAYER_BYTES * scale))),
];

async function tarFigures(rounds: number): Promise<readonly Figure[]> {
  const [packing, theirPacking] = await mediansOf(
    rounds,
    () => elapsedMs(() => void layerToTar(ENTRIES)),
    () => elapsedMs(packWithTarStream),
  );
  const [unpacking, theirUnpacking] = await mediansOf(
    rounds,
    () => elapsedMs(() => void [...tarToLayer(ARCHIVE)]),
    () => elapsedMs(unpackWithTarStream),
  );
  return [
    { name: "tar of 1,000 small files", value: packing, unit: "ms" },
    { name: "  tar-stream to it", value: theirPacking / packing, unit: "×", target: { atLeast: 1 } },
    { name: "files of such a tar", value: unpacking, unit: "ms" },
    { name: "  tar-stream to it", value: theirUnpacking / unpacking, unit: "×", target: { atLeast: 1 } },
  ];
}

async function packWithTarStream(): Promise<void> {
  const packing = pack();
  const chunks: Buffer[] = [];
  packing.on("data", (chunk) => chunks.push(chunk as Buffer));
  const mtime = new Date(MTIME_MS);
  for (const { path, mode, content } of ENTRIES) packing.entry({ name: path, mode, mtime }, content as Buffer);
  packing.finalize();
  await new Promise<void>((resolve) => packing.on("end", () => resolve()));
  if (Buffer.concat(chunks).length !== ARCHIVE.length) throw new Error("tar-stream has written something else");
}

async function unpackWithTarStream(): Promise<void> {
  const unpacking = extract();
  let files = 0;
  unpacking.on("entry", (_header, stream, next) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk) => chunks.push(chunk as Buffer));
    stream.on("end", () => {
      files += Buffer.concat(chunks).length > 0 ? 1 : 0;
      next();
    });
  });
  unpacking.end(ARCHIVE);
  await new Promise<void>((resolve) => unpacking.on("finish", () => resolve()));
  if (files !== ENTRIES.length) throw new Error("tar-stream has read something else");
}

async function transferFigures(rounds: number, size: number): Promise<readonly Figure[]> {
  const content = new Uint8Array(size);
  for (let i = 0; i < size; i++) content[i] = (i * 2_654_435_761) >>> 24;
  const sender = createEngine();
  await sender.build({ context: { files: { big: content } }, dockerfile: "FROM scratch\nCOPY big /\n", tags: ["big"] });
  let last = 0;
  const [transfer, passes] = await mediansOf(
    rounds,
    async () => {
      const host = `registry-${last++}:5000`;
      const registry = new Registry({ nowUs: () => sender.world.clock.nowUs });
      sender.registries.add(host, registry.fetch);
      sender.images.tag("big", `${host}/big`);
      const receiver = createEngine({ registries: sender.registries });
      return elapsedMs(async () => {
        await sender.images.push(`${host}/big`);
        await receiver.images.pull(`${host}/big`);
      });
    },
    () =>
      elapsedMs(() => {
        for (let i = 0; i < PASSES; i++) createHash("sha256").update(content).digest();
      }),
  );
  return [
    { name: `push and pull of a layer of ${Math.round(size / 2 ** 20)} MiB`, value: transfer, unit: "ms" },
    { name: `  to ${PASSES} passes of sha256`, value: transfer / passes, unit: "×", target: { atMost: 1.8 } },
  ];
}
