/**
 * Snapshots: directories on the machine's disk that overlay mounts are made of.
 *
 * `key` names an active snapshot, `name` a committed one; a parent is always committed. A committed snapshot is sealed:
 * all mounts over it share what has been looked up in it. It lives as long as somebody retains it or has it as a parent;
 * a companion besides as long as somebody retains its parent.
 *
 * @see containerd core/snapshots/snapshotter.go, plugins/snapshots/overlay
 */
import { isOpaque, isWhiteout, MemoryDirectory, type MemoryFs, type MemoryInode, removeTree } from "../fs/index.ts";
import { StatusError } from "../lib/index.ts";
import type { MountSpec } from "../oci/index.ts";

/** `active` can be written to, a `view` cannot, and a `committed` one is what others stand on. */
export type SnapshotKind = "view" | "active" | "committed";

/** What is known of a snapshot; a time in microseconds since 1970. */
export interface SnapshotInfo {
  readonly kind: SnapshotKind;
  readonly name: string;
  readonly parent: string | undefined;
  readonly createdUs: number;
}

/** How much a snapshot holds itself, without what lies below. */
export interface Usage {
  readonly inodes: number;
  readonly bytes: number;
}

interface Snapshot extends SnapshotInfo {
  readonly directory: string;
  /** Snapshots that have this one as their parent. */
  readonly children: number;
  /** How often it was retained. */
  readonly holders: number;
  /** A companion: it also lives as long as its parent is retained. */
  readonly isCompanion?: true | undefined;
}

/** All snapshots as data, for a later snapshotter on the same disk. */
export interface SnapshotRecords {
  readonly snapshots: readonly Snapshot[];
  readonly last: number;
  readonly lastKey: number;
}

/** Where snapshots lie on the machine's disk: a directory each. */
export const SNAPSHOT_ROOT = "/var/lib/docker/overlay2";
/** overlayfs wants a work directory to be named. Ours never writes to it, so all mounts share one. */
const WORK = "work";
const WORKDIR_OPTION = `workdir=${SNAPSHOT_ROOT}/${WORK}`;

/** The snapshots of one machine. */
export class Snapshotter {
  readonly #disk: MemoryFs;
  readonly #root: MemoryDirectory;
  readonly #snapshots = new Map<string, Snapshot>();
  /** Companions, by their parents: one each at most. */
  readonly #companions = new Map<string, string>();
  /** `lowerdir=…` of each committed snapshot, as its mounts want it. */
  readonly #lowers = new Map<string, string>();
  #last = 0;
  #lastKey = 0;

  constructor(disk: MemoryFs) {
    this.#disk = disk;
    let at = disk.root;
    for (const name of SNAPSHOT_ROOT.slice(1).split("/")) {
      at = (at.lookup(name) ?? at.create(name, directoryInit(0o755))) as MemoryDirectory;
    }
    this.#root = at;
    // An overlay has been there: the next ones are not taken for new.
    if (at.lookup(WORK) === undefined) at.create(WORK, directoryInit(0o700)).create("work", directoryInit(0));
  }

  /** What all mounts name as their work directory. */
  get workDirectory(): MemoryDirectory {
    return this.#root.lookup(WORK) as MemoryDirectory;
  }

  /** What is known of the snapshots; their files are on the disk. */
  get records(): SnapshotRecords {
    return {
      snapshots: [...this.#snapshots.values()],
      last: this.#last,
      lastKey: this.#lastKey,
    };
  }

  /** Knows what another one knew of a disk with the same files. */
  restore({ snapshots, last, lastKey }: SnapshotRecords): void {
    for (const one of snapshots) {
      this.#snapshots.set(one.name, one);
      if (one.isCompanion && one.parent !== undefined) this.#companions.set(one.parent, one.name);
    }
    this.#last = last;
    this.#lastKey = lastKey;
  }

  /**
   * After a loss of power: what was being made goes, unless it is `wanted`, and so do committed snapshots that nobody
   * needs, whoever had retained them until then. `holders` are asked of each how many retain it now.
   */
  recover(wanted: ReadonlySet<string>, holders: (name: string) => number): void {
    for (const { kind, name } of [...this.#snapshots.values()]) {
      if (kind !== "committed" && !wanted.has(name)) this.remove(name);
    }
    for (const { name } of [...this.#snapshots.values()]) this.#change(name, { holders: holders(name) });
    for (const snapshot of [...this.#snapshots.values()]) if (this.has(snapshot.name)) this.#collect(snapshot);
  }

  /** @throws StatusError not-found */
  stat(key: string): SnapshotInfo {
    return this.#get(key);
  }

  has(key: string): boolean {
    return this.#snapshots.has(key);
  }

  /** What is to stand between a committed snapshot and those to come. */
  companionOf(name: string): string | undefined {
    return this.#companions.get(name);
  }

  /** A key that nobody has used: "view-17". */
  newKey(prefix: string): string {
    return `${prefix}-${++this.#lastKey}`;
  }

  /** A writable snapshot on top of `parent`. @throws StatusError already-exists */
  prepare(key: string, parent: string | undefined): void {
    this.#add(key, parent, "active");
  }

  /** A read-only snapshot of `parent`. @throws StatusError already-exists */
  view(key: string, parent: string | undefined): void {
    this.#add(key, parent, "view");
  }

  /** How to mount an active snapshot or a view at `target`. */
  mounts(key: string, target: string): readonly MountSpec[] {
    const snapshot = this.#get(key);
    const upper = `${SNAPSHOT_ROOT}/${snapshot.directory}`;
    if (snapshot.parent === undefined) {
      return [{ destination: target, type: "bind", source: upper, options: ["rbind", "rw"] }];
    }
    const lower = this.#lower(snapshot.parent);
    const options = snapshot.kind === "view" ? [lower] : [lower, `upperdir=${upper}`, WORKDIR_OPTION];
    return [{ destination: target, type: "overlay", source: "overlay", options }];
  }

  /**
   * What an active snapshot holds becomes immutable, under `name`. A companion stays for those to come who are to stand on
   * it, until nobody retains its parent any more.
   *
   * @throws StatusError already-exists
   */
  commit(name: string, key: string, { isCompanion = false } = {}): void {
    const snapshot = this.#get(key);
    if (snapshot.kind !== "active") throw new StatusError("failed-precondition", `snapshot ${key} is not active`);
    if (this.#snapshots.has(name)) throw new StatusError("already-exists", `snapshot ${name} already exists`);
    this.#snapshots.delete(key);
    this.#snapshots.set(name, { ...snapshot, kind: "committed", name, ...(isCompanion && { isCompanion }) });
    if (isCompanion && snapshot.parent !== undefined) this.#companions.set(snapshot.parent, name);
    this.directory(name).sealed = true;
  }

  /** Keeps a committed snapshot, and all below it, until `release`. */
  retain(name: string): void {
    this.#change(name, { holders: this.#get(name).holders + 1 });
  }

  /** Takes `retain` back. What nobody needs any more goes, down to what is needed. */
  release(name: string): void {
    this.#collect(this.#change(name, { holders: this.#get(name).holders - 1 }));
  }

  /** @throws StatusError failed-precondition if others stand on it */
  remove(key: string): void {
    const snapshot = this.#get(key);
    if (snapshot.children > 0) throw new StatusError("failed-precondition", `cannot remove snapshot ${key} with child`);
    this.#snapshots.delete(key);
    this.#lowers.delete(key);
    if (snapshot.isCompanion && snapshot.parent !== undefined) this.#companions.delete(snapshot.parent);
    removeTree(this.#disk, `${SNAPSHOT_ROOT}/${snapshot.directory}`);
    const parent = snapshot.parent === undefined ? undefined : this.#snapshots.get(snapshot.parent);
    if (parent === undefined) return;
    this.#collect(this.#change(parent.name, { children: parent.children - 1 }));
  }

  /** The snapshot's own files: what it has that its parent has not. */
  directory(key: string): MemoryDirectory {
    return this.#root.lookup(this.#get(key).directory) as MemoryDirectory;
  }

  /** What a mount of the snapshot would show at a path ("etc/passwd"); symbolic links are not followed. */
  lookup(key: string, path: string): MemoryInode | undefined {
    const names = path.split("/");
    for (const layer of this.chain(key)) {
      const found = lookupIn(this.directory(layer), names);
      if (found !== "below") return found;
    }
    return undefined;
  }

  /** From the snapshot itself down to the lowest. */
  chain(key: string): readonly string[] {
    const keys: string[] = [];
    for (let at: string | undefined = key; at !== undefined; at = this.#get(at).parent) keys.push(at);
    return keys;
  }

  usage(key: string): Usage {
    const seen = new Set<number>();
    let bytes = 0;
    const visit = (directory: MemoryDirectory): void => {
      for (const inode of directory.entries.values()) {
        if (seen.has(inode.ino)) continue;
        seen.add(inode.ino);
        if (inode instanceof MemoryDirectory) visit(inode);
        else bytes += inode.size;
      }
    };
    visit(this.directory(key));
    return { inodes: seen.size, bytes };
  }

  *walk(): Iterable<SnapshotInfo> {
    yield* this.#snapshots.values();
  }

  #add(key: string, parent: string | undefined, kind: SnapshotKind): void {
    if (this.#snapshots.has(key)) throw new StatusError("already-exists", `snapshot ${key} already exists`);
    const below = parent === undefined ? undefined : this.#get(parent);
    if (below !== undefined && below.kind !== "committed") {
      throw new StatusError("failed-precondition", `parent ${parent} is not committed`);
    }
    if (below !== undefined) this.#change(below.name, { children: below.children + 1 });
    const directory = String(++this.#last);
    // Unlike containerd's, and like moby's overlay2: the root is a new one, whatever was done to the one below.
    this.#root.create(directory, directoryInit(0o755));
    const createdUs = this.#disk.machine.nowUs;
    this.#snapshots.set(key, { kind, name: key, parent: below?.name, createdUs, directory, children: 0, holders: 0 });
  }

  /** Snapshots are values: what others were told of one stays as it was. */
  #change(name: string, change: Partial<Pick<Snapshot, "children" | "holders">>): Snapshot {
    const { kind, parent, createdUs, directory, children, holders, isCompanion } = this.#get(name);
    // Field by field: V8 spreads an object into another slowly, and every container does this twice.
    const changed: Snapshot = {
      kind,
      name,
      parent,
      createdUs,
      directory,
      children: change.children ?? children,
      holders: change.holders ?? holders,
      isCompanion,
    };
    this.#snapshots.set(name, changed);
    return changed;
  }

  #collect({ kind, name, parent, holders, children, isCompanion }: Snapshot): void {
    if (kind !== "committed" || holders > 0) return;
    const companion = this.#companions.get(name);
    // With it goes this one, if nobody else stands on it.
    if (companion !== undefined && this.#get(companion).children === 0) this.remove(companion);
    else if (children === 0 && !(isCompanion && this.#isRetained(parent))) this.remove(name);
  }

  /** What is there from the beginning always is. */
  #isRetained(name: string | undefined): boolean {
    return name === undefined || this.#get(name).holders > 0;
  }

  #get(key: string): Snapshot {
    const snapshot = this.#snapshots.get(key);
    if (snapshot === undefined) throw new StatusError("not-found", `snapshot ${key} does not exist`);
    return snapshot;
  }

  #lower(name: string): string {
    const known = this.#lowers.get(name);
    if (known !== undefined) return known;
    const dirs = this.chain(name).map((key) => `${SNAPSHOT_ROOT}/${this.#get(key).directory}`);
    const lower = `lowerdir=${dirs.join(":")}`;
    this.#lowers.set(name, lower);
    return lower;
  }
}

const directoryInit = (mode: number) => ({ type: "dir", mode, uid: 0, gid: 0 }) as const;

/** What one layer says of a path: an inode, that there is nothing, or that the layers below have to be asked. */
function lookupIn(layer: MemoryDirectory, names: readonly string[]): MemoryInode | "below" | undefined {
  let at: MemoryInode = layer;
  let isOpaqueHere = false;
  for (const name of names) {
    if (!(at instanceof MemoryDirectory)) return undefined;
    isOpaqueHere ||= isOpaque(at);
    const next = at.lookup(name);
    if (next === undefined) return isOpaqueHere ? undefined : "below";
    if (isWhiteout(next)) return undefined;
    at = next;
  }
  return at;
}
