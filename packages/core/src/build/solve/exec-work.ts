/** RUN: a change that a process makes. @see BuildKit solver/llbsolver/ops/exec.go */
import { compareBytes, join } from "../../lib/index.ts";
import { type Checksums, checksums } from "../files/checksum.ts";
import { LogLimit } from "../progress/log-limit.ts";
import type { VertexProgress } from "../progress/progress.ts";
import type { BuildMachine } from "./build-machine.ts";
import { baseIngredient, type Ingredient } from "./cache-miss.ts";
import { ExecMounts, type MountTools } from "./exec-mounts.ts";
import { missing } from "./file-work.ts";
import type { Result } from "./result.ts";
import type { RunExecutor } from "./run-executor.ts";
import { OUTSIDE_KEY } from "./source-work.ts";
import type { ExecMount, ExecOp } from "./vertex.ts";
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
    change: (key, progress, signal) => run(tools, op, sources, { key, progress, signal }),
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
  if (op.extraHosts.length > 0) ingredients.push(["the hosts", JSON.stringify(op.extraHosts)]);
  if (op.cgroupParent !== "") ingredients.push(["the control group", op.cgroupParent]);
  if (op.shmSizeBytes !== undefined) ingredients.push(["the size of /dev/shm", String(op.shmSizeBytes)]);
  if (op.rlimits.length > 0) ingredients.push(["the limits", JSON.stringify(op.rlimits)]);
  if (op.script !== undefined) ingredients.push(["the script", op.script.content]);
  // In the order of their targets, whatever the order in which they were written.
  for (const one of op.mounts.toSorted((a, b) => compareBytes(a.mount.target, b.mount.target))) {
    const { target, type } = one.mount;
    const { range: _range, ...what } = { range: undefined, ...one.mount };
    ingredients.push([`the mount ${type} ${target}`, JSON.stringify(what)]);
    const files = mountedFiles(machine, one, sources);
    if (files !== undefined) ingredients.push([`file ${target}`, files]);
  }
  return ingredients;
}

/** What is only read counts by its contents; a cache or a secret by its name alone. */
function mountedFiles(
  machine: BuildMachine,
  { mount, input, isFromTree }: ExecMount,
  sources: Sources,
): Checksums | string | undefined {
  const from = input === undefined ? undefined : sources[input];
  if (mount.type !== "bind" || from === undefined || isFromTree) return undefined;
  if (from.isUnmade === true) return from.key;
  const tree = from.open();
  try {
    const path = join("/", mount.source);
    const sums = checksums(tree, path, { isFromOutside: from.key === OUTSIDE_KEY });
    if (sums === undefined) throw missing(machine, path);
    return sums;
  } finally {
    tree.close();
  }
}

async function run(
  tools: ExecTools,
  op: ExecOp,
  sources: Sources,
  { key, progress, signal }: { readonly key: string; readonly progress: VertexProgress; readonly signal: AbortSignal },
): Promise<void> {
  const prepared = new ExecMounts(tools, op).prepare(sources);
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
