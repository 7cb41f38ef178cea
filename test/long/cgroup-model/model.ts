/**
 * The rules of cgroup v2 as a small model: a tree of plain nodes, and for each operation what it answers and changes.
 *
 * It knows no files, no processes and nothing of the kernel's code. Answers are "ok" or the name of an error.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst, kernel/cgroup/cgroup.c
 */

export const CONTROLLERS = ["cpuset", "cpu", "io", "memory", "pids"] as const;
/** Controllers that cannot compete with processes of the cgroup's own. */
const DOMAIN: ReadonlySet<string> = new Set(["io", "memory"]);

/** Root, or the user to whom subtrees are delegated. */
export type Actor = 0 | 1000;

export interface Task {
  readonly pid: number;
  readonly parent: Task | undefined;
  node: Node;
  state: "alive" | "zombie" | "gone";
}

export class Node {
  readonly name: string;
  readonly parent: Node | undefined;
  readonly children = new Map<string, Node>();
  readonly control = new Set<string>();
  owner: Actor;
  removed = false;
  freezes = false;
  depthMax = Number.POSITIVE_INFINITY;
  descendantsMax = Number.POSITIVE_INFINITY;
  pidsMax = Number.POSITIVE_INFINITY;
  pidsFailures = 0;
  weight = 100;

  constructor(name: string, parent: Node | undefined, owner: Actor) {
    this.name = name;
    this.parent = parent;
    this.owner = owner;
  }

  get path(): string {
    return this.parent === undefined ? "" : `${this.parent.path}/${this.name}`;
  }

  get ancestors(): readonly Node[] {
    return this.parent === undefined ? [this] : [this, ...this.parent.ancestors];
  }

  get subtree(): readonly Node[] {
    return [this, ...[...this.children.values()].flatMap((child) => child.subtree)];
  }

  get controllers(): readonly string[] {
    const { parent } = this;
    return parent === undefined ? CONTROLLERS : CONTROLLERS.filter((name) => parent.control.has(name));
  }

  get frozen(): boolean {
    return this.ancestors.some(({ freezes }) => freezes);
  }
}

export class Model {
  readonly root = new Node("", undefined, 0);
  readonly tasks = new Set<Task>();

  constructor() {
    for (const name of CONTROLLERS) this.root.control.add(name);
  }

  alive(node: Node): readonly Task[] {
    return [...this.tasks].filter((task) => task.node === node && task.state === "alive");
  }

  populated(node: Node): boolean {
    return node.subtree.some((one) => this.alive(one).length > 0);
  }

  /** Processes that count, zombies too: those of cgroups that are gone count above. */
  pids(node: Node): number {
    return [...this.tasks].filter((task) => task.node.ancestors.includes(node)).length;
  }

  mkdir(parent: Node, name: string, actor: Actor): string {
    if (parent.children.has(name)) return "EEXIST";
    if (!mayWrite(parent, actor)) return "EACCES";
    for (const [depth, above] of parent.ancestors.entries()) {
      if (depth >= above.depthMax || above.subtree.length - 1 >= above.descendantsMax) return "EAGAIN";
    }
    parent.children.set(name, new Node(name, parent, actor));
    return "ok";
  }

  rmdir(node: Node, actor: Actor): string {
    if (node.parent === undefined) return "EBUSY";
    if (!mayWrite(node.parent, actor)) return "EACCES";
    if (node.children.size > 0 || this.alive(node).length > 0) return "EBUSY";
    node.parent.children.delete(node.name);
    node.removed = true;
    return "ok";
  }

  move(task: Task, to: Node, actor: Actor): string {
    if (!mayWrite(to, actor)) return "EACCES";
    if (task.state === "gone") return "ESRCH";
    const common = task.node.ancestors.find((above) => to.ancestors.includes(above) && !above.removed);
    if (common === undefined || !mayWrite(common, actor)) return "EACCES";
    if (to.parent !== undefined && to.control.size > 0 && !this.#canMix(to)) return "EBUSY";
    task.node = to;
    return "ok";
  }

  enable(node: Node, controller: string, actor: Actor): string {
    if (!mayWrite(node, actor)) return "EACCES";
    if (!node.controllers.includes(controller)) return "ENOENT";
    if (node.control.has(controller)) return "ok";
    const mixes = node.parent === undefined || (!DOMAIN.has(controller) && this.#canMix(node));
    if (!mixes && this.alive(node).length > 0) return "EBUSY";
    node.control.add(controller);
    return "ok";
  }

  disable(node: Node, controller: string, actor: Actor): string {
    if (!mayWrite(node, actor)) return "EACCES";
    if (!node.control.has(controller)) return "ok";
    const children = [...node.children.values()];
    if (children.some(({ control }) => control.has(controller))) return "EBUSY";
    node.control.delete(controller);
    for (const child of children) {
      if (controller === "cpu") child.weight = 100;
      if (controller !== "pids") continue;
      child.pidsMax = Number.POSITIVE_INFINITY;
      child.pidsFailures = 0;
    }
    return "ok";
  }

  /** Files that only whoever owns the cgroup above may set: they limit the one who lives in it. */
  set(node: Node, field: "freezes" | "depthMax" | "descendantsMax" | "pidsMax" | "weight", value: number): string {
    if (field === "pidsMax" && !node.controllers.includes("pids")) return "ENOENT";
    if (field === "weight" && !node.controllers.includes("cpu")) return "ENOENT";
    if (field === "freezes") node.freezes = value === 1;
    else node[field] = value;
    return "ok";
  }

  fork(parent: Task, pid: number): string {
    const limited = parent.node.ancestors.find(
      (node) => node.controllers.includes("pids") && this.pids(node) + 1 > node.pidsMax,
    );
    if (limited !== undefined) {
      for (const node of limited.ancestors) if (node.controllers.includes("pids")) node.pidsFailures++;
      return "EAGAIN";
    }
    this.tasks.add({ pid, parent, node: parent.node, state: "alive" });
    return "ok";
  }

  /** The process dies. Its parent never waits for it: it stays until that dies too. */
  end(task: Task): void {
    if (task.state !== "alive") return;
    task.state = "zombie";
    for (const one of this.tasks) {
      const isOrphan = one.parent === undefined || one.parent.state !== "alive";
      if (one.state !== "zombie" || !isOrphan) continue;
      one.state = "gone";
      this.tasks.delete(one);
    }
  }

  kill(node: Node): void {
    for (const one of node.subtree) for (const task of this.alive(one)) this.end(task);
  }

  /** It could be the root of a threaded subtree: processes and controllers that can tell threads apart may mix. */
  #canMix(node: Node): boolean {
    if ([...node.control].some((name) => DOMAIN.has(name))) return false;
    return ![...node.children.values()].some((child) => this.populated(child));
  }
}

const mayWrite = (node: Node, actor: Actor): boolean => actor === 0 || node.owner === actor;
