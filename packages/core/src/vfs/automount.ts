/**
 * Automounts: mounts that are planned, and made when a path first leads to them.
 *
 * A container's mount table is some twenty mounts, of which a program uses two or three. A plan is written down once for
 * all containers alike and attached to a mount in one step; what nobody looks at is never made. Nothing can tell the
 * difference: whoever lists mounts, copies a mount tree or unmounts makes them all first, and all are dated back to the plan.
 *
 * Unlike Linux's autofs there is no daemon and no time-out: what was made stays.
 *
 * @see Documentation/filesystems/autofs.rst, follow_automount() in fs/namei.c
 */
import type { Dentry } from "./dentry.ts";
import { Location, type Mount } from "./mount.ts";

/** One place in a plan: perhaps a mount, and what is planned below it. */
export interface PlanNode {
  /** Position in the order in which the mounts would have been made, from 1. */
  readonly order: number;
  /** What to mount here; `undefined` for a directory on the way. */
  readonly request: unknown;
  readonly children: ReadonlyMap<string, PlanNode> | undefined;
}

/** A whole plan: its tree, and how many mounts are in it. */
export interface Plan {
  readonly root: PlanNode;
  readonly count: number;
}

/** Carries out the requests of a plan for one container. */
export interface Automounter {
  /** Makes the mount of `node` at `at`. */
  mount(node: PlanNode, at: Location): Mount;
}

/** A dentry that has to do with a plan. */
export class PlanPoint {
  /** The plan counts for this mount only, not for others that show the same dentry. */
  readonly mount: Mount;
  readonly node: PlanNode;
  readonly automounter: Automounter;
  /** The mount of this node has been made. */
  isDone = false;

  constructor(mount: Mount, node: PlanNode, automounter: Automounter) {
    this.mount = mount;
    this.node = node;
    this.automounter = automounter;
  }

  /** What is planned for the child `name`. */
  child(name: string): PlanPoint | undefined {
    const node = this.node.children?.get(name);
    return node === undefined ? undefined : new PlanPoint(this.mount, node, this.automounter);
  }
}

/** Attaches a plan to a mount: its root is the plan's root. */
export function attachPlan(mount: Mount, node: PlanNode, automounter: Automounter): void {
  const point = new PlanPoint(mount, node, automounter);
  point.isDone = true;
  mount.root.plan = point;
  mount.root.spreadPlan();
}

/** The child `name` of a dentry as it shows in `mount`, with what is planned on it in place. See `Dentry.child`. */
export function childIn(mount: Mount, dentry: Dentry, name: string, known?: Dentry): Dentry | undefined {
  const child = dentry.child(name, known);
  const plan = child?.plan;
  if (child !== undefined && plan !== undefined && plan.mount === mount && !plan.isDone) carryOut(plan, child);
  return child;
}

function carryOut(plan: PlanPoint, dentry: Dentry): void {
  plan.isDone = true;
  if (plan.node.request === undefined) return;
  const made = plan.automounter.mount(plan.node, new Location(plan.mount, dentry));
  if (plan.node.children !== undefined) attachPlan(made, plan.node, plan.automounter);
}

/** Makes every mount that is still planned on `mount`, and on what is mounted below it. */
export function carryOutAll(mount: Mount): void {
  const plan = mount.root.plan;
  if (plan?.mount === mount) visit(mount, mount.root, plan.node);
  for (const child of mount.children) carryOutAll(child);
}

function visit(mount: Mount, dentry: Dentry, node: PlanNode): void {
  for (const [name, child] of node.children ?? []) {
    const at = childIn(mount, dentry, name);
    if (at !== undefined && child.request === undefined) visit(mount, at, child);
  }
}
