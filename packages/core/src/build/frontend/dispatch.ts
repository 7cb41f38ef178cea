/**
 * Dispatch: an instruction in its scope becomes a step and the next scope.
 *
 * Here is which words are expanded with which variables, what is checked only now, and what lint has to say.
 * Model: dispatch and its siblings in BuildKit's dockerfile2llb/convert.go, with its messages and its order.
 */

import { parseDuration, quote } from "../../lib/go/index.ts";
import { unreachable } from "../../lib/index.ts";
import type { AnyInstruction, ArgDefinition, Instruction, InstructionOf, Pair } from "../dockerfile/ast.ts";
import { BuildError, readValue, rethrow } from "../dockerfile/error.ts";
import { lexWord } from "../dockerfile/words.ts";
import type { DispatchContext } from "./dispatch-context.ts";
import { dispatchFiles } from "./dispatch-files.ts";
import { dispatchRun } from "./dispatch-run.ts";
import { Expander, isScanSwitch } from "./expander.ts";
import { parsePorts } from "./ports.ts";
import { type DeclaredArg, fromWorkingDir, type OnceKind, type Scope, withShell } from "./scope.ts";
import type { ExposeStep, HealthcheckStep, Step } from "./step.ts";
import { isStopSignal } from "./stop-signal.ts";

export interface Dispatched {
  readonly step: Step;
  /** What the next instruction sees. */
  readonly scope: Scope;
}

/** Sensitive words of a variable's name, as whole parts between `_`. */
const SECRET = /(?:_|^)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|$)/i;
const PUBLIC = /(?:_|^)public(?:_|$)/i;

/** @throws BuildError with the instruction's lines. */
export function dispatch(instruction: Instruction, scope: Scope, context: DispatchContext): Dispatched {
  return rethrow(
    () => dispatchKind(instruction, scope, context),
    (error) => error.at(instruction.range),
  );
}

function dispatchKind(instruction: Instruction, scope: Scope, context: DispatchContext): Dispatched {
  const { range } = instruction;
  const expander = new Expander(instruction, scope, context);
  const { expand } = expander;
  switch (instruction.kind) {
    case "ENV":
      return dispatchEnv(instruction, expander);
    case "LABEL": {
      const pairs = instruction.pairs.map(expandPair, expander);
      warnLegacy(instruction, context);
      return { step: { range, kind: "LABEL", pairs }, scope };
    }
    case "ARG":
      return dispatchArg(instruction, expander);
    case "RUN":
      return { step: dispatchRun(instruction, expander), scope };
    case "COPY":
    case "ADD":
      return { step: dispatchFiles(instruction, expander), scope };
    case "CMD":
    case "ENTRYPOINT":
      return dispatchCommand(instruction, expander);
    case "HEALTHCHECK":
      return { step: healthcheckStep(instruction), scope: once(instruction, "HEALTHCHECK", expander) };
    case "WORKDIR":
      return dispatchWorkdir(instruction, expander);
    case "EXPOSE":
      return { step: dispatchExpose(instruction, expander), scope };
    case "USER":
      return { step: { range, kind: "USER", user: expand(instruction.user) }, scope };
    case "VOLUME": {
      const paths = instruction.paths.map(expand);
      if (paths.includes("")) throw new BuildError("VOLUME specified can not be an empty string");
      return { step: { range, kind: "VOLUME", paths }, scope };
    }
    case "STOPSIGNAL": {
      const signal = expand(instruction.signal);
      if (!isStopSignal(signal)) throw new BuildError(`invalid signal: ${signal}`);
      return { step: { range, kind: "STOPSIGNAL", signal }, scope };
    }
    case "SHELL": {
      const { argv } = instruction;
      return { step: { range, kind: "SHELL", argv }, scope: { ...scope, shell: argv } };
    }
    case "ONBUILD":
      return { step: { range, kind: "ONBUILD", trigger: instruction.trigger }, scope };
    case "MAINTAINER":
      return { step: { range, kind: "MAINTAINER", name: instruction.name }, scope };
    default:
      return unreachable(instruction);
  }
}

function expandPair(this: Expander, [name, value]: Pair): Pair {
  return [this.expand(name), this.expand(value)];
}

/** All words see the variables from before the instruction: `ENV A=new B=$A` has the old A. */
function dispatchEnv(instruction: InstructionOf<"ENV">, expander: Expander): Dispatched {
  const { scope, context } = expander;
  const pairs = instruction.pairs.map(expandPair, expander);
  const imageEnvironment = new Map(scope.imageEnvironment);
  for (const [name, value] of pairs) {
    warnLegacy(instruction, context);
    warnSecret(instruction, name, context);
    imageEnvironment.set(name, value);
  }
  const variables = scope.variables.withAll(pairs);
  const { range } = instruction;
  const step: Step = { range, kind: "ENV", pairs };
  return { step, scope: { ...scope, variables, imageEnvironment } };
}

/** A value comes from the build argument, else from the default, else from the ARG before FROM; each sees those before. */
function dispatchArg(instruction: InstructionOf<"ARG">, expander: Expander): Dispatched {
  const args: DeclaredArg[] = [];
  let current = expander;
  for (const definition of instruction.args) {
    warnSecret(instruction, definition.name, expander.context);
    const value = argValue(definition, current);
    const declared = { name: definition.name, ...(value === undefined ? {} : { value }) };
    args.push(declared);
    const { scope } = current;
    const isHidden = expander.context.isClassic === true && scope.imageEnvironment.has(declared.name);
    const variables =
      value === undefined || isHidden || isScanSwitch(declared.name)
        ? scope.variables
        : scope.variables.with(declared.name, value);
    current = new Expander(instruction, { ...scope, variables, args: [...scope.args, declared] }, expander.context);
  }
  const { range } = instruction;
  return { step: { range, kind: "ARG", args }, scope: current.scope };
}

function argValue({ name, default: word }: ArgDefinition, { context, expand }: Expander): string | undefined {
  const given = context.buildArgs.get(name);
  if (given !== undefined) return given;
  return word === undefined ? context.globalArgs.get(name) : expand(word);
}

function dispatchCommand(instruction: InstructionOf<"CMD" | "ENTRYPOINT">, expander: Expander): Dispatched {
  const { command, kind, range, keyword = kind } = instruction;
  const { scope, context } = expander;
  const next = once(instruction, kind, expander);
  if (command.form === "shell" && scope.shell === undefined) {
    const message = `JSON arguments recommended for ${keyword} to prevent unintended behavior related to OS signals`;
    context.lint.warn("JSONArgsRecommended", message, range);
  }
  const argv = command.form === "exec" ? command.argv : withShell(scope, command.command);
  return { step: { range, kind, argv }, scope: next };
}

/** Notes an instruction of which a stage should have one; the warning is at the one that is lost. */
function once({ kind, range, keyword = kind }: Instruction, of: OnceKind, { scope, context }: Expander): Scope {
  if (scope.once.has(of)) {
    const message = `Multiple ${keyword} instructions should not be used in the same stage because only the last one will be used`;
    context.lint.warn("MultipleInstructionsDisallowed", message, scope.once.get(of));
  }
  return { ...scope, once: new Map(scope.once).set(of, range) };
}

/** What HEALTHCHECK asks for, in units of an image's configuration. */
export function healthcheckStep(instruction: InstructionOf<"HEALTHCHECK">): HealthcheckStep {
  const { test, range, interval, timeout, startPeriod, startInterval, retries = 0 } = instruction;
  const nanoseconds = (duration: string | undefined): number =>
    duration === undefined ? 0 : readValue(() => parseDuration(duration));
  return {
    kind: "HEALTHCHECK",
    range,
    test: test === "none" ? ["NONE"] : test.form === "exec" ? ["CMD", ...test.argv] : ["CMD-SHELL", test.command],
    intervalNs: nanoseconds(interval),
    timeoutNs: nanoseconds(timeout),
    startPeriodNs: nanoseconds(startPeriod),
    startIntervalNs: nanoseconds(startInterval),
    retries,
  };
}

function dispatchWorkdir(instruction: InstructionOf<"WORKDIR">, { scope, context, expand }: Expander): Dispatched {
  const { range } = instruction;
  const written = expand(instruction.path);
  if (!scope.workdirSet && !written.startsWith("/")) {
    const message = `Relative workdir ${quote(written)} can have unexpected results if the base image changes`;
    context.lint.warn("WorkdirRelativePath", message, range);
  }
  const path = fromWorkingDir(scope, written);
  const step: Step = { range, kind: "WORKDIR", path, written };
  return { step, scope: { ...scope, workingDir: path, workdirSet: true } };
}

function dispatchExpose(instruction: InstructionOf<"EXPOSE">, { scope, context }: Expander): ExposeStep {
  const { range } = instruction;
  const words = [...instruction.ports].sort(byBytes).flatMap((port) => {
    const result = lexWord(port, scope.variables, { escape: context.escape });
    if (result.error !== undefined) throw result.error;
    return result.words;
  });
  const ports = words.flatMap((word) =>
    parsePorts(word, {
      onProtocolCase: (port) =>
        context.lint.warn(
          "ExposeProtoCasing",
          `Defined protocol '${port}' in EXPOSE instruction should be lowercase`,
          range,
        ),
      onHostPart: (port) =>
        context.lint.warn(
          "ExposeInvalidFormat",
          `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`,
          range,
        ),
    }),
  );
  return { kind: "EXPOSE", range, ports };
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function warnLegacy(instruction: InstructionOf<"ENV" | "LABEL">, { lint }: DispatchContext): void {
  if (instruction.legacy !== true) return;
  const { kind, keyword = kind, range } = instruction;
  const message = `"${keyword} key=value" should be used instead of legacy "${keyword} key value" format`;
  lint.warn("LegacyKeyValueFormat", message, range);
}

function warnSecret({ kind, range }: AnyInstruction, name: string, { lint }: DispatchContext): void {
  if (!SECRET.test(name) || PUBLIC.test(name)) return;
  const message = `Do not use ARG or ENV instructions for sensitive data (${kind} ${quote(name)})`;
  lint.warn("SecretsUsedInArgOrEnv", message, range);
}
