/**
 * A container's root file system that nobody has looked at yet: an overlay, where it is mounted, and what is planned below.
 *
 * A program that only sleeps, computes or talks to the network never names a file. Its file system is made when somebody
 * does: the program, a child of it, an exec, `docker cp`, whoever lists its mounts. Numbers of mounts and of the device are
 * taken at once, so that nothing tells when it was made.
 */
import { OverlayFs } from "../../fs/index.ts";
import { assert } from "../../lib/index.ts";
import type { Inode, MountTree, Plan } from "../../vfs/index.ts";
import type { Kernel } from "../kernel.ts";
import {
  type MadeMounts,
  type MountNamespace,
  UnseenCopy,
  UnseenMounts,
  type UnseenProgram,
} from "../namespaces/mnt.ts";
import type { NamespaceSet } from "../namespaces/namespace-set.ts";
import type { UnseenOverlay } from "./active-overlays.ts";
import { ContainerMounts, type Planner } from "./automount.ts";
import { claim } from "./overlay-mount.ts";

/** What containers alike have in common. */
export interface RootKind extends Pick<Planner, "creds" | "umask"> {
  /** The layers below, topmost first, and the directory that the overlay works in. */
  readonly lower: readonly Inode[];
  readonly work: Inode;
  /** Flags of the mount. */
  readonly flags: number;
  readonly plan: Plan;
  /** What is executed, if it lies on the overlay. */
  readonly program: UnseenProgram | undefined;
  /** The options of mount(2) for an upper directory of this name. */
  optionsFor(upperName: string): readonly string[];
}

/** What each of them has for itself. */
export interface RootSite {
  /** First field of /proc/mounts. */
  readonly source: string;
  readonly upper: Inode;
  readonly upperName: string;
  /** The container's directory on the machine. */
  readonly bundle: string;
}

export class UnseenRoot extends UnseenMounts implements UnseenOverlay {
  readonly #kernel: Kernel;
  readonly #kind: RootKind;
  readonly #ns: NamespaceSet;
  readonly #source: string;
  readonly #upper: Inode;
  readonly #upperName: string;
  readonly #bundle: string;
  /** The tree that the mounts it replaces were copied from, and the id of the copy of that tree's root. */
  readonly #original: MountTree;
  readonly #rootId: number;
  /** The number of the overlay's mount; those of the plan follow. */
  readonly #mountId: number;
  readonly #dev: number;
  readonly #plannedUs: number;

  /** Takes the place of all mounts in a namespace of `ns`. */
  static put(kernel: Kernel, kind: RootKind, ns: NamespaceSet, site: RootSite): void {
    ns.mnt.replace(new UnseenRoot(kernel, kind, ns, site));
  }

  private constructor(kernel: Kernel, kind: RootKind, ns: NamespaceSet, site: RootSite) {
    super();
    this.#kernel = kernel;
    this.#kind = kind;
    this.#ns = ns;
    this.#source = site.source;
    this.#upper = site.upper;
    this.#upperName = site.upperName;
    this.#bundle = site.bundle;
    const before = bottomOf(ns.mnt);
    this.#original = before.original;
    this.#rootId = before.firstId;
    this.#mountId = before.original.reserve(1 + kind.plan.count) + 1;
    this.#dev = kernel.nextDev();
    this.#plannedUs = kernel.monotonicUs;
    claim({ upper: site.upper, work: kind.work });
    kernel.overlays.set(site.upper, this);
  }

  get overlay(): OverlayFs {
    const { fs } = this.#ns.mnt.tree.top.mount;
    assert(fs instanceof OverlayFs, "an overlay is at the top");
    return fs;
  }

  override get program(): UnseenProgram | undefined {
    return this.#kind.program;
  }

  override make(): MadeMounts {
    const { lower, flags, plan, creds, umask } = this.#kind;
    const fs = new OverlayFs(this.#kernel, {
      lower,
      upper: this.#upper,
      // By now another overlay may use the upper directory.
      ...(this.isDropped ? {} : { registry: this.#kernel.overlays }),
      source: this.#source,
      options: this.#kind.optionsFor(this.#upperName),
      dev: this.#dev,
    });
    const tree = this.#original.copyUnder(fs, flags, { rootId: this.#rootId, id: this.#mountId });
    const root = tree.top;
    const planned = { bundle: this.#bundle, idsFrom: this.#mountId, plannedUs: this.#plannedUs };
    const context = new ContainerMounts({ kernel: this.#kernel, ns: this.#ns, creds, umask, root }, planned);
    tree.plan(root.mount, plan, context);
    return { tree, context };
  }

  override drop(): void {
    super.drop();
    this.#kernel.overlays.delete(this.#upper, this);
  }
}

/** The tree that a namespace has (or will have) a copy of, and the id of its root there. */
function bottomOf(namespace: MountNamespace): { readonly original: MountTree; readonly firstId: number } {
  if (namespace.unseen instanceof UnseenCopy) return namespace.unseen.plan;
  const { tree } = namespace;
  return { original: tree, firstId: tree.root.id };
}
