/**
 * Mount namespaces. Of the mount namespaces of a machine full of containers, most are never looked into. So what is
 * mounted in one is made when somebody looks; until then the processes in it have no root and working directory, but
 * are "at the top".
 *
 * @see mount_namespaces(7)
 */
import { SmallSet } from "../../lib/index.ts";
import { type FsContext, type Inode, MountTree, type PlannedCopy } from "../../vfs/index.ts";
import type { Process } from "../process.ts";
import { Namespace } from "./namespace.ts";
import type { UserNamespace } from "./user.ts";

/**
 * The mounts of a namespace that nobody has looked at yet. Once they are made, nothing shows that they were not there
 * before.
 */
export abstract class UnseenMounts {
  /** The namespace is gone. What is made for those who still hold it is mounted nowhere. */
  isDropped = false;

  /** A program that is known to lie there. */
  get program(): UnseenProgram | undefined {
    return undefined;
  }

  /** Makes them. */
  abstract make(): MadeMounts;

  /** Nobody is in the namespace any more. */
  drop(): void {
    this.isDropped = true;
  }
}

/** A file on the topmost mount, as path, permissions and mounts have led to it. */
export interface UnseenProgram {
  readonly at: string;
  readonly inode: Inode;
  readonly mountFlags: number;
  /** What a process is called that executes it. */
  readonly comm: string;
}

export interface MadeMounts {
  readonly tree: MountTree;
  /** The context in which processes of the namespace walked their paths before the mounts were made. */
  readonly context: FsContext | undefined;
}

export class MountNamespace extends Namespace {
  override get kind() {
    return "mnt" as const;
  }

  #mounts: MountTree | UnseenMounts;
  /** Live processes in it. */
  readonly members = new SmallSet<Process>();
  /** Open files and mounts that lead to it. */
  #holders = 0;

  constructor(id: number, owner: UserNamespace, mounts: MountTree | UnseenMounts) {
    super(id, owner);
    this.#mounts = mounts;
  }

  /**
   * A namespace whose mounts will be copied from `original`, as they are now, when somebody looks; `undefined` if they
   * have to be copied at once.
   */
  static copying(id: number, owner: UserNamespace, original: MountTree): MountNamespace | undefined {
    const copy = original.planCopy();
    if (copy === undefined) return undefined;
    const namespace = new MountNamespace(id, owner, new UnseenCopy(copy));
    copy.owner = namespace;
    return namespace;
  }

  get tree(): MountTree {
    const mounts = this.#mounts;
    return mounts instanceof MountTree ? mounts : this.#look(mounts);
  }

  /** Its mounts, if nobody has looked at them yet. */
  get unseen(): UnseenMounts | undefined {
    return this.#mounts instanceof MountTree ? undefined : this.#mounts;
  }

  /** All that was mounted is unmounted, and others are there to be looked at. */
  replace(mounts: UnseenMounts): void {
    this.#drop();
    this.#mounts = mounts;
  }

  leave(process: Process): void {
    if (this.members.delete(process)) this.#dropIfUnused();
  }

  /** The namespace lives on, whoever leaves it. */
  override hold(): void {
    this.#holders++;
  }

  override letGo(): void {
    this.#holders--;
    this.#dropIfUnused();
  }

  #look(unseen: UnseenMounts): MountTree {
    const { tree, context } = unseen.make();
    this.#mounts = tree;
    const { top } = tree;
    for (const member of this.members) member.arrive(top, context);
    if (unseen.isDropped) tree.dissolve();
    return tree;
  }

  #dropIfUnused(): void {
    if (this.members.size === 0 && this.#holders === 0) this.#drop();
  }

  #drop(): void {
    if (this.#mounts instanceof MountTree) this.#mounts.dissolve();
    else this.#mounts.drop();
  }
}

/** A copy of another namespace's mounts, as they were when it was planned. */
export class UnseenCopy extends UnseenMounts {
  readonly plan: PlannedCopy;

  constructor(plan: PlannedCopy) {
    super();
    this.plan = plan;
  }

  override make(): MadeMounts {
    return { tree: this.plan.original.copyAs(this.plan), context: undefined };
  }

  override drop(): void {
    super.drop();
    this.plan.original.dropCopy(this.plan);
  }
}
