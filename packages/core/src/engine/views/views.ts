import { type CgroupTree, cgroupTree } from "./cgroup-tree.ts";
import { type MountTable, mountTableOf } from "./mount-table.ts";
import { type NamespaceGraph, namespaceGraph } from "./namespace-graph.ts";
import { type NetworkMap, networkMap } from "./network-map.ts";
import type { ViewParts } from "./view-parts.ts";

/** What there is on a machine, to be looked at. */
export class Views {
  readonly #parts: ViewParts;

  constructor(parts: ViewParts) {
    this.#parts = parts;
  }

  /** Which namespaces there are, which lie within which, and who lives in them. */
  namespaces(): NamespaceGraph {
    return namespaceGraph(this.#parts);
  }

  /** Control groups with their limits, what they hold and their processes. */
  cgroups(): CgroupTree {
    return cgroupTree(this.#parts);
  }

  /**
   * The mounts of a container as its first process sees them, or those of the machine.
   *
   * @throws StatusError not-found for a container that nobody knows, failed-precondition for one that does not run
   */
  mounts(container?: string): MountTable {
    return mountTableOf(container, this.#parts);
  }

  /** Networks, who is on them with which addresses, who listens, what is published, and which links are disturbed. */
  networks(): NetworkMap {
    return networkMap(this.#parts);
  }
}
