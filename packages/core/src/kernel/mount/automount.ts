/**
 * Carrying out mount plans: what the call `automount` promises for later.
 *
 * @see vfs/automount.ts
 */
import { Errno, type MountPlan, MS_RDONLY, type PlannedMount } from "../../abi/index.ts";
import { clean } from "../../lib/index.ts";
import {
  type Automounter,
  type Location,
  MOUNT_FLAGS,
  type Mount,
  type Plan,
  type PlanNode,
  type Protections,
  walk,
} from "../../vfs/index.ts";
import type { Credentials } from "../credentials.ts";
import type { Kernel } from "../kernel.ts";
import type { NamespaceSet } from "../namespaces/namespace-set.ts";
import type { MountContext } from "./file-systems.ts";
import { flagsOfMount, settle } from "./mount-flags.ts";

interface MutableNode {
  order: number;
  request: PlannedMount | undefined;
  children: Map<string, MutableNode> | undefined;
}

const compiled = new WeakMap<MountPlan, Plan>();

/** The plan as a tree by names. Done once for each plan. */
export function compilePlan(plan: MountPlan): Plan {
  const known = compiled.get(plan);
  if (known !== undefined) return known;
  const root: MutableNode = { order: 0, request: undefined, children: undefined };
  for (const [index, request] of plan.requests.entries()) {
    let at = root;
    for (const name of clean(request.target).slice(1).split("/")) {
      at.children ??= new Map();
      const next = at.children.get(name) ?? { order: 0, request: undefined, children: undefined };
      at.children.set(name, next);
      at = next;
    }
    at.order = index + 1;
    at.request = request;
  }
  const made = { root, count: plan.requests.length };
  compiled.set(plan, made);
  return made;
}

/** Who plans mounts, and where. */
export interface Planner {
  readonly kernel: Kernel;
  readonly ns: NamespaceSet;
  readonly creds: Credentials;
  readonly umask: number;
  /** The container's root, which is also where relative paths begin. */
  readonly root: Location;
}

/** A plan of one container. */
export interface PlannedMounts {
  /** The container's directory on the machine. */
  readonly bundle: string;
  /** Mount n of the plan gets the id `idsFrom` + n. */
  readonly idsFrom: number;
  readonly plannedUs: number;
}

/** Makes the planned mounts of one container, as whoever planned them would have, and dated as if he had. */
export class ContainerMounts implements Automounter, MountContext {
  readonly kernel: Kernel;
  readonly ns: NamespaceSet;
  readonly creds: Credentials;
  readonly umask: number;
  readonly root: Location;
  readonly #bundle: string;
  readonly #idsFrom: number;
  readonly #plannedUs: number;

  constructor({ kernel, ns, creds, umask, root }: Planner, { bundle, idsFrom, plannedUs }: PlannedMounts) {
    this.kernel = kernel;
    this.ns = ns;
    this.creds = creds;
    this.umask = umask;
    this.root = root;
    this.#bundle = bundle;
    this.#idsFrom = idsFrom;
    this.#plannedUs = plannedUs;
  }

  get cwd(): Location {
    return this.root;
  }

  get protections(): Protections {
    return this.kernel.machine.protections;
  }

  mayOpenDevice(): boolean {
    return true;
  }

  mount(node: PlanNode, at: Location): Mount {
    return this.kernel.asOf(this.#plannedUs, () => this.#carryOut(node, at));
  }

  #carryOut(node: PlanNode, at: Location): Mount {
    const request = node.request as PlannedMount;
    const id = this.#idsFrom + node.order;
    switch (request.kind) {
      case "mount":
        return this.#mountNew(request, at, id);
      case "bundle":
        return this.#bind(this.#fromBundle(request.source), at, request.flags, id);
      case "protect":
        return this.#bind(at, at, at.mount.flags | MS_RDONLY, id);
      case "mask":
        return this.#mask(at, id);
    }
  }

  #mountNew(request: PlannedMount, at: Location, id: number): Mount {
    const factory = this.kernel.fileSystems.get(request.type);
    if (factory === undefined) throw new Errno("ENODEV");
    const fs = factory({ source: request.source, data: request.data }, this);
    settle(fs, request.flags);
    return this.#tree.mount(fs, at, flagsOfMount(request.flags), id);
  }

  #mask(at: Location, id: number): Mount {
    if (at.inode.type !== "dir") {
      const none = walk(this, "/dev/null", { follow: true });
      return this.#bind(none, at, none.mount.flags, id);
    }
    return this.#mountNew(EMPTY_DIRECTORY, at, id);
  }

  #bind(from: Location, at: Location, flags: number, id: number): Mount {
    return this.#tree.bindForeign(from, at, flags & MOUNT_FLAGS, id);
  }

  /** The bundle lies on the machine: it is looked up from the machine's root. */
  #fromBundle(path: string): Location {
    return walk(this.kernel.init, `${this.#bundle}/${path}`, { follow: true });
  }

  get #tree() {
    return this.ns.mnt.tree;
  }
}

const EMPTY_DIRECTORY: PlannedMount = {
  target: "",
  kind: "mount",
  type: "tmpfs",
  source: "tmpfs",
  flags: MS_RDONLY,
  data: "size=4k,nr_inodes=1",
};
