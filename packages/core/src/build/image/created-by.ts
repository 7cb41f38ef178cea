/**
 * What an image's history says of a step, in BuildKit's words.
 *
 * @see BuildKit frontend/dockerfile/dockerfile2llb/convert.go commitToHistory, runCommandString
 */

import { durationText, quote } from "../../lib/go/index.ts";
import { unreachable } from "../../lib/index.ts";
import type { Scope } from "../frontend/scope.ts";
import type { AddStep, CopyStep, Step } from "../frontend/step.ts";

/** `before` is the scope that the step was dispatched in. */
export function createdBy(step: Step, before: Scope, hasLayer: boolean): string {
  const suffix = hasLayer && step.kind !== "WORKDIR" ? " # buildkit" : "";
  return `${step.kind} ${argumentsOf(step, before)}${suffix}`;
}

function argumentsOf(step: Step, before: Scope): string {
  switch (step.kind) {
    case "RUN":
      return [...argumentValues(before), ...step.argv].join(" ");
    case "COPY":
    case "ADD":
      return filesText(step);
    case "ENV":
    case "LABEL":
      return step.pairs.map(([name, value]) => `${name}=${value}`).join(" ");
    case "ARG":
      return step.args.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`)).join(" ");
    case "CMD":
    case "ENTRYPOINT":
      return quotedList(step.argv);
    case "EXPOSE":
      return `[${step.ports.join(" ")}]`;
    case "VOLUME":
      return `[${step.paths.join(" ")}]`;
    case "SHELL":
      return `[${step.argv.join(" ")}]`;
    case "HEALTHCHECK":
      return healthcheckText(step);
    case "WORKDIR":
      return step.path;
    case "USER":
      return step.user;
    case "STOPSIGNAL":
      return step.signal;
    case "ONBUILD":
      return step.trigger;
    case "MAINTAINER":
      return step.name;
    default:
      return unreachable(step);
  }
}

/** `|2 A=1 B=2`: the ARGs of the stage so far with what they mean now; nothing if there are none. */
function argumentValues({ args, variables }: Scope): readonly string[] {
  if (args.length === 0) return [];
  const values = new Map(args.map(({ name, value }) => [name, variables.get(name) ?? value ?? ""]));
  return [`|${values.size}`, ...[...values].map(([name, value]) => `${name}=${value}`)];
}

function filesText(step: CopyStep | AddStep): string {
  const flags = [
    ...(step.chown === undefined ? [] : [`--chown=${step.chown}`]),
    ...(step.chmod === undefined ? [] : [`--chmod=${step.chmod}`]),
  ];
  return [...flags, ...step.sources, ...step.files.map(({ name }) => `<<${name}`), step.dest].join(" ");
}

function quotedList(words: readonly string[]): string {
  return `[${words.map(quote).join(" ")}]`;
}

/** How Go prints the structure with `%q`: durations quoted, the number of retries as a character. */
function healthcheckText(step: Extract<Step, { readonly kind: "HEALTHCHECK" }>): string {
  const { test, intervalNs, timeoutNs, startPeriodNs, startIntervalNs, retries } = step;
  const durations = [intervalNs, timeoutNs, startPeriodNs, startIntervalNs].map((ns) => quote(durationText(ns)));
  return `&{${[quotedList(test), ...durations, quotedRune(retries)].join(" ")}}`;
}

function quotedRune(code: number): string {
  const character = String.fromCodePoint(code);
  const inside = character === "'" ? "\\'" : character === '"' ? '"' : quote(character).slice(1, -1);
  return `'${inside}'`;
}
