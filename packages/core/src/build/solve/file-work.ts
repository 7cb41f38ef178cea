/** COPY, ADD and WORKDIR: changes of files. @see BuildKit solver/llbsolver/ops/file.go, file/backend.go */
import { Errno } from "../../abi/index.ts";
import { quote } from "../../lib/go/index.ts";
import { basename, clean, compareBytes, dirname, join, toHex } from "../../lib/index.ts";
import type { Prng } from "../../sim/index.ts";
import { MountedSnapshot, type MountedTree, SNAPSHOT_ROOT } from "../../snapshot/index.ts";
import { lookup } from "../../vfs/index.ts";
import { BuildError, rethrow } from "../dockerfile/error.ts";
import { type ChecksumOptions, type Checksums, checksums } from "../files/checksum.ts";
import { refuseDirectory, refuseTarget } from "../files/classic-target.ts";
import { Copier } from "../files/copy.ts";
import { hasWildcards } from "../files/glob.ts";
import { IgnoreMatcher } from "../files/ignore.ts";
import { findKnownOwner } from "../files/known-owner.ts";
import { makeDirectories, type Owner } from "../files/make-directories.ts";
import { findOwner, hasNames } from "../files/owner.ts";
import { blockedBy, rootPath, targetPath } from "../files/root-path.ts";
import { namesIn, selectSources, splitSource } from "../files/select.ts";
import { isSent } from "../files/sent.ts";
import { openArchive, unpackArchive } from "../files/unpack.ts";
import type { BuildMachine } from "./build-machine.ts";
import { baseIngredient, type Ingredient } from "./cache-miss.ts";
import type { Result } from "./result.ts";
import { OUTSIDE_KEY, snapshotResult } from "./source-work.ts";
import type { CopyFiles, FileOp, MakeDirectory } from "./vertex.ts";
import type { ChangeWork } from "./work.ts";

/** Where a tree is mounted while names are looked up in it; only messages show it. */
const MOUNT_PREFIX = "/var/lib/docker/tmp/buildkit-mount";

/** What the actions take files from: the inputs of the vertex after the first. */
type Sources = readonly (Result | undefined)[];

/** Nothing at all, or a symbolic link to nothing. */
type Absent = "missing" | "dangling";

/** What one action takes. */
interface Taken {
  readonly input: number;
  readonly source: string;
  readonly files: Ingredient[];
}

/** @throws BuildError if a source is missing */
export function fileWork(
  machine: BuildMachine,
  op: FileOp,
  sources: Sources,
): (base: Result | undefined) => ChangeWork {
  const { isClassic = false } = op;
  const count = isClassic ? countSources(machine, op, sources) : undefined;
  if (count === 0) throw new BuildError("no source files were specified");
  const ingredients: Ingredient[] = [];
  const absent: string[] = [];
  const all: Taken[] = [];
  for (const [index, action] of op.actions.entries()) {
    const suffix = index === 0 ? "" : ` (source ${index + 1})`;
    for (const [name, value] of action.kind === "mkdir" ? directoryIngredients(action) : copyIngredients(action))
      ingredients.push([name + suffix, value]);
    if (op.isClassic === true && action.kind === "copy" && action.chown !== undefined)
      ingredients.push([`how the owner is found${suffix}`, "by the names of a user and a group"]);
    if (action.kind !== "copy" || action.isFromTree || isCovered(action, op)) continue;
    const from = sources[action.input];
    if (from?.isUnmade === true) {
      ingredients.push([`the maker of the files${suffix}`, from.key]);
      continue;
    }
    const found = sourceChecksums(machine, action, from);
    const taken: Taken = { input: action.input, source: clean(action.source), files: [] };
    if (hasWildcards(action.source))
      taken.files.push([`the names${suffix}`, JSON.stringify([...found.keys()].map(basename))]);
    const missed: string[] = [];
    for (const [path, sums] of found) {
      const isMissing = sums === "missing" || (sums instanceof Map && sums.size === 0 && isPath(action.include));
      // Where something is to stay behind, BuildKit looks no closer before it copies.
      if (sums === "dangling" || (isMissing && action.exclude.length === 0))
        missed.push(join(path, action.include ?? ""));
      else if (!isMissing) taken.files.push([`file ${clean(path)}${suffix}`, sums]);
    }
    absent.push(...missed.slice(0, 1));
    all.push(taken);
  }
  // BuildKit looks for all of them at once, and most often hears of the last one first.
  const last = absent.sort(compareBytes).pop();
  if (last !== undefined) throw missing(machine, last);
  if (count !== undefined && count > 1) refuseSeveral(op);
  // In the order of their paths, whatever the order in which they are copied.
  const files = all.sort((a, b) => a.input - b.input || compareBytes(a.source, b.source)).flatMap((one) => one.files);
  return (base) => ({
    ingredients: new Map([baseIngredient(base?.key), ...ingredients, ...files]),
    base: base?.snapshot,
    change: async (key) => {
      if (base === undefined && !isClassic) refuseNames(op);
      const { prng } = machine;
      const mountPoint = layerOf(base, isClassic ? toHex(prng.bytes(32)) : identity(prng));
      carryOut(machine, op, sources, { key, mountPoint, namesAt: isClassic ? mountPoint : mountPointOf(prng) });
    },
  });
}

/** What lies below another source of the same step counts with that one, and is not looked for until it is copied. */
function isCovered(action: CopyFiles, { actions }: FileOp): boolean {
  if (actions.length === 1 || !isPlain(action)) return false;
  const others = actions.flatMap((other) =>
    other.kind === "copy" && other.input === action.input && isPlain(other) ? [clean(other.source)] : [],
  );
  return !topmost(others).includes(clean(action.source));
}

/** Paths that are below no other of them, each once, in order. */
export function topmost(paths: readonly string[]): readonly string[] {
  if (paths.length < 2) return paths;
  const all = [...new Set(paths)];
  const isBelow = (path: string, above: string): boolean =>
    path !== above && path.startsWith(above.endsWith("/") ? above : `${above}/`);
  return all.filter((path) => !all.some((above) => isBelow(path, above))).sort(compareBytes);
}

function isPlain({ source, include, exclude }: CopyFiles): boolean {
  return include === undefined && exclude.length === 0 && !hasWildcards(source);
}

function directoryIngredients({ path, owner }: MakeDirectory): readonly Ingredient[] {
  return [["the directory", path], ...(owner === undefined ? [] : [["the owner", owner] as const])];
}

/** What is asked for; without the names of the files that are found, which count themselves. */
function copyIngredients(action: CopyFiles): readonly Ingredient[] {
  const { source, include, dest, chown, chmod, exclude, unpacks, isFromTree, isExact } = action;
  const found: Ingredient[] = [
    // `d`, `d/` and `d/.` are the same to the cache, and where it lies is of no matter.
    ["the source", basename(clean(source))],
    ["the destination", dest],
  ];
  if (include !== undefined) found.push(["the pattern", include]);
  if (chown !== undefined) found.push(["the owner", chown]);
  if (chmod !== undefined) found.push(["the mode", chmod]);
  if (exclude.length > 0) found.push(["the exclusions", JSON.stringify(exclude)]);
  if (unpacks) found.push(["archives", "unpacked"]);
  if (isFromTree) found.push(["the source tree", "the tree below"]);
  if (isExact) found.push(["the files", "made by the build"]);
  return found;
}

/** How many files the actions take. Undefined while the maker of some is not known. */
function countSources(machine: BuildMachine, { actions }: FileOp, sources: Sources): number | undefined {
  let count = 0;
  for (const action of actions) {
    if (action.kind === "mkdir") return undefined;
    const from = sources[action.input];
    if (from?.isUnmade === true) return undefined;
    withTree(machine, from, (tree) => {
      count += namedBy(tree, action).length;
    });
  }
  return count;
}

/** To the classic builder a pattern that is none names nothing. */
function namedBy(tree: MountedTree, action: CopyFiles): readonly string[] {
  try {
    return selected(tree, action);
  } catch (error) {
    if (error instanceof BuildError) return [];
    throw error;
  }
}

/** Several files go into a directory that is written as one. @throws BuildError */
function refuseSeveral({ actions }: FileOp): void {
  const isFile = actions.some((action) => action.kind === "copy" && !action.dest.endsWith("/"));
  if (isFile) throw new BuildError("the destination must be a directory and end with a /");
}

function selected(tree: MountedTree, { source, isExact }: CopyFiles): readonly string[] {
  return isExact ? [source] : selectSources(tree, source);
}

/** Checksums of everything that an action takes, by the paths that its source names. */
function sourceChecksums(
  machine: BuildMachine,
  action: CopyFiles,
  from: Result | undefined,
): ReadonlyMap<string, Checksums | Absent> {
  const found = new Map<string, Checksums | Absent>();
  const exclude = checkedExclude(machine, action);
  const include = includeOf(action);
  withTree(machine, from, (tree) => {
    const paths = rethrow(
      () => selected(tree, action),
      ({ message }) => checksumError(machine.prng, message),
    );
    for (const path of paths) {
      // What the build itself has put there is named, not searched for by a pattern: links in it are not followed.
      const leavesLinks = exclude !== undefined && !action.isExact && clean(path) === "/";
      const options = { exclude, include, isFromOutside: from?.key === OUTSIDE_KEY };
      const take = (one: string, how: ChecksumOptions): Checksums | undefined =>
        rethrow(
          () => checksums(tree, one, how),
          ({ message }) => checksumError(machine.prng, message),
        );
      const sums = take(path, { ...options, leavesLinks });
      if (sums === undefined && include === undefined && exclude === undefined)
        refuseBelowFile(machine, tree, path, from);
      const isLink = tree.find(path, { follow: false })?.inode.type === "symlink";
      if (!isReached(tree, from, path)) found.set(path, "dangling");
      else found.set(path, sums ?? (isLink ? "dangling" : "missing"));
      if (!leavesLinks) continue;
      for (const link of topmostLinks(tree, exclude)) found.set(link, take(link, options) ?? "dangling");
    }
  });
  return found;
}

/**
 * Of a whole tree of which something is to stay behind, BuildKit adds up the entries one by one, and follows links among
 * them; further down it does not.
 *
 * @see BuildKit cache/contenthash/checksum.go: includedPaths
 */
function topmostLinks(tree: MountedTree, exclude: IgnoreMatcher): readonly string[] {
  const root = tree.find("/");
  if (root === undefined) return [];
  return namesIn(root)
    .filter((name) => lookup(root, name)?.inode.type === "symlink" && !exclude.matches(name))
    .map((name) => `/${name}`);
}

/** What lies behind symbolic links of a context need not have been sent. */
function isReached(tree: MountedTree, from: Result | undefined, path: string): boolean {
  if (from?.includes === undefined) return true;
  const resolved = rootPath(tree, path);
  return resolved === clean(path) || tree.find(resolved) === undefined || isSent(tree, from.includes, resolved);
}

/** A path in a tree of the build's that leads through a file is no such path; of a context it is just missing. @throws BuildError */
function refuseBelowFile({ prng }: BuildMachine, tree: MountedTree, path: string, from: Result | undefined): void {
  if (from?.key === OUTSIDE_KEY) return;
  const blocked = blockedBy(tree, rootPath(tree, path));
  if (blocked !== undefined) throw checksumError(prng, `lstat ${mountPointOf(prng)}/${blocked}: not a directory`);
}

/** The file in the way of a path came along, and not for a pattern only. */
function isAskedFor(tree: MountedTree, from: Result, blocked: string): boolean {
  const plain = (from.includes ?? ["/"]).filter((path) => !hasWildcards(path));
  return isSent(tree, plain, dirname(blocked));
}

/** A source that is not there, in BuildKit's words. */
export function missing({ prng }: BuildMachine, path: string): BuildError {
  return checksumError(prng, `${quote(path)}: not found`);
}

function checksumError(prng: Prng, why: string): BuildError {
  return new BuildError(`failed to calculate checksum of ref ${prng.uuid()}::${identity(prng)}: ${why}`);
}

/** A name as BuildKit gives them to what it makes. */
const identity = (prng: Prng): string => Array.from({ length: 25 }, () => prng.below(36).toString(36)).join("");

/** @throws BuildError if a pattern is none */
function checkedExclude({ prng }: BuildMachine, action: CopyFiles): IgnoreMatcher | undefined {
  const matcher = rethrow(
    () => excludeOf(action),
    ({ message }) => checksumError(prng, `invalid excludepatterns: [${action.exclude.join(" ")}]: ${message}`),
  );
  return rethrow(
    () => matcher?.compile(),
    ({ message }) => checksumError(prng, `failed to match excludepatterns: ${message}`),
  );
}

function mountPointOf(prng: Prng): string {
  return `${MOUNT_PREFIX}${prng.below(2 ** 31)}`;
}

/** Where the layer that is made lies; without others below it is mounted nowhere. */
function layerOf(base: Result | undefined, name: string): string {
  return `${SNAPSHOT_ROOT}/${name}/${base === undefined ? "diff" : "merged"}`;
}

function carryOut(
  machine: BuildMachine,
  op: FileOp,
  sources: Sources,
  { key, mountPoint, namesAt }: { readonly key: string; readonly mountPoint: string; readonly namesAt: string },
): void {
  const { kernel, snapshotter } = machine;
  const { isClassic = false } = op;
  const tree = new MountedSnapshot(kernel, snapshotter, key);
  // Names are looked up once, before the step has changed anything.
  const owners = new Map<string, Owner>();
  const ownerOf = (text: string): Owner => {
    const known = owners.get(text) ?? (isClassic ? findKnownOwner : findOwner)(tree, text, namesAt);
    owners.set(text, known);
    return known;
  };
  try {
    for (const action of op.actions) {
      if (action.kind === "mkdir") {
        if (isClassic) refuseDirectory(tree, action.path, mountPoint);
        makeDirectory(tree, action, namesAt);
      } else {
        const from = sources[action.input];
        withTree(machine, from, (source) => {
          checkSource(source, action, from);
          const owner = action.chown === undefined ? undefined : ownerOf(action.chown);
          const keepsOwner = action.chown === undefined && !action.isExact && from?.key !== OUTSIDE_KEY;
          copyFiles(machine, source, tree, action, { mountPoint, owner, isClassic, keepsOwner });
        });
      }
    }
  } catch (error) {
    // What the copier does not expect ends the step with the system's words.
    if (error instanceof Errno) throw new BuildError(error.message.toLowerCase());
    throw error;
  } finally {
    tree.close();
  }
}

/** Names of owners are looked up in the tree that is changed, and scratch is none. @throws BuildError */
function refuseNames({ actions }: FileOp): void {
  for (const action of actions) {
    const owner = action.kind === "mkdir" ? action.owner : action.chown;
    if (owner !== undefined && hasNames(owner)) throw new BuildError("invalid user index: -1");
  }
}

/** A pattern needs a directory that it is in; of a context, what nobody asked for was never sent. @throws BuildError */
function checkSource(source: MountedTree, action: CopyFiles, from: Result | undefined): void {
  const { directory, pattern } = splitSource(action.source);
  const path = rootPath(source, directory);
  if (pattern === undefined) {
    const blocked = blockedBy(source, path);
    if (blocked === undefined) return;
    const isThere = from?.key !== OUTSIDE_KEY || isAskedFor(source, from, blocked);
    throw new BuildError(`lstat ${path}: ${isThere ? "not a directory" : "no such file or directory"}`);
  }
  const type = source.find(path, { follow: false })?.inode.type;
  if (type === undefined || (from?.includes !== undefined && !isSent(source, from.includes, path)))
    throw new BuildError(`lstat ${path}: no such file or directory`);
}

function makeDirectory(tree: MountedTree, { path, owner }: MakeDirectory, mountPoint: string): void {
  const found = owner === undefined ? undefined : findOwner(tree, owner, mountPoint);
  makeDirectories(tree, targetPath(tree, path), 0o755, found);
}

interface CopyOptions {
  readonly mountPoint: string;
  readonly owner: Owner | undefined;
  readonly isClassic: boolean;
  readonly keepsOwner: boolean;
}

function copyFiles(
  machine: BuildMachine,
  source: MountedTree,
  tree: MountedTree,
  action: CopyFiles,
  { mountPoint, owner, isClassic, keepsOwner }: CopyOptions,
): void {
  const { chmod, dest } = action;
  const exclude = excludeOf(action);
  const include = includeOf(action);
  const options = {
    mountPoint,
    ...(owner === undefined ? {} : { owner }),
    ...(chmod === undefined ? {} : { mode: chmod }),
    ...(exclude === undefined ? {} : { exclude }),
    ...(include === undefined ? {} : { include }),
  };
  for (const path of selected(source, action)) {
    const content = action.unpacks ? source.readFile(rootPath(source, path)) : undefined;
    const { unpacksXz: xz, codecs } = machine;
    const archive = content === undefined ? undefined : openArchive(content, { xz, codecs });
    // Names of one file are kept together only below one path.
    if (archive === undefined) {
      const isDirectory = source.find(rootPath(source, path))?.inode.type === "dir";
      if (isClassic) refuseTarget(tree, dest, { mountPoint, isDirectory, keepsOwner });
      new Copier(source, tree, options).copy(path, dest);
    } else {
      const target = targetPath(tree, dest);
      // The classic builder unpacks archives without looking at --chown.
      const owned = isClassic ? undefined : owner;
      makeDirectories(tree, target, 0o755, owned);
      unpackArchive(tree, archive, target, owned);
    }
  }
}

function excludeOf({ exclude }: CopyFiles): IgnoreMatcher | undefined {
  return exclude.length === 0 ? undefined : new IgnoreMatcher(exclude);
}

function includeOf({ include }: CopyFiles): IgnoreMatcher | undefined {
  return include === undefined ? undefined : new IgnoreMatcher([include]);
}

/** A pattern that can match one path only. */
function isPath(pattern: string | undefined): boolean {
  return pattern !== undefined && !hasWildcards(pattern);
}

function withTree(machine: BuildMachine, result: Result | undefined, use: (tree: MountedTree) => void): void {
  const tree = (result ?? snapshotResult(machine, "scratch", undefined)).open();
  try {
    use(tree);
  } finally {
    tree.close();
  }
}
