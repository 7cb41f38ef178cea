/** Sources: images, build contexts, files that the Dockerfile contains. @see BuildKit source/ */

import { applyLayer, type LayerEntry, layerDigest } from "../../content/index.ts";
import type { MemoryFs } from "../../fs/index.ts";
import { bytesText } from "../../lib/go/index.ts";
import { compareBytes, dirname, encode, join, sha256 } from "../../lib/index.ts";
import { MountedTree, SnapshotView } from "../../snapshot/index.ts";
import { BuildError, rethrow } from "../dockerfile/error.ts";
import { treeOf, withoutIgnored } from "../files/context-tree.ts";
import { parseGlob } from "../files/glob.ts";
import { IgnoreMatcher } from "../files/ignore.ts";
import type { BuildCache } from "./build-cache.ts";
import type { BuildMachine } from "./build-machine.ts";
import type { Result } from "./result.ts";
import type { ContextOp, DownloadOp, ImageOp, InlineOp } from "./vertex.ts";
import type { SourceWork } from "./work.ts";

/** A committed snapshot as a result; `undefined` for an empty tree. */
export function snapshotResult(
  machine: BuildMachine,
  key: string,
  snapshot: string | undefined,
  earlier?: readonly string[] | undefined,
): Result {
  const { kernel, snapshotter } = machine;
  return { key, snapshot, earlier, open: () => new SnapshotView(kernel, snapshotter, snapshot) };
}

export function imageWork(machine: BuildMachine, op: ImageOp): SourceWork {
  return { produce: () => snapshotResult(machine, imageKey(op), op.chain.at(-1)) };
}

/** The key of an image, by all of its layers. */
export const imageKey = ({ identity }: ImageOp): string => `image ${identity}`;

export function contextWork(
  machine: BuildMachine,
  cache: BuildCache,
  { op: { entries, memory, ignore, includes, isBase }, name }: { readonly op: ContextOp; readonly name: string },
): SourceWork {
  return {
    produce: (progress) => {
      const asked = includes?.();
      checkIncludes(asked ?? []);
      checkPatterns("exclude", () => ignore);
      const files = ignore === undefined ? entries() : [...withoutIgnored(entries(), ignore)];
      const { fileSystem, bytes } = memory.send(machine.kernel, files);
      progress.status(`transferring context: ${bytesText(bytes)}`);
      cache.noteLocal("context", name, sizeOf(files), machine.kernel.nowUs);
      return isBase ? layerResult(machine, cache, name, files) : treeResult(machine, fileSystem, asked);
    },
  };
}

/** The client refuses patterns that are none. @throws BuildError */
function checkIncludes(paths: readonly string[]): void {
  const patterns = paths.map((path) => join("/", path).slice(1)).sort(compareBytes);
  // An empty pattern wants all of it.
  if (patterns.includes("")) return;
  rethrow(
    () => patterns.forEach(parseGlob),
    ({ message }) =>
      new BuildError(`rpc error: code = Unknown desc = invalid includepatterns: [${patterns.join(" ")}]: ${message}`),
  );
  checkPatterns("include", () => new IgnoreMatcher(patterns));
}

/** What is a pattern need not be one to whom it is sent as a regular expression. @throws BuildError @see fsutil filter.go */
function checkPatterns(kind: "include" | "exclude", matcher: () => IgnoreMatcher | undefined): void {
  rethrow(
    () => matcher()?.compile(),
    ({ message }) => new BuildError(`error from sender: failed to match ${kind}patterns: ${message}`),
  );
}

/** @throws StatusError if nobody answers */
export function downloadWork(machine: BuildMachine, { url, file, checksum }: DownloadOp): SourceWork {
  return {
    // What it must be is all that the cache asks for: the file itself is looked at later.
    ...(checksum === undefined && { failsWith: "failed to load cache key" }),
    produce: async () => {
      const { content, mtimeUs } = await machine.download(url);
      const digest = `sha256:${sha256(content)}`;
      if (checksum !== undefined && checksum !== digest) throw new BuildError(`digest mismatch ${digest}: ${checksum}`);
      const entry = { path: file, type: "file", mode: 0o600, uid: 0, gid: 0, mtimeUs, content } as const;
      return treeResult(machine, treeOf(machine.kernel, [entry]));
    },
  };
}

export function inlineWork(machine: BuildMachine, { files }: InlineOp): SourceWork {
  const { nowUs } = machine.kernel;
  const entries = files.map(
    ({ name, content }): LayerEntry => ({
      path: name,
      type: "file",
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtimeUs: nowUs,
      content: encode(content),
    }),
  );
  // Only files are made, no directories for them.
  const lost = files.map(({ name }) => join("/", name)).find((path) => dirname(path) !== "/");
  return {
    produce: () => {
      if (lost !== undefined) throw new BuildError(`open ${lost}: no such file or directory`);
      return treeResult(machine, treeOf(machine.kernel, entries));
    },
  };
}

/** The key of all trees of files from outside. */
export const OUTSIDE_KEY = "files";

/** Files from outside are not part of any key: whoever takes some of them looks at what they hold. */
function treeResult({ kernel }: BuildMachine, fileSystem: MemoryFs, includes?: readonly string[]): Result {
  return { key: OUTSIDE_KEY, snapshot: undefined, open: () => new MountedTree(kernel, fileSystem), includes };
}

/**
 * The same as a layer over nothing. What a build does on top of it no other build finds in the cache: only of files that
 * are taken out of a context BuildKit looks at what they hold.
 */
function layerResult(machine: BuildMachine, cache: BuildCache, name: string, entries: readonly LayerEntry[]): Result {
  const { snapshotter, kernel } = machine;
  const digest = layerDigest(entries);
  const snapshot = `context ${digest}`;
  if (cache.use(snapshot, kernel.nowUs) === undefined) {
    const active = `${snapshot} active`;
    snapshotter.prepare(active, undefined);
    applyLayer(snapshotter.directory(active), entries);
    snapshotter.commit(snapshot, active);
    const ingredients = new Map([["the files", digest]]);
    const title = name.replace(/^\[context (.*)\] load from client$/, "local source for $1");
    cache.store({ key: snapshot, result: snapshot, name, title, snapshot, ingredients, createdUs: kernel.nowUs });
  }
  return snapshotResult(machine, snapshotter.newKey(snapshot), snapshot);
}

function sizeOf(files: readonly LayerEntry[]): number {
  let bytes = 0;
  for (const { content } of files) bytes += content?.length ?? 0;
  return bytes;
}
