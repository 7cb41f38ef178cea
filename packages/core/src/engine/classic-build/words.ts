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
  /** ENV and ARG as the step finds them. */
  readonly variables: Environment;
}

export function classicCommand(step: CommittedStep): string {
  const { told, config } = step;
  const [, kind = "", rest = ""] = /^(\S+) (.*?)(?: # buildkit)?$/s.exec(told) ?? [];
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

/** Of what is not in the context nor in an image, the sum of the layer is told. */
function copied(rest: string, { layer, sums, instruction, variables }: CommittedStep): string {
  const words = rest.split(" ");
  const flags = words.filter((word) => word.startsWith("--"));
  const paths = words.filter((word) => !word.startsWith("--"));
  const isCopy = instruction?.kind === "COPY" || instruction?.kind === "ADD";
  // Words may have blanks in them.
  const sources = isCopy ? instruction.sources.map((word) => expandWord(word, variables)) : paths.slice(0, -1);
  const dest = isCopy ? expandWord(instruction.dest, variables) : (paths.at(-1) ?? "");
  const owner = flags.map((flag) => `${flag} `).join("");
  const kind = sources.length > 1 ? "multi" : "file";
  return `${owner}${sums?.of(sources) ?? layer.replace(/^sha256/, kind)} in ${dest} `;
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
