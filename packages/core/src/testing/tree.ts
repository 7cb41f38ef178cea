/** File trees for tests: made from a few words, and told in a few lines. */

import { type ContextFile, contextEntries } from "../build/files/context-source.ts";
import { applyLayer } from "../content/index.ts";
import { MemoryFs } from "../fs/index.ts";
import { decode } from "../lib/index.ts";
import { MountedTree } from "../snapshot/index.ts";
import { TestMachine } from "./machine.ts";

/** A tree with these files, written as a build context is. */
export function treeWith(files: Readonly<Record<string, ContextFile>>, { kernel } = new TestMachine()): MountedTree {
  const fileSystem = new MemoryFs(kernel, { mode: 0o755 });
  applyLayer(fileSystem.root, contextEntries({ files }, 0));
  return new MountedTree(kernel, fileSystem);
}

/** A line for each file, in order: `f 644 0:0 a/b "text"`, `d 755 0:0 a`, `l 777 0:0 link -> target`. */
export function linesOf(tree: MountedTree, directory = ""): readonly string[] {
  const at = tree.find(directory === "" ? "/" : directory);
  const names = at === undefined ? [] : [...at.inode.readdir()].map(({ name }) => name).sort();
  return names.flatMap((name) => {
    const path = `${directory}/${name}`;
    const inode = tree.find(path, { follow: false })?.inode;
    if (inode === undefined) return [];
    const { mode, uid, gid } = inode.stat();
    const about = `${(mode & 0o7777).toString(8)} ${uid}:${gid} ${path.slice(1)}`;
    if (inode.type === "dir") return [`d ${about}`, ...linesOf(tree, path)];
    if (inode.type === "symlink") return [`l ${about} -> ${inode.readlink()}`];
    return [`${inode.type.charAt(0)} ${about} ${JSON.stringify(decode(tree.readFile(path) ?? new Uint8Array()))}`];
  });
}
