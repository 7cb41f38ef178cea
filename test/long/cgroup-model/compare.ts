/** Random operations on a kernel's cgroups and on a model of the rules, compared after each step. */
import { Prng } from "@bottleship/core/sim";
import { expect } from "vitest";
import { Machine } from "./machine.ts";
import { type Actor, CONTROLLERS, Model, type Node, type Task } from "./model.ts";

const NAMES = ["a", "b", "c"];
const MAX_NODES = 14;
const MAX_TASKS = 16;
const STEPS_PER_LOOK = 50;
const LAST_STEPS = 20;

/** How files list names: nothing at all if there are none. */
const list = (names: readonly string[]): string => (names.length === 0 ? "" : `${names.join(" ")}\n`);

class Comparison {
  readonly #prng: Prng;
  readonly #machine = new Machine();
  readonly #model = new Model();
  readonly #last: string[] = [];
  /** Pids that were there and are not any more. */
  readonly #gone: Task[] = [];

  constructor(seed: string) {
    this.#prng = new Prng(seed);
  }

  step(): void {
    const node = this.#from(this.#model.root.subtree);
    const actor: Actor = this.#prng.chance(1, 4) ? 1000 : 0;
    const act = this.#from(this.#acts);
    const [what, expected, seen] = act(node, actor);
    this.#last.push(`${what} by ${actor}: ${expected}`);
    if (this.#last.length > LAST_STEPS) this.#last.shift();
    expect(seen, this.#last.join("\n")).toBe(expected);
    this.#check(node);
  }

  /** Everything that the files of all cgroups say. */
  look(): void {
    this.#machine.settle();
    for (const node of this.#model.root.subtree) this.#check(node);
  }

  readonly #acts: readonly ((node: Node, actor: Actor) => readonly [what: string, expected: string, seen: string])[] = [
    (node, actor) => this.#mkdir(node, actor),
    (node, actor) => this.#mkdir(node, actor),
    (node, actor) => [`rmdir ${node.path}`, ...this.#rmdir(node, actor)],
    (node) => this.#start(node),
    () => this.#fork(),
    () => this.#fork(),
    () => this.#end(),
    (node, actor) => this.#move(node, actor),
    (node, actor) => this.#move(node, actor),
    (node, actor) => this.#control(node, actor),
    (node, actor) => this.#control(node, actor),
    (node) => this.#set(node),
    (node) => this.#set(node),
    (node) => this.#freeze(node),
    (node) => this.#kill(node),
    (node) => this.#delegate(node),
  ];

  #mkdir(node: Node, actor: Actor): readonly [string, string, string] {
    const name = this.#from(NAMES);
    if (this.#model.root.subtree.length >= MAX_NODES) return ["nothing", "ok", "ok"];
    return [
      `mkdir ${node.path}/${name}`,
      this.#model.mkdir(node, name, actor),
      this.#machine.mkdir(`${node.path}/${name}`, actor),
    ];
  }

  #rmdir(node: Node, actor: Actor): readonly [string, string] {
    if (node.parent === undefined) return ["ok", "ok"];
    const { path } = node;
    return [this.#model.rmdir(node, actor), this.#machine.rmdir(path, actor)];
  }

  /** A daemon's process, which takes no notice of limits. */
  #start(node: Node): readonly [string, string, string] {
    const isInner = node.parent !== undefined && node.control.size > 0;
    const isFull = node.ancestors.some((one) => this.#model.pids(one) + 1 > one.pidsMax);
    if (isInner || isFull || this.#model.tasks.size >= MAX_TASKS) return ["nothing", "ok", "ok"];
    const pid = this.#machine.start(node.path);
    this.#model.tasks.add({ pid, parent: undefined, node, state: "alive" });
    return [`start ${pid} in ${node.path}`, "ok", "ok"];
  }

  #fork(): readonly [string, string, string] {
    const parent = this.#living();
    if (parent === undefined || this.#model.tasks.size >= MAX_TASKS) return ["nothing", "ok", "ok"];
    const pid = this.#machine.fork(parent.pid);
    const expected = this.#model.fork(parent, typeof pid === "number" ? pid : -1);
    return [`fork ${parent.pid} in ${parent.node.path}`, expected, typeof pid === "number" ? "ok" : pid];
  }

  #end(): readonly [string, string, string] {
    const task = this.#living();
    if (task === undefined) return ["nothing", "ok", "ok"];
    this.#machine.kill(task.pid);
    this.#model.end(task);
    this.#gone.push(task);
    return [`kill ${task.pid}`, "ok", "ok"];
  }

  #move(node: Node, actor: Actor): readonly [string, string, string] {
    const gone = this.#gone.at(-1);
    const task = this.#prng.chance(1, 20) && gone?.state === "gone" ? gone : this.#living();
    if (task === undefined) return ["nothing", "ok", "ok"];
    const seen = this.#machine.write(`${node.path}/cgroup.procs`, String(task.pid), actor);
    return [`move ${task.pid} from ${task.node.path} to ${node.path}`, this.#model.move(task, node, actor), seen];
  }

  #control(node: Node, actor: Actor): readonly [string, string, string] {
    const controller = this.#from(CONTROLLERS);
    const sign = this.#prng.chance(2, 3) ? "+" : "-";
    const seen = this.#machine.write(`${node.path}/cgroup.subtree_control`, sign + controller, actor);
    const expected =
      sign === "+" ? this.#model.enable(node, controller, actor) : this.#model.disable(node, controller, actor);
    return [`${sign}${controller} in ${node.path}`, expected, seen];
  }

  #set(node: Node): readonly [string, string, string] {
    if (node.parent === undefined) return ["nothing", "ok", "ok"];
    const [file, field, values] = this.#from([
      ["pids.max", "pidsMax", [0, 1, 2, 3, 5, Number.POSITIVE_INFINITY]],
      ["cpu.weight", "weight", [1, 50, 10_000]],
      ["cgroup.max.depth", "depthMax", [0, 1, 2, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]],
      ["cgroup.max.descendants", "descendantsMax", [0, 1, 3, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]],
    ] as const);
    const value = this.#from<number>(values);
    const text = Number.isFinite(value) ? String(value) : "max";
    const seen = this.#machine.write(`${node.path}/${file}`, text);
    return [`${file} of ${node.path} = ${text}`, this.#model.set(node, field, value), seen];
  }

  #freeze(node: Node): readonly [string, string, string] {
    if (node.parent === undefined) return ["nothing", "ok", "ok"];
    const value = this.#prng.below(2);
    const seen = this.#machine.write(`${node.path}/cgroup.freeze`, String(value));
    return [`freeze ${node.path} ${value}`, this.#model.set(node, "freezes", value), seen];
  }

  #kill(node: Node): readonly [string, string, string] {
    if (node.parent === undefined || this.#prng.chance(1, 2)) return ["nothing", "ok", "ok"];
    const seen = this.#machine.write(`${node.path}/cgroup.kill`, "1");
    this.#model.kill(node);
    return [`kill ${node.path}`, "ok", seen];
  }

  #delegate(node: Node): readonly [string, string, string] {
    if (node.parent === undefined) return ["nothing", "ok", "ok"];
    this.#machine.delegate(node.path);
    node.owner = 1000;
    return [`delegate ${node.path}`, "ok", "ok"];
  }

  #check(node: Node): void {
    if (node.removed) return;
    const read = (name: string): string => this.#machine.read(`${node.path}/${name}`);
    const model = this.#model;
    const seen: Record<string, string> = {
      controllers: read("cgroup.controllers"),
      control: read("cgroup.subtree_control"),
      children: read("cgroup.stat").split("\n")[0] ?? "",
    };
    const expected: Record<string, string> = {
      controllers: list(node.controllers),
      control: list(CONTROLLERS.filter((name) => node.control.has(name))),
      children: `nr_descendants ${node.subtree.length - 1}`,
    };
    if (node.parent !== undefined) {
      seen["procs"] = read("cgroup.procs").split("\n").sort().join(" ");
      const pids = model.alive(node).map(({ pid }) => String(pid));
      expected["procs"] = ["", ...pids].sort().join(" ");
      seen["events"] = read("cgroup.events");
      expected["events"] = `populated ${Number(model.populated(node))}\nfrozen ${Number(node.frozen)}\n`;
      const hasPids = node.controllers.includes("pids");
      seen["pids"] = ["pids.current", "pids.max", "pids.events"].map(read).join(" ");
      const limit = Number.isFinite(node.pidsMax) ? node.pidsMax : "max";
      expected["pids"] = hasPids
        ? `${model.pids(node)}\n ${limit}\n max ${node.pidsFailures}\n`
        : "ENOENT ENOENT ENOENT";
      seen["weight"] = read("cpu.weight");
      expected["weight"] = node.controllers.includes("cpu") ? `${node.weight}\n` : "ENOENT";
    }
    expect(seen, `${node.path}\n${this.#last.join("\n")}`).toEqual(expected);
  }

  #living(): Task | undefined {
    const alive = [...this.#model.tasks].filter(({ state }) => state === "alive");
    return alive.length === 0 ? undefined : this.#from(alive);
  }

  #from<T>(choices: readonly T[]): T {
    return choices[this.#prng.below(choices.length)] as T;
  }
}

export function compareCgroups(seed: string, steps: number): void {
  const comparison = new Comparison(seed);
  for (let step = 0; step < steps; step++) {
    comparison.step();
    if (step % STEPS_PER_LOOK === 0) comparison.look();
  }
}
