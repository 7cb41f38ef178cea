/**
 * The classic builder's words for a step: the command of the container that it commits.
 *
 * @see moby builder/dockerfile/dispatchers.go, copy.go, internals.go
 */
import { type AnyInstruction, type Environment, expandWord, lexWord } from "../../build/index.ts";
import { durationText } from "../../lib/go/index.ts";
import { compareBytes } from "../../lib/index.ts";
import type { ImageRunConfig } from "../../oci/index.ts";
import type { ContextSums } from "./checksum.ts";

export interface CommittedStep {
  /** BuildKit's words. */
  readonly told: string;
  readonly instruction: AnyInstruction | undefined;
  /** What the image has become. */
  readonly config: ImageRunConfig;
  /** Diff ID of the layer; "" without one. */
  readonly layer: string;
  readonly sums: ContextSums | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** ENV and ARG as the step finds them. */
  readonly variables: Environment;
}

export function classicCommand(step: CommittedStep): string {
  const { told, config } = step;
  const [, kind = "", rest = ""] = /^(\S+) (.*?)(?: # buildkit)?$/s.exec(told) ?? [];
  if (kind === "RUN") return withKnownArguments(rest, step);
  const nothing = `${(config.Shell ?? ["/bin/sh", "-c"]).join(" ")} #(nop)`;
  switch (kind) {
    case "WORKDIR":
      return `${nothing} WORKDIR ${rest}`;
    case "COPY":
    case "ADD":
      return `${nothing} ${kind} ${copied(rest, step)}`;
    case "ARG":
      return `${nothing}  ARG ${argumentsText(rest.trimStart(), step)}`;
    case "HEALTHCHECK":
      return `${nothing}  HEALTHCHECK ${healthText(config.Healthcheck)}`;
    case "EXPOSE":
      return `${nothing}  EXPOSE ${portsText(step)}`;
    default:
      return `${nothing}  ${kind} ${rest.trimStart()}`;
  }
}

/**
 * Arguments that have no value are not told, nor those that ENV has set: of `|2 B=1 A= make` remains `|1 B=1 make`. Others
 * are told by their names. Those that are always there are given to the command, too, and change how it is told.
 */
function withKnownArguments(text: string, { buildArgs: given, config: { Env = [] } }: CommittedStep): string {
  const set = new Set(Env.map((variable) => variable.split("=", 1)[0]));
  const isWithout = !Object.keys(given).some((name) => BUILT_IN.test(name) && !set.has(name));
  const [, count, rest] = /^\|(\d+) (.*)$/s.exec(text) ?? [];
  if (count === undefined || rest === undefined) return isWithout ? text : `|0 ${text}`;
  let left = Number(count);
  const told = rest.replace(/(?<=^| )([A-Za-z_]\w*)=(\S*) /g, (whole, name: string, value: string) => {
    const isTold = !set.has(name) && (value !== "" || name in given);
    if (left === 0 || isTold) return whole;
    left--;
    return "";
  });
  return left === 0 && isWithout ? told : `|${left} ${inOrder(told.split(" "), left).join(" ")}`;
}

/** @see moby builder/dockerfile/buildargs.go builtinAllowedBuildArgs */
const BUILT_IN = /^(?:http|https|ftp|no|all)_proxy$|^(?:HTTP|HTTPS|FTP|NO|ALL)_PROXY$/;

/** The first words sorted, unless a value of several words is among them. */
function inOrder(words: readonly string[], count: number): readonly string[] {
  const told = words.slice(0, count);
  return told.every((word) => /^\w+=/.test(word)) ? [...told.sort(compareBytes), ...words.slice(count)] : words;
}

/** Of what is not in the context nor in an image, the sum of the layer is told. */
function copied(rest: string, { layer, sums }: CommittedStep): string {
  const words = rest.split(" ");
  const flags = words.filter((word) => word.startsWith("--"));
  const paths = words.filter((word) => !word.startsWith("--"));
  const sources = paths.slice(0, -1);
  const owner = flags.map((flag) => `${flag} `).join("");
  const kind = sources.length > 1 ? "multi" : "file";
  return `${owner}${sums?.of(sources) ?? layer.replace(/^sha256/, kind)} in ${paths.at(-1) ?? ""} `;
}

/** BuildKit tells the values that were given, the classic builder those of the Dockerfile, as they come to. */
function argumentsText(told: string, { instruction, variables }: CommittedStep): string {
  if (instruction?.kind !== "ARG") return told;
  return instruction.args
    .map(({ name, default: usual }) => (usual === undefined ? name : `${name}=${expandWord(usual, variables)}`))
    .join(" ");
}

/** As Go prints the structure. */
function healthText(check: ImageRunConfig["Healthcheck"]): string {
  const { Test = [], Interval, Timeout, StartPeriod, StartInterval, Retries = 0 } = check ?? {};
  const times = [Interval, Timeout, StartPeriod, StartInterval].map((time = 0) => durationText(time));
  return `&{[${Test.join(" ")}] ${times.join(" ")} ${Retries}}`;
}

/** BuildKit tells every port with its protocol, the classic builder the words as they were: ranges stay ranges. */
function portsText({ instruction, variables }: CommittedStep): string {
  if (instruction?.kind !== "EXPOSE") return "";
  return [...instruction.ports]
    .sort(compareBytes)
    .flatMap((word) => lexWord(word, variables).words)
    .join(" ");
}
