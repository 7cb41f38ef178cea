/** RUN: a change that a process makes. @see BuildKit solver/llbsolver/ops/exec.go */
import { compareBytes, join } from "../../lib/index.ts";
import { type Checksums, checksums } from "../files/checksum.ts";
import type { StepMount } from "../frontend/step.ts";
import { LogLimit } from "../progress/log-limit.ts";
import type { VertexProgress } from "../progress/progress.ts";
import type { BuildMachine } from "./build-machine.ts";
import { baseIngredient, type Ingredient } from "./cache-miss.ts";
import { ExecMounts, type MountTools, secretTarget } from "./exec-mounts.ts";
import { missing, topmost } from "./file-work.ts";
import { mountKey } from "./mount-key.ts";
import type { Result } from "./result.ts";
import type { RunExecutor } from "./run-executor.ts";
import { OUTSIDE_KEY } from "./source-work.ts";
import type { ExecOp } from "./vertex.ts";
import type { ChangeWork } from "./work.ts";

/** What its mounts show: the inputs of the vertex after the first. */
type Sources = readonly (Result | undefined)[];

/** What it is done with. */
export interface ExecTools extends MountTools {
  readonly executor: RunExecutor;
}

/** @throws BuildError if the source of a mount is missing */
export function execWork(tools: ExecTools, op: ExecOp, sources: Sources): (base: Result | undefined) => ChangeWork {
  const ingredients = ingredientsOf(tools.machine, op, sources);
  return (base) => ({
    ingredients: new Map([["the platform", op.platform], baseIngredient(base?.key), ...ingredients]),
    base: base?.snapshot,
    title: `mount / from exec ${op.argv.join(" ")}`,
    change: (key, progress, signal) => run(tools, op, { base, sources, key, progress, signal }),
  });
}

function ingredientsOf(machine: BuildMachine, op: ExecOp, sources: Sources): readonly Ingredient[] {
  const ingredients: Ingredient[] = [["the command", JSON.stringify(op.argv)]];
  for (const variable of op.env) {
    const equals = variable.indexOf("=");
    ingredients.push([`the variable ${variable.slice(0, equals)}`, variable.slice(equals + 1)]);
  }
  ingredients.push(["the working directory", op.cwd]);
  ingredients.push(["the user", op.user]);
  ingredients.push(["the network", op.network]);
  if (op.hostname !== undefined) ingredients.push(["the host name", op.hostname]);
  // Their addresses are of no matter.
  if (op.extraHosts.length > 0) ingredients.push(["the hosts", JSON.stringify(op.extraHosts.map(({ name }) => name))]);
  if (op.cgroupParent !== "") ingredients.push(["the control group", op.cgroupParent]);
  if (op.shmSizeBytes !== undefined) ingredients.push(["the size of /dev/shm", String(op.shmSizeBytes)]);
  if (op.rlimits.length > 0) ingredients.push(["the limits", JSON.stringify(op.rlimits)]);
  if (op.script !== undefined) ingredients.push(["the script", op.script.content]);
  if (op.volumes.length > 0) ingredients.push(["the volumes", JSON.stringify(op.volumes)]);
  return [...ingredients, ...mountIngredients(machine, op, sources)];
}

/**
 * Mounts in the order of their targets, whatever the order in which they were written, and then the files of each input
 * in the order of their paths: which of them is mounted where is of no matter.
 */
function mountIngredients(machine: BuildMachine, { mounts }: ExecOp, sources: Sources): readonly Ingredient[] {
  const ingredients: Ingredient[] = [];
  const shown = new Map<Result, Map<string, string>>();
  for (const { mount, input, isFromTree } of mounts.toSorted((a, b) => compareBytes(a.mount.target, b.mount.target))) {
    const from = isFromTree || input === undefined ? undefined : sources[input];
    const target = targetOf(mount);
    if (from !== undefined) {
      const targets = shown.get(from) ?? new Map<string, string>();
      shown.set(from, targets.set(join("/", mount.source), target));
    }
    const number = from && [...shown.keys()].indexOf(from);
    ingredients.push([`the mount ${mount.type} ${target}`, mountKey(mount, number)]);
  }
  for (const [from, targets] of shown) {
    if (from.isUnmade === true) ingredients.push([`the maker of ${[...targets.values()].join(" ")}`, from.key]);
    else ingredients.push(...shownFiles(machine, from, targets));
  }
  return ingredients;
}

/** What mounts show of one input, by the paths in it; what lies below another of them counts with that one. */
function shownFiles(
  machine: BuildMachine,
  from: Result,
  targets: ReadonlyMap<string, string>,
): readonly (readonly [name: string, value: Checksums])[] {
  const tree = from.open();
  try {
    return topmost([...targets.keys()]).map((path) => {
      const sums = checksums(tree, path, { isFromOutside: from.key === OUTSIDE_KEY });
      if (sums === undefined) throw missing(machine, path);
      return [`file ${targets.get(path)}`, sums];
    });
  } finally {
    tree.close();
  }
}

function targetOf(mount: StepMount): string {
  return mount.type === "secret" ? (secretTarget(mount) ?? "") : mount.target;
}

interface ExecRun {
  /** The tree that is changed, as it was. */
  readonly base: Result | undefined;
  readonly sources: Sources;
  readonly key: string;
  readonly progress: VertexProgress;
  readonly signal: AbortSignal;
}

async function run(tools: ExecTools, op: ExecOp, { base, sources, key, progress, signal }: ExecRun): Promise<void> {
  const prepared = new ExecMounts(tools, op).prepare(sources, base);
  const { kernel } = tools.machine;
  const limits = { stdout: new LogLimit(kernel.nowUs), stderr: new LogLimit(kernel.nowUs) };
  try {
    await tools.executor.run({
      op: { ...op, env: [...op.env, ...prepared.env, ...op.proxy] },
      snapshot: key,
      mounts: prepared.mounts,
      signal,
      onOutput: (stream, bytes) => {
        const told = limits[stream].take(bytes, kernel.nowUs);
        if (told.length > 0) progress.log(stream, told);
      },
    });
  } finally {
    prepared.release();
  }
}
