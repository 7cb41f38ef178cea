/**
 * What can be set in a build: `docker build --call=outline`. Model: BuildKit's frontend/subrequests/outline and
 * dockerfile2llb/outline.go.
 */
import type { AnyInstruction, ArgInstruction, Dockerfile, Instruction, SourceRange } from "../dockerfile/ast.ts";
import type { LintWarning } from "../dockerfile/lint.ts";
import { lexWord } from "../dockerfile/words.ts";
import type { BuildArgs } from "./global-args.ts";
import type { BuildStage, StageGraph } from "./stage-graph.ts";
import type { Step } from "./step.ts";

export interface OutlineArg {
  readonly name: string;
  /** Undefined if it is declared and not set. */
  readonly value: string | undefined;
  readonly description: string;
  readonly range: SourceRange | undefined;
}

/** A secret or an SSH agent. */
export interface OutlineMount {
  readonly name: string;
  readonly required: boolean;
  readonly range: SourceRange | undefined;
}

export interface Outline {
  /** "" for a stage without a name. */
  readonly name: string;
  readonly description: string;
  readonly args: readonly OutlineArg[];
  readonly secrets: readonly OutlineMount[];
  readonly ssh: readonly OutlineMount[];
  readonly warnings: readonly LintWarning[];
}

type Done = readonly [instruction: Instruction | undefined, step: Step];

export interface OutlineParts {
  readonly dockerfile: Dockerfile;
  readonly graph: StageGraph;
  readonly buildArgs: BuildArgs;
  /** Instructions and what they came to, by the stages' numbers. */
  readonly done: ReadonlyMap<number, readonly Done[]>;
  readonly warnings: readonly LintWarning[];
}

/** The outline of the target and of the stages that it needs. Of what several of them declare, the target's counts. */
export function outlineOf(parts: OutlineParts): Outline {
  const { dockerfile, graph, done, warnings } = parts;
  const { target } = graph;
  const globals = globalArgs(parts);
  const args = new Map<string, OutlineArg>();
  const mounts = { secret: new Map<string, OutlineMount>(), ssh: new Map<string, OutlineMount>() };
  for (const stage of nearestFirst(graph)) {
    for (const [name, arg] of argsOf(stage, parts, globals)) if (!args.has(name)) args.set(name, arg);
    for (const [, step] of done.get(stage.index) ?? []) {
      if (step.kind !== "RUN") continue;
      for (const { type, id, target: path, required } of step.mounts) {
        if (type !== "secret" && type !== "ssh") continue;
        const name = id || (type === "ssh" ? "default" : path.slice(path.lastIndexOf("/") + 1));
        if (!mounts[type].has(name)) mounts[type].set(name, { name, required, range: step.range });
      }
    }
  }
  const name = target.name ?? "";
  return {
    name,
    description: name === "" ? "" : descriptionOf(dockerfile.stages[target.index]?.from, name),
    args: inOrder(args),
    secrets: inOrder(mounts.secret),
    ssh: inOrder(mounts.ssh),
    warnings,
  };
}

/** As the client prints it: a heading and a table each for arguments, secrets and agents. */
export function printOutline({ name, description, args, secrets, ssh }: Outline): string {
  const head = [
    ...(name === "" ? [] : [["TARGET:", name]]),
    ...(description === "" ? [] : [["DESCRIPTION:", description]]),
  ];
  const flag = ({ name: id, required }: OutlineMount) => [id, required ? "true" : ""];
  const tables = [
    table(head, 1),
    table(
      withHead(
        ["BUILD ARG", "VALUE", "DESCRIPTION"],
        args.map((arg) => [arg.name, arg.value ?? "", arg.description]),
      ),
      3,
    ),
    table(withHead(["SECRET", "REQUIRED"], secrets.map(flag)), 3),
    table(withHead(["SSH", "REQUIRED"], ssh.map(flag)), 3),
  ];
  return tables.join("");
}

/** The ARGs before the first FROM, the last one of each name, and what its default is made of. */
interface GlobalArg extends OutlineArg {
  readonly uses: ReadonlySet<string>;
}

function globalArgs({ dockerfile, graph, buildArgs }: OutlineParts): ReadonlyMap<string, GlobalArg> {
  const found = new Map<string, GlobalArg>();
  for (const instruction of dockerfile.args ?? [])
    for (const { name, default: word } of instruction.args) {
      const value = graph.globalArgs.get(name);
      const isDefault = word !== undefined && !buildArgs.has(name);
      const uses = isDefault ? lexWord(word, graph.globalArgs, graph).matched : new Set<string>();
      found.set(name, { ...aboutArg(instruction, name), value, uses });
    }
  return found;
}

/** The arguments that a stage uses: in its FROM, by declaring them, and what the defaults of those are made of. */
function argsOf(
  stage: BuildStage,
  { dockerfile, graph, buildArgs, done }: OutlineParts,
  globals: ReadonlyMap<string, GlobalArg>,
): ReadonlyMap<string, OutlineArg> {
  const found = new Map<string, OutlineArg>();
  const useGlobal = (name: string): void => {
    const global = globals.get(name);
    if (global === undefined || found.has(name)) return;
    found.set(name, global);
    for (const used of global.uses) useGlobal(used);
  };
  const { image, platform } = dockerfile.stages[stage.index]?.from ?? {};
  for (const word of [image, platform])
    if (word !== undefined) for (const name of lexWord(word, graph.globalArgs, graph).matched) useGlobal(name);
  for (const [instruction, step] of done.get(stage.index) ?? []) {
    if (step.kind !== "ARG" || instruction?.kind !== "ARG") continue;
    for (const { name, value } of step.args) {
      const hasDefault = instruction.args.some((arg) => arg.name === name && arg.default !== undefined);
      const isInherited = !hasDefault && !buildArgs.has(name) && graph.globalArgs.get(name) !== undefined;
      if (isInherited) useGlobal(name);
      else found.set(name, { ...aboutArg(instruction, name), value });
    }
  }
  return found;
}

/** The target, what it is based on, then what it takes files from. */
function nearestFirst(graph: StageGraph): Iterable<BuildStage> {
  const found = new Set<BuildStage>();
  for (let at: BuildStage | undefined = graph.target; at !== undefined; at = at.base) found.add(at);
  for (const stage of graph.reachable()) found.add(stage);
  return found;
}

function aboutArg(instruction: ArgInstruction, name: string): Omit<OutlineArg, "value"> {
  return { name, description: descriptionOf(instruction, name), range: instruction.range };
}

/** The comment above an instruction that starts with the name, without it. */
function descriptionOf(instruction: AnyInstruction | undefined, name: string): string {
  const comment = instruction?.comments?.find((line) => line.startsWith(`${name} `));
  return comment?.slice(name.length + 1) ?? "";
}

function inOrder<T extends { readonly range: SourceRange | undefined }>(found: ReadonlyMap<string, T>): readonly T[] {
  const lineOf = ({ range }: T): number => range?.startLine ?? 0;
  return [...found.values()].sort((a, b) => lineOf(a) - lineOf(b));
}

type Row = readonly string[];

const withHead = (head: Row, rows: readonly Row[]): readonly Row[] => (rows.length === 0 ? [] : [head, ...rows]);

/** An empty line stands at the end. */
const table = (rows: readonly Row[], padding: number): string =>
  rows.length === 0 ? "" : `${columns(rows, padding)}\n`;

/** Columns as wide as their widest cell and `padding`, the last one as it is. */
export function columns(rows: readonly Row[], padding: number): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: Row): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + padding)))
      .join("");
  return rows.map((row) => `${line(row)}\n`).join("");
}
