/**
 * What can be set in a build: `docker build --call=outline`. Model: BuildKit's frontend/subrequests/outline and
 * dockerfile2llb/outline.go.
 */
import type { AnyInstruction, Dockerfile } from "../dockerfile/ast.ts";
import type { BuildStage } from "./stage-graph.ts";
import type { Step } from "./step.ts";

export interface OutlineArg {
  readonly name: string;
  readonly value: string;
  readonly description: string;
}

/** A secret or an SSH agent. */
export interface OutlineMount {
  readonly name: string;
  readonly required: boolean;
}

export interface Outline {
  /** "" for a stage without a name. */
  readonly name: string;
  readonly description: string;
  readonly args: readonly OutlineArg[];
  readonly secrets: readonly OutlineMount[];
  readonly ssh: readonly OutlineMount[];
}

interface LocatedArg extends OutlineArg {
  readonly line: number;
}

/** The outline of a stage and those it is based on; `steps` has what each instruction came to. */
export function outlineOf(
  target: BuildStage,
  steps: ReadonlyMap<BuildStage, readonly Step[]>,
  { args: globals = [], stages }: Dockerfile,
): Outline {
  const args = new Map<string, LocatedArg>();
  const mounts = { secret: new Map<string, boolean>(), ssh: new Map<string, boolean>() };
  for (const stage of chainOf(target)) {
    for (const [index, step] of (steps.get(stage) ?? []).entries()) {
      if (step.kind === "RUN") {
        for (const mount of step.mounts) {
          if (mount.type !== "secret" && mount.type !== "ssh") continue;
          const name = mount.id || (mount.type === "ssh" ? "default" : lastPart(mount.target));
          mounts[mount.type].set(name, mount.required || mounts[mount.type].get(name) === true);
        }
      }
      if (step.kind !== "ARG") continue;
      for (const { name, value = "" } of step.args) {
        // An argument that is declared before FROM is described there.
        const place = globals.find((one) => one.args.some((arg) => arg.name === name));
        args.set(name, { ...about(place ?? stage.planned[index]?.instruction, name), name, value });
      }
    }
  }
  const name = target.name ?? "";
  return {
    name,
    description: name === "" ? "" : about(stages[target.index]?.from, name).description,
    args: [...args.values()].sort((a, b) => a.line - b.line),
    secrets: sorted(mounts.secret),
    ssh: sorted(mounts.ssh),
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
        args.map((arg) => [arg.name, arg.value, arg.description]),
      ),
      3,
    ),
    table(withHead(["SECRET", "REQUIRED"], secrets.map(flag)), 3),
    table(withHead(["SSH", "REQUIRED"], ssh.map(flag)), 3),
  ];
  return tables.join("");
}

type Row = readonly string[];

const withHead = (head: Row, rows: readonly Row[]): readonly Row[] => (rows.length === 0 ? [] : [head, ...rows]);

/** Columns as wide as their widest cell and `padding`, the last one as it is; an empty line at the end. */
function table(rows: readonly Row[], padding: number): string {
  if (rows.length === 0) return "";
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: Row): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + padding)))
      .join("");
  return `${rows.map((row) => `${line(row)}\n`).join("")}\n`;
}

function chainOf(target: BuildStage): readonly BuildStage[] {
  return target.base === undefined ? [target] : [...chainOf(target.base), target];
}

/** The comment above an instruction that starts with the name, and its line. */
function about(instruction: AnyInstruction | undefined, name: string): { description: string; line: number } {
  const comment = instruction?.comments?.find((line) => line.startsWith(`${name} `));
  return { description: comment?.slice(name.length + 1) ?? "", line: instruction?.range?.startLine ?? 0 };
}

function sorted(mounts: ReadonlyMap<string, boolean>): readonly OutlineMount[] {
  return [...mounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, required]) => ({ name, required }));
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
