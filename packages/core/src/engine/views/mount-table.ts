/**
 * The mounts that a container, or the machine, sees.
 *
 * @see proc_pid_mountinfo(5), findmnt(8)
 */
import { type MountLine, mountTable } from "../../kernel/index.ts";
import { drawTree, StatusError } from "../../lib/index.ts";
import type { ViewParts } from "./view-parts.ts";

/** The mounts that somebody sees. Prints as a table. */
export class MountTable {
  /** In the order of mounting. */
  readonly mounts: readonly MountLine[];

  constructor(mounts: readonly MountLine[]) {
    this.mounts = mounts;
  }

  /** The mount that is seen at a path: the last of several on each other. */
  at(path: string): MountLine | undefined {
    return this.mounts.findLast((mount) => mount.path === path);
  }

  /** A tree: what is mounted below what. */
  toString(): string {
    const ids = new Set(this.mounts.map(({ id }) => id));
    const roots = this.mounts.filter(({ id, parentId }) => id === parentId || !ids.has(parentId));
    const below = (mount: MountLine) =>
      this.mounts.filter(({ id, parentId }) => parentId === mount.id && id !== mount.id);
    return roots.flatMap((root) => drawTree(root, below, lineOf)).join("");
  }
}

function lineOf({ path, type, source, root, options, propagation }: MountLine, branch: string): string {
  const part = root === "/" ? "" : `[${root}]`;
  return `${branch}${[path, type, `${source}${part}`, options, ...propagation].join("  ")}\n`;
}

export function mountTableOf(container: string | undefined, { kernel, containers }: ViewParts): MountTable {
  if (container === undefined) return new MountTable(mountTable(kernel.init));
  const { name, oci, isRunning } = containers.get(container);
  if (oci === undefined || !isRunning) {
    throw new StatusError("failed-precondition", `container ${name} is not running: it has no mounts`);
  }
  return new MountTable(mountTable(oci.process));
}
