/** What the recorder noted of a finished image. */
import { createHash } from "node:crypto";
import { major, minor, programName } from "@bottleship/core/abi";
import type { LayerEntry as CoreEntry } from "@bottleship/core/content";
import type { Engine } from "@bottleship/core/engine";
import type { Chunks } from "@bottleship/core/lib";
import type { Built, LayerEntry } from "./recording.ts";

/** Only files of this size are shown. */
const TEXT_LIMIT = 4096;
const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";

export type ImageFacts = Pick<
  Built,
  "config" | "history" | "author" | "architecture" | "os" | "variant" | "baseLayers" | "layers" | "rootfsOfInterest"
>;

export interface FactsOptions {
  /** Names of images that it may be based on. */
  readonly bases: readonly string[];
  /** The recorded busybox: ours is no real program, so wherever it is it counts as that one. */
  readonly executable: RecordedExecutable | undefined;
}

/** A file of the recorded base image. */
export interface RecordedExecutable {
  readonly size: number;
  readonly sha256: string;
}

export function imageFacts(engine: Engine, name: string, { bases, executable }: FactsOptions): ImageFacts | undefined {
  const image = engine.images.find(name);
  if (image === undefined) return undefined;
  const { config, history = [], author, architecture, os, variant, rootfs } = image.config;
  const shared = bases.map((base) => sharedLayers(rootfs.diff_ids, engine.images.find(base)?.config.rootfs.diff_ids));
  const baseLayers = Math.max(0, ...shared);
  const layers = image.chain.slice(baseLayers).map((layer) => [...engine.images.layer(layer)].map(inOneArray));
  return {
    config: { ...config },
    history: history.map(({ created: _created, ...entry }) => ({ ...entry })),
    ...(author === undefined ? {} : { author }),
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    baseLayers,
    layers: layers.map((entries) =>
      entries.map((entry) => entryFacts(entry, executable)).sort((a, b) => (a.path < b.path ? -1 : 1)),
    ),
    rootfsOfInterest: textsOf(layers),
  };
}

const inOneArray = ({ content, ...about }: CoreEntry<Chunks>): CoreEntry =>
  content === undefined ? about : { ...about, content: content.whole() };

/** How many layers an image has from another: all of them, or it is not based on it. */
function sharedLayers(layers: readonly string[], base: readonly string[] = []): number {
  return base.every((layer, index) => layers[index] === layer) ? base.length : 0;
}

function entryFacts(entry: CoreEntry, executable: RecordedExecutable | undefined): LayerEntry {
  const { path, type, mode, uid, gid, content = new Uint8Array(), link, rdev } = entry;
  const isExecutable = content.length === executable?.size && programName(content) !== undefined;
  return {
    path,
    type,
    mode: mode.toString(8).padStart(4, "0"),
    uid,
    gid,
    size: type === "file" ? content.length : 0,
    link: link ?? null,
    ...(type === "file" ? { sha256: isExecutable ? executable.sha256 : sha256(content) } : {}),
    ...(rdev === undefined ? {} : { major: major(rdev), minor: minor(rdev) }),
  };
}

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** The small text files that the layers leave. */
function textsOf(layers: readonly (readonly CoreEntry[])[]): Readonly<Record<string, string>> {
  const files = new Map<string, Uint8Array | undefined>();
  const removeBelow = (path: string): void => {
    for (const known of [...files.keys()]) if (known.startsWith(path === "" ? "" : `${path}/`)) files.delete(known);
  };
  for (const entries of layers) {
    const added = new Map<string, Uint8Array | undefined>();
    for (const { path, type, content, link } of entries) {
      const slash = path.lastIndexOf("/") + 1;
      const name = path.slice(slash);
      if (name === OPAQUE) removeBelow(path.slice(0, Math.max(0, slash - 1)));
      else if (name.startsWith(WHITEOUT)) {
        const hidden = path.slice(0, slash) + name.slice(WHITEOUT.length);
        files.delete(hidden);
        removeBelow(hidden);
      } else {
        if (type !== "dir") removeBelow(path);
        files.delete(path);
        if (type === "file") added.set(path, content ?? new Uint8Array());
        else if (type === "hardlink") added.set(path, added.get(link ?? ""));
      }
    }
    for (const [path, content] of added) files.set(path, content);
  }
  return Object.fromEntries([...files].flatMap(([path, content]) => textEntry(path, content)));
}

function textEntry(path: string, content: Uint8Array | undefined): readonly (readonly [string, string])[] {
  if (content === undefined || content.length > TEXT_LIMIT) return [];
  const text = Buffer.from(content).toString();
  return Buffer.from(text).equals(content) ? [[path, text]] : [];
}
