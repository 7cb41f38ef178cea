/** RUN: its heredocs, its shell, its mounts. Model: dispatchRun and dispatchRunMounts of BuildKit's convert.go. */

import { quote } from "../../lib/go/index.ts";
import { clean } from "../../lib/index.ts";
import type { Heredoc, InstructionOf } from "../dockerfile/ast.ts";
import { heredocText } from "../dockerfile/ast.ts";
import { BuildError } from "../dockerfile/error.ts";
import { heredocOf } from "../dockerfile/heredoc.ts";
import { type BuildMount, resolveMount } from "../dockerfile/mount.ts";
import type { Expander } from "./expander.ts";
import { fromWorkingDir, withShell } from "./scope.ts";
import type { InlineFile, RunStep, StepMount } from "./step.ts";

/** @throws BuildError for mounts that make no sense, and for devices, which the built-in frontend does not have. */
export function dispatchRun(instruction: InstructionOf<"RUN">, { scope, expand }: Expander): RunStep {
  const { command, heredocs = [], range, network = "default", devices = [] } = instruction;
  const mounts = (instruction.mounts ?? []).map((flag) => resolveMount(flag, expand));
  const script = scriptOf(instruction);
  const argv = command.form === "exec" ? command.argv : [script?.path ?? lineOf(command.command, heredocs)];
  const step: RunStep = {
    kind: "RUN",
    range,
    argv: command.form === "exec" ? argv : withShell(scope, argv[0] ?? ""),
    script: script?.file,
    mounts: mounts.map((mount) => placeMount(mount, (path) => fromWorkingDir(scope, path))),
    network,
  };
  if (devices.length > 0)
    throw new BuildError("device feature is only supported in Dockerfile frontend 1.14.0-labs or later");
  return step;
}

/** A lone heredoc that starts with `#!` is a program of its own. */
function scriptOf({ command, heredocs = [] }: InstructionOf<"RUN">): { path: string; file: InlineFile } | undefined {
  const [first] = heredocs;
  if (first === undefined || command.form !== "shell" || heredocOf(command.command) === undefined) return undefined;
  if (!first.content.startsWith("#!")) return undefined;
  return { path: `/dev/pipes/${first.name}`, file: { name: first.name, content: heredocText(first) } };
}

/** A lone heredoc is the command line; others are put back for the shell to read. */
function lineOf(command: string, heredocs: readonly Heredoc[]): string {
  const [first] = heredocs;
  if (first === undefined) return command;
  if (heredocOf(command) !== undefined) return heredocText(first);
  return command + heredocs.map(({ content, name }) => `\n${content}${name}`).join("");
}

function placeMount(mount: BuildMount, absolute: (path: string) => string): StepMount {
  if (mount.type === "secret") return mount.target === "" ? mount : { ...mount, target: absolute(mount.target) };
  if (mount.type === "ssh") {
    if (mount.source !== "") throw new BuildError("ssh does not support source");
    return mount;
  }
  const target = absolute(mount.target);
  if (target === "/") throw new BuildError(`invalid mount target ${quote(target)}`);
  // A cache is named by its target as it was written.
  const id = mount.type === "cache" && mount.id === "" ? clean(mount.target) : mount.id;
  return { ...mount, target, id };
}
