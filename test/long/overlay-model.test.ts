/**
 * Random operations on an overlay and on a plain tree with the same contents: the answers are the same, and so are the
 * trees - but for the one thing that overlayfs refuses, renaming a directory that has a lower side (EXDEV).
 */
import { Errno, O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } from "@bottleship/core/abi";
import { MemoryFs, OverlayFs } from "@bottleship/core/fs";
import { Kernel } from "@bottleship/core/kernel";
import { Prng, World } from "@bottleship/core/sim";
import { MountedTree } from "@bottleship/core/snapshot";
import { attributes, directory, type Inode, type OpenFile, open } from "@bottleship/core/vfs";
import { expect, it } from "vitest";

const STEPS = 100_000;
const SEEDS = [1, 2, 3, 4];
const NAMES = ["a", "b", "c", "d"];
const OPEN_LIMIT = 6;

/** One side of the comparison: a tree, and the files that are open in it. */
interface Side {
  readonly tree: MountedTree;
  readonly files: OpenFile[];
}

type Step = (side: Side) => unknown;

function sides(prng: Prng): readonly [overlay: Side, plain: Side] {
  const kernel = new Kernel(new World());
  const lower = [new MemoryFs(kernel, { mode: 0o755 }), new MemoryFs(kernel, { mode: 0o755 })];
  const plain = new MountedTree(kernel, new MemoryFs(kernel, { mode: 0o755 }));
  // The lowest layer first: what a higher one has too is not made twice in the plain tree.
  for (const layer of [...lower].reverse()) {
    const tree = new MountedTree(kernel, layer);
    for (let i = 0; i < 30; i++) {
      const step = furnish(prng);
      const made = answer(step, { tree, files: [] });
      if (made === undefined) remake(step, plain);
    }
    tree.close();
    layer.root.sealed = true;
  }
  const upper = new MemoryFs(kernel, { mode: 0o755 });
  const overlay = new OverlayFs(kernel, { lower: lower.map(({ root }) => root), upper: upper.root });
  return [
    { tree: new MountedTree(kernel, overlay), files: [] },
    { tree: plain, files: [] },
  ];
}

interface Furniture extends Step {
  readonly path: string;
  readonly isDirectory: boolean;
}

/** Something that a layer has: the deeper the path, the rarer. */
function furnish(prng: Prng): Furniture {
  const path = somePath(prng);
  const isDirectory = prng.chance(1, 2);
  const content = `${path} ${prng.below(1000)}`;
  const step: Step = ({ tree }) =>
    isDirectory ? directory.mkdir(tree.context, path, 0o755) : writeNew(tree, path, content);
  return Object.assign(step, { path, isDirectory });
}

/** A higher layer's directory joins a lower one; anything else covers what is there. */
function remake(step: Furniture, plain: MountedTree): void {
  const existing = plain.find(step.path, { follow: false });
  if (existing?.inode.type === "dir" && step.isDirectory) return;
  if (existing !== undefined) removeAll(plain, step.path);
  expect(answer(step, { tree: plain, files: [] })).toBeUndefined();
}

function removeAll(tree: MountedTree, path: string): void {
  const inode = tree.find(path, { follow: false })?.inode;
  if (inode?.type !== "dir") {
    directory.unlink(tree.context, path);
    return;
  }
  for (const { name } of [...inode.readdir()]) removeAll(tree, `${path}/${name}`);
  directory.rmdir(tree.context, path);
}

function writeNew(tree: MountedTree, path: string, content: string): void {
  const file = open(tree.context, path, O_CREAT | O_EXCL | O_WRONLY, 0o644);
  file.write(new TextEncoder().encode(content));
  file.release();
}

function somePath(prng: Prng): string {
  const depth = 1 + prng.below(3);
  return Array.from({ length: depth }, () => `/${NAMES[prng.below(NAMES.length)] ?? ""}`).join("");
}

/** A step, the same for both sides. */
function randomStep(prng: Prng): Step {
  const path = somePath(prng);
  const other = somePath(prng);
  const number = prng.below(200);
  const bytes = new TextEncoder().encode(`${number}`.repeat(1 + prng.below(20)));
  const flags = [O_RDONLY, O_RDWR, O_WRONLY | O_APPEND, O_RDWR | O_CREAT, O_WRONLY | O_TRUNC][prng.below(5)] ?? 0;
  const steps: readonly Step[] = [
    ({ tree }) => writeNew(tree, path, other),
    ({ tree }) => directory.mkdir(tree.context, path, 0o755),
    ({ tree }) => directory.unlink(tree.context, path),
    ({ tree }) => directory.rmdir(tree.context, path),
    ({ tree }) => directory.rename(tree.context, path, other, 0),
    ({ tree }) => directory.link(tree.context, path, other, { follow: false }),
    ({ tree }) => directory.symlink(tree.context, other, path),
    ({ tree }) => attributes.chmod(tree.context.creds, found(tree, path), number),
    ({ tree }) => attributes.chown(tree.context.creds, found(tree, path), number, number),
    ({ tree }) => attributes.truncate(tree.context.creds, found(tree, path), number),
    ({ tree }) => [...found(tree, path).inode.readdir()].map(({ name }) => name).sort(),
    ({ tree }) => fileSize(found(tree, path).inode),
    ({ tree, files }) => {
      files.push(open(tree.context, path, flags, 0o600));
      if (files.length > OPEN_LIMIT) files.shift()?.release();
    },
    ({ files }) => files[number % OPEN_LIMIT]?.write(bytes),
    ({ files }) => text(files[number % OPEN_LIMIT]?.pread(4096, 0)),
    ({ files }) => files[number % OPEN_LIMIT]?.pwrite(bytes, number),
  ];
  return steps[prng.below(steps.length)] as Step;
}

/** The size of a directory is that of its upper side alone. */
function fileSize(inode: Inode): number | undefined {
  return inode.type === "dir" ? undefined : inode.stat().size;
}

function found(tree: MountedTree, path: string) {
  const at = tree.find(path);
  if (at === undefined) throw new Errno("ENOENT");
  return at;
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** What a step gives, or the name of the error that it throws. */
function answer(step: Step, side: Side): unknown {
  try {
    return step(side);
  } catch (error) {
    if (error instanceof Errno) return error.code;
    throw error;
  }
}

/** Everything that can be seen of a tree. */
function picture(tree: MountedTree, path = ""): readonly string[] {
  const inode = tree.find(path === "" ? "/" : path, { follow: false })?.inode;
  if (inode === undefined) return [];
  const { mode, uid, gid, size, nlink } = inode.stat();
  const about = `${path} ${mode.toString(8)} ${uid}:${gid}`;
  if (inode.type === "symlink") return [`${about} -> ${inode.readlink()}`];
  if (inode.type !== "dir") return [`${about} ${nlink} ${size} ${text(tree.readFile(path))}`];
  const names = [...inode.readdir()].map(({ name }) => name).sort();
  return [about, ...names.flatMap((name) => picture(tree, `${path}/${name}`))];
}

it.each(SEEDS)("agrees with a plain tree over 100,000 steps, seed %i", (seed) => {
  const prng = new Prng(seed);
  let [overlay, plain] = sides(prng);
  let refused = 0;
  expect(picture(overlay.tree)).toEqual(picture(plain.tree));
  for (let count = 0; count < STEPS; count++) {
    // A tree that has been worked on for a while has no lower side left: begin anew.
    if (count % 1000 === 999) [overlay, plain] = sides(prng);
    const step = randomStep(prng);
    const got = answer(step, overlay);
    if (got === "EXDEV") {
      refused++;
      continue;
    }
    expect(got, `seed ${seed}, step ${count}: ${step.toString()}`).toEqual(answer(step, plain));
    if (count % 50 === 0)
      expect(picture(overlay.tree), `seed ${seed}, after step ${count}`).toEqual(picture(plain.tree));
  }
  expect(refused).toBeGreaterThan(0);
});
