/** Sources: images, build contexts, files that the Dockerfile contains. @see BuildKit source/ */
import type { LayerEntry } from "../../content/index.ts";
import { bytesText } from "../../lib/go/index.ts";
import { encode } from "../../lib/index.ts";
import { MountedTree, SnapshotView } from "../../snapshot/index.ts";
import { treeOf, withoutIgnored } from "../files/context-tree.ts";
import type { BuildMachine } from "./build-machine.ts";
import type { Result } from "./result.ts";
import type { ContextOp, ImageOp, InlineOp } from "./vertex.ts";
import type { SourceWork } from "./work.ts";

/** A committed snapshot as a result; `undefined` for an empty tree. */
export function snapshotResult(machine: BuildMachine, key: string, snapshot: string | undefined): Result {
  const { kernel, snapshotter } = machine;
  return { key, snapshot, open: () => new SnapshotView(kernel, snapshotter, snapshot) };
}

export function imageWork(machine: BuildMachine, { chain }: ImageOp): SourceWork {
  const top = chain[chain.length - 1];
  return { produce: () => snapshotResult(machine, `image ${top ?? "without layers"}`, top) };
}

export function contextWork(machine: BuildMachine, { entries, transfer, ignore }: ContextOp): SourceWork {
  return {
    produce: (progress) => {
      const files = [...withoutIgnored(entries(), ignore)];
      progress.status(`transferring context: ${bytesText(transfer.send(files))}`);
      return treeResult(machine, files);
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
  return { produce: () => treeResult(machine, entries) };
}

/** Files from outside are not part of any key: whoever takes some of them looks at what they hold. */
function treeResult({ kernel }: BuildMachine, entries: readonly LayerEntry[]): Result {
  const fileSystem = treeOf(kernel, entries);
  return { key: "files", snapshot: undefined, open: () => new MountedTree(kernel, fileSystem) };
}
