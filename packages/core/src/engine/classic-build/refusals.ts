/**
 * What the classic builder refuses at a step: what only BuildKit can do, files that are not there, and words that mean
 * nothing. The builder below would tell of most of it before it begins, and in other words.
 *
 * @see moby builder/dockerfile/dispatchers.go, copy.go
 */
import {
  type AnyInstruction,
  BuildError,
  type Dockerfile,
  hasWildcards,
  type MountFlag,
  matchGlob,
  mountText,
  resolveMount,
} from "../../build/index.ts";
import { clean, StatusError } from "../../lib/index.ts";
import { exposedPorts } from "../image/exposed-ports.ts";
import { parseSignal } from "../signal-names.ts";
import { notInContext } from "./error.ts";
import { textOf } from "./steps.ts";

/** The first step that is refused. */
export interface Refusal {
  /** What comes before it. */
  readonly before: Dockerfile;
  /** The step as it is told; nothing for a stage that does not begin. */
  readonly text: string | undefined;
  readonly message: string;
}

/** The paths of the context, without slashes around them. */
export type ContextPaths = ReadonlySet<string>;

export interface Sources {
  readonly paths: ContextPaths;
  /** Images that cannot be had, and why. */
  readonly missing: ReadonlyMap<string, string>;
}

export function findRefusal(dockerfile: Dockerfile, sources: Sources): Refusal | undefined {
  for (const [stage, { from, instructions }] of dockerfile.stages.entries()) {
    const earlier = dockerfile.stages.slice(0, stage);
    const name = from.as?.toLowerCase();
    if (name !== undefined && earlier.some((one) => one.from.as?.toLowerCase() === name)) {
      return {
        message: `${name} stage name already used`,
        text: undefined,
        before: { ...dockerfile, stages: earlier },
      };
    }
    for (const [index, one] of instructions.entries()) {
      const message = problemOf(one, stage, sources);
      if (message === undefined) continue;
      const stages = [...earlier, { from, instructions: instructions.slice(0, index) }];
      return { message, text: textOf(one), before: { ...dockerfile, stages } };
    }
  }
  return undefined;
}

function problemOf(one: AnyInstruction, stage: number, sources: Sources): string | undefined {
  const option = buildKitOption(one);
  if (option !== undefined) {
    const wrong = one.kind === "RUN" ? mountProblem(one.mounts ?? []) : undefined;
    if (wrong !== undefined) return wrong;
    return `the --${option} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled`;
  }
  switch (one.kind) {
    case "COPY":
    case "ADD":
      return copyProblem(one, stage, sources);
    case "EXPOSE":
      return problemIn(() => void one.ports.filter((port) => !port.includes("$")).forEach(exposedPorts));
    case "STOPSIGNAL":
      return one.signal.includes("$") ? undefined : problemIn(() => void parseSignal(one.signal));
    default:
      return undefined;
  }
}

function buildKitOption(one: AnyInstruction): string | undefined {
  if (one.kind === "RUN" && one.mounts !== undefined && one.mounts.length > 0) return "mount";
  if (one.kind === "RUN" && one.network !== undefined) return "network";
  if (one.kind !== "COPY" && one.kind !== "ADD") return undefined;
  return one.chmod === undefined ? undefined : "chmod";
}

/** What is wrong with mounts is said first; of variables only BuildKit would know the values. */
function mountProblem(mounts: readonly MountFlag[]): string | undefined {
  const plain = mounts.filter((mount) => !mountText(mount).includes("$"));
  return problemIn(() => {
    for (const mount of plain) resolveMount(mount, (word) => word);
  });
}

/** The daemon's words for what cannot be, if it cannot. */
export function problemIn(read: () => void): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof StatusError || error instanceof BuildError) return error.message;
    throw error;
  }
}

type FileInstruction = Extract<AnyInstruction, { readonly kind: "COPY" | "ADD" }>;

function copyProblem(one: FileInstruction, stage: number, { paths, missing }: Sources): string | undefined {
  const { kind, sources, dest } = one;
  const from = one.kind === "COPY" ? (one.from ?? "") : "";
  if (/^\d+$/.test(from) && Number(from) >= stage) {
    const why = Number(from) === stage ? "refers to current build stage" : "index out of bounds";
    return `invalid from flag value ${from}: ${why}`;
  }
  const why = missing.get(from);
  if (why !== undefined) return `invalid from flag value ${from}: ${why}`;
  if (from !== "" || [...sources, dest].some((word) => word.includes("$"))) return undefined;
  let count = 0;
  for (const source of sources) {
    if (kind === "ADD" && /^\w+:\/\/|^git@/.test(source)) {
      count++;
      continue;
    }
    const place = clean(source).replace(/^\/+/, "");
    if (place === ".." || place.startsWith("../")) {
      return `${kind} failed: forbidden path outside the build context: ${source} ()`;
    }
    const isPattern = hasWildcards(place);
    const found = isPattern ? [...paths].filter((path) => isMatch(place, path)).length : Number(has(paths, place));
    if (found === 0 && !isPattern) {
      return notInContext(kind, place);
    }
    count += found;
  }
  if (count === 0) return `${kind} failed: no source files were specified`;
  if (count === 1 || dest.endsWith("/") || dest === "." || dest.endsWith("/.")) return undefined;
  return `When using ${kind} with more than one source file, the destination must be a directory and end with a /`;
}

const has = (paths: ContextPaths, place: string): boolean => place === "" || place === "." || paths.has(place);

/** A pattern that is none matches nothing. */
function isMatch(pattern: string, path: string): boolean {
  try {
    return matchGlob(pattern, path);
  } catch (error) {
    if (error instanceof BuildError) return false;
    throw error;
  }
}
