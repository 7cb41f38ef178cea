/** COPY, ADD and WORKDIR: changes of files. @see BuildKit solver/llbsolver/ops/file.go, file/backend.go */
import { Errno } from "../../abi/index.ts";
import type { Prng } from "../../sim/index.ts";
import { MountedSnapshot, type MountedTree } from "../../snapshot/index.ts";
import { BuildError, rethrow } from "../dockerfile/error.ts";
import { type Checksums, checksums } from "../files/checksum.ts";
import { Copier } from "../files/copy.ts";
import { IgnoreMatcher } from "../files/ignore.ts";
import { makeDirectories } from "../files/make-directories.ts";
import { findOwner } from "../files/owner.ts";
import { rootPath } from "../files/root-path.ts";
import { selectSources } from "../files/select.ts";
import { openArchive, unpackArchive } from "../files/unpack.ts";
import type { BuildMachine } from "./build-machine.ts";
import type { Result } from "./result.ts";
import { OUTSIDE_KEY, snapshotResult } from "./source-work.ts";
import type { CopyFiles, FileOp, MakeDirectory } from "./vertex.ts";
import { baseIngredient, type ChangeWork } from "./work.ts";

/** Where a snapshot is mounted while it is changed; only messages show it. */
const MOUNT_PREFIX = "/var/lib/docker/tmp/buildkit-mount";

/** What the actions take files from: the inputs of the vertex after the first. */
type Sources = readonly (Result | undefined)[];

/** @throws BuildError if a source is missing */
export function fileWork(
  machine: BuildMachine,
  op: FileOp,
  sources: Sources,
): (base: Result | undefined) => ChangeWork {
  const ingredients = new Map<string, string | Checksums>();
  for (const [index, action] of op.actions.entries()) {
    const { input: _input, ...what } = { input: 0, ...action };
    ingredients.set(`step ${index}`, JSON.stringify(what));
    if (action.kind !== "copy") continue;
    for (const [path, sums] of sourceChecksums(machine, action, sources[action.input])) {
      ingredients.set(`file ${path}`, sums);
    }
  }
  return (base) => ({
    ingredients: new Map([baseIngredient(base), ...ingredients]),
    base: base?.snapshot,
    change: async (key) => carryOut(machine, op, sources, key),
  });
}

/** Of everything that an action takes, by the paths that its source names. */
function sourceChecksums(
  machine: BuildMachine,
  action: CopyFiles,
  from: Result | undefined,
): ReadonlyMap<string, Checksums> {
  const found = new Map<string, Checksums>();
  const exclude = checkedExclude(machine, action);
  withTree(machine, from, (tree) => {
    for (const path of selectSources(tree, action.source)) {
      const sums = checksums(tree, path, { exclude, isFromOutside: from?.key === OUTSIDE_KEY });
      if (sums === undefined) throw missing(machine, path);
      found.set(path, sums);
    }
  });
  return found;
}

/** A source that is not there, in BuildKit's words. */
export function missing({ prng }: BuildMachine, path: string): BuildError {
  return checksumError(prng, `"${path}": not found`);
}

function checksumError(prng: Prng, why: string): BuildError {
  const word = (): string => Array.from({ length: 25 }, () => prng.below(36).toString(36)).join("");
  return new BuildError(`failed to calculate checksum of ref ${word()}::${word()}: ${why}`);
}

/** @throws BuildError if a pattern is none */
function checkedExclude({ prng }: BuildMachine, action: CopyFiles): IgnoreMatcher | undefined {
  return rethrow(
    () => excludeOf(action),
    ({ message }) => checksumError(prng, `invalid excludepatterns: [${action.exclude.join(" ")}]: ${message}`),
  );
}

function carryOut(machine: BuildMachine, { actions }: FileOp, sources: Sources, key: string): void {
  const { kernel, snapshotter, prng } = machine;
  const tree = new MountedSnapshot(kernel, snapshotter, key);
  const mountPoint = `${MOUNT_PREFIX}${prng.below(2 ** 31)}`;
  try {
    for (const action of actions) {
      if (action.kind === "mkdir") makeDirectory(tree, action);
      else withTree(machine, sources[action.input], (source) => copyFiles(machine, source, tree, action, mountPoint));
    }
  } catch (error) {
    // What the copier does not expect ends the step with the system's words.
    if (error instanceof Errno) throw new BuildError(error.message.toLowerCase());
    throw error;
  } finally {
    tree.close();
  }
}

function makeDirectory(tree: MountedTree, { path, owner }: MakeDirectory): void {
  makeDirectories(tree, rootPath(tree, path), 0o755, owner === undefined ? undefined : findOwner(tree, owner));
}

function copyFiles(
  machine: BuildMachine,
  source: MountedTree,
  tree: MountedTree,
  action: CopyFiles,
  mountPoint: string,
): void {
  const { chown, chmod, dest } = action;
  const owner = chown === undefined ? undefined : findOwner(tree, chown);
  const exclude = excludeOf(action);
  const copier = new Copier(source, tree, {
    mountPoint,
    ...(owner === undefined ? {} : { owner }),
    ...(chmod === undefined ? {} : { mode: chmod }),
    ...(exclude === undefined ? {} : { exclude }),
  });
  for (const path of selectSources(source, action.source)) {
    const content = action.unpacks ? source.readFile(rootPath(source, path)) : undefined;
    const archive = content === undefined ? undefined : openArchive(content, { xz: machine.unpacksXz });
    if (archive === undefined) copier.copy(path, dest);
    else {
      const target = rootPath(tree, dest);
      makeDirectories(tree, target, 0o755, owner);
      unpackArchive(tree, archive, target, owner);
    }
  }
}

function excludeOf({ exclude }: CopyFiles): IgnoreMatcher | undefined {
  return exclude.length === 0 ? undefined : new IgnoreMatcher(exclude);
}

function withTree(machine: BuildMachine, result: Result | undefined, use: (tree: MountedTree) => void): void {
  const tree = (result ?? snapshotResult(machine, "scratch", undefined)).open();
  try {
    use(tree);
  } finally {
    tree.close();
  }
}
