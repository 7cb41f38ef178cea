/**
 * `--change` of commit and import: Dockerfile instructions that alter a configuration.
 *
 * @see moby builder/dockerfile/builder.go BuildFromConfig
 */
import {
  type AnyInstruction,
  Environment,
  expandWord,
  healthcheckOf,
  healthcheckStep,
  parseChanges,
  type ShellOrExec,
} from "../../build/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { ImageRunConfig } from "../../oci/index.ts";
import { parseSignal } from "../signal-names.ts";
import { exposedPorts } from "./exposed-ports.ts";

/**
 * A configuration with what instructions such as `CMD ["sh"]` and `ENV A=1` change of it, in their order.
 *
 * @throws StatusError invalid-argument for an instruction that is wrong, or means nothing here
 */
export function applyChanges(config: ImageRunConfig, changes: readonly string[]): ImageRunConfig {
  if (changes.length === 0) return config;
  return instructionsOf(changes.join("\n")).reduce(
    (changed, instruction, at, all) => apply(changed, instruction, all.slice(0, at)),
    config,
  );
}

/** @see moby builder/dockerfile/builder.go validCommitCommands */
const VALID: ReadonlySet<string> = new Set(
  "cmd entrypoint healthcheck env expose label onbuild stopsignal user volume workdir".split(" "),
);

function accept(name: string): void {
  if (!VALID.has(name.toLowerCase())) throw invalid(`${name} is not a valid change command`);
}

function instructionsOf(text: string): readonly AnyInstruction[] {
  try {
    return parseChanges(text, accept);
  } catch (error) {
    if (error instanceof StatusError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw invalid(message.replace(/^dockerfile parse error on line \d+: /i, ""));
  }
}

function apply(config: ImageRunConfig, instruction: AnyInstruction, before: readonly AnyInstruction[]): ImageRunConfig {
  const variables = Environment.of(config.Env ?? []);
  const word = (text: string): string => expandWord(text, variables);
  switch (instruction.kind) {
    case "CMD":
      return { ...config, Cmd: argvOf(config, instruction.command) };
    case "ENTRYPOINT":
      return {
        ...config,
        Entrypoint: isNothing(instruction.command) ? null : argvOf(config, instruction.command),
        // A command that no change has set was meant for another entry point.
        ...(before.some(({ kind }) => kind === "CMD") ? {} : { Cmd: null }),
      };
    case "ENV": {
      const given = instruction.pairs.map(([name, value]) => [word(name), word(value)] as const);
      return { ...config, Env: given.reduce(withVariable, config.Env ?? []) };
    }
    case "EXPOSE":
      return {
        ...config,
        ExposedPorts: { ...config.ExposedPorts, ...setOf(instruction.ports.map(word).flatMap(exposedPorts)) },
      };
    case "HEALTHCHECK":
      return { ...config, Healthcheck: healthcheckOf(healthcheckStep(instruction)) };
    case "LABEL": {
      const given = instruction.pairs.map(([name, value]) => [word(name), word(value)] as const);
      return { ...config, Labels: { ...config.Labels, ...Object.fromEntries(given) } };
    }
    case "ONBUILD":
      return { ...config, OnBuild: [...(config.OnBuild ?? []), instruction.trigger] };
    case "STOPSIGNAL": {
      const signal = word(instruction.signal);
      parseSignal(signal);
      return { ...config, StopSignal: signal };
    }
    case "USER":
      return { ...config, User: word(instruction.user) };
    case "VOLUME":
      return { ...config, Volumes: { ...config.Volumes, ...setOf(instruction.paths.map(word)) } };
    case "WORKDIR": {
      const path = word(instruction.path);
      if (path === "") throw invalid("cannot normalize nothing");
      return { ...config, WorkingDir: path.startsWith("/") ? path : `${config.WorkingDir ?? ""}/${path}` };
    }
    default:
      throw invalid(`${instruction.kind.toLowerCase()} is not a valid change command`);
  }
}

function isNothing(command: ShellOrExec): boolean {
  return command.form === "exec" ? command.argv.length === 0 : command.command === "";
}

function argvOf({ Shell }: ImageRunConfig, command: ShellOrExec): readonly string[] {
  if (command.form === "exec") return command.argv;
  // A shell without a command has no argument for it.
  return [...(Shell ?? ["/bin/sh", "-c"]), ...(command.command === "" ? [] : [command.command])];
}

function setOf(names: readonly string[]): Readonly<Record<string, Record<string, never>>> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}

const invalid = (message: string): StatusError => new StatusError("invalid-argument", message);

/** A variable keeps its place when it gets another value. @see moby builder/dockerfile/dispatchers.go dispatchEnv */
function withVariable(env: readonly string[], [name, value]: readonly [string, string]): readonly string[] {
  const at = env.findIndex((variable) => variable.split("=", 1)[0] === name);
  const variable = `${name}=${value}`;
  return at < 0 ? [...env, variable] : env.with(at, variable);
}
