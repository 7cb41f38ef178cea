/**
 * What lies between two snapshots: containers, images, volumes and networks that came, went or changed, and files of
 * containers and volumes. What two snapshots share is not looked at: the cost is that of the differences.
 */
import { FrozenDirectory, type FrozenNode } from "../../fs/index.ts";
import { SNAPSHOT_ROOT } from "../../snapshot/index.ts";
import type { MachineRecords, MachineSnapshot } from "./machine-snapshot.ts";

/** One thing in which two snapshots differ. */
export interface SnapshotChange {
  readonly kind: "added" | "changed" | "deleted";
  readonly what: "image" | "tag" | "container" | "volume" | "network" | "file";
  /** Of a file, with the object that it lies on: "data:/f" on a volume, "web:/etc/hosts" in a container. */
  readonly name: string;
  /** For an object that has changed: the values before and after, by the names of the properties. */
  readonly values?: Readonly<Record<string, readonly [before: unknown, after: unknown]>>;
}

const LETTERS = { added: "A", changed: "C", deleted: "D" } as const;

/** What `diff` finds between two snapshots. Prints a line for each change. */
export class SnapshotDiff {
  readonly changes: readonly SnapshotChange[];

  constructor(changes: readonly SnapshotChange[]) {
    this.changes = changes;
  }

  /** A line each: `C container web: exitCode 0 → 137`. */
  toString(): string {
    return this.changes.map((change) => `${lineOf(change)}\n`).join("");
  }
}

function lineOf({ kind, what, name, values = {} }: SnapshotChange): string {
  const parts = Object.entries(values).map(([key, [a, b]]) => `${key} ${JSON.stringify(a)} → ${JSON.stringify(b)}`);
  return `${LETTERS[kind]} ${what} ${name}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}`;
}

/** What has happened between `before` and `after`. */
export function diff({ records: before }: MachineSnapshot, { records: after }: MachineSnapshot): SnapshotDiff {
  return new SnapshotDiff([
    ...compare("image", imagesOf(before), imagesOf(after)),
    ...compare("tag", tagsOf(before), tagsOf(after)),
    ...compare("container", containersOf(before), containersOf(after)),
    ...compare("volume", volumesOf(before), volumesOf(after)),
    ...compare("network", networksOf(before), networksOf(after)),
    ...files(treesOf(before), treesOf(after)),
  ]);
}

type Things = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

const imagesOf = ({ images }: MachineRecords): Things => new Map(images.images.map(({ id }) => [id, {}]));

const tagsOf = ({ images }: MachineRecords): Things => new Map(images.names.map(([name, id]) => [name, { image: id }]));

const networksOf = ({ networks }: MachineRecords): Things => new Map(networks.map(({ id, name }) => [name, { id }]));

const volumesOf = ({ volumes: { volumes } }: MachineRecords): Things =>
  new Map(volumes.map(({ name, labels, createdUs }) => [name, { labels, createdUs }]));

/** By name: one that was renamed is told of as one that went and one that came. */
function containersOf({ containers }: MachineRecords): Things {
  return new Map(
    containers.map((container) => {
      const { id, name, image, hostConfig, startedUs, finishedUs, exitCode, error, oomKilled, logs } = container;
      const state = container.wasRunning ? "running" : container.state;
      const health = container.health?.status;
      const endpoints = Object.keys(container.endpoints);
      return [
        name,
        {
          ...{ id, image: image.id, state, startedUs, finishedUs, exitCode, error, oomKilled, health, endpoints },
          ...{ logEntries: logs.length, hostConfig },
        },
      ];
    }),
  );
}

function* compare(what: SnapshotChange["what"], before: Things, after: Things): Generator<SnapshotChange> {
  for (const name of before.keys()) if (!after.has(name)) yield { kind: "deleted", what, name };
  for (const [name, now] of after) {
    const then = before.get(name);
    if (then === undefined) yield { kind: "added", what, name };
    else {
      const keys = Object.keys(now).filter((key) => !isEqual(then[key], now[key]));
      if (keys.length === 0) continue;
      yield {
        kind: "changed",
        what,
        name,
        values: Object.fromEntries(keys.map((key) => [key, [then[key], now[key]]])),
      };
    }
  }
}

const isEqual = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Writable layers of containers and directories of volumes, by what they are called. */
function treesOf({ containers, disk, snapshots, volumes }: MachineRecords): ReadonlyMap<string, FrozenNode> {
  const directories = new Map(snapshots.snapshots.map(({ name, directory }) => [name, directory]));
  const trees = new Map<string, FrozenNode>();
  const add = (name: string, path: string): void => {
    const found = nodeAt(disk.root, path);
    if (found !== undefined) trees.set(name, found);
  };
  for (const { id, name } of containers) add(name, `${SNAPSHOT_ROOT}/${directories.get(id) ?? ""}`);
  for (const { name, path } of volumes.volumes) add(name, path);
  return trees;
}

function nodeAt(root: FrozenDirectory, path: string): FrozenNode | undefined {
  let at: FrozenNode | undefined = root;
  for (const name of path.split("/")) {
    if (name !== "") at = at instanceof FrozenDirectory ? at.lookup(name) : undefined;
  }
  return at;
}

/**
 * Files that differ, of objects that are in both snapshots: what is new or gone as a whole is one change, without its
 * files.
 */
function* files(before: ReadonlyMap<string, FrozenNode>, after: ReadonlyMap<string, FrozenNode>) {
  for (const [name, now] of after) {
    const then = before.get(name);
    if (then !== undefined) yield* walk(`${name}:`, then, now);
  }
}

function* walk(name: string, before: FrozenNode, after: FrozenNode): Generator<SnapshotChange> {
  if (before === after) return;
  if (!isAlike(before, after)) yield { kind: "changed", what: "file", name: name.endsWith(":") ? `${name}/` : name };
  if (!(after instanceof FrozenDirectory) || !(before instanceof FrozenDirectory)) return;
  for (const child of before.entries.keys()) {
    if (after.lookup(child) === undefined) yield { kind: "deleted", what: "file", name: `${name}/${child}` };
  }
  for (const [child, now] of after.entries) {
    const then = before.lookup(child);
    if (then === undefined) yield { kind: "added", what: "file", name: `${name}/${child}` };
    else yield* walk(`${name}/${child}`, then, now);
  }
}

/** The same kind of file with the same contents and permissions; times do not count. */
function isAlike(a: FrozenNode, b: FrozenNode): boolean {
  if (a instanceof FrozenDirectory || b instanceof FrozenDirectory) {
    return a instanceof FrozenDirectory && b instanceof FrozenDirectory && hasSameRights(a.attributes, b.attributes);
  }
  if (a.type !== b.type || a.target !== b.target || !hasSameRights(a, b)) return false;
  if (a.content === b.content) return true;
  if (a.content === undefined || b.content === undefined || a.content.size !== b.content.size) return false;
  const [left, right] = [a.content.bytes(), b.content.bytes()];
  return left.every((byte, at) => byte === right[at]);
}

interface Rights {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

const hasSameRights = (a: Rights, b: Rights): boolean => a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
