/**
 * The image that a step of a classic build makes of the one before it.
 *
 * @see moby daemon/builder/dockerfile/dispatchers.go, internals.go, copy.go
 */
import {
  type BuildRequest,
  type Dockerfile,
  type Environment,
  hasWildcards,
  type Instruction,
  type NamedContext,
} from "../../build/index.ts";
import { layerToTar } from "../../content/index.ts";
import type { Image } from "../../image/index.ts";
import { clean } from "../../lib/index.ts";
import { type History, type ImageConfig, type ImageRunConfig, platformText } from "../../oci/index.ts";
import { timeOf } from "../documents/time.ts";
import { ENGINE_VERSION } from "../documents/versions.ts";
import type { Engine } from "../engine.ts";
import { stageNamed } from "./bases.ts";
import { ContextSums } from "./checksum.ts";
import { growsHealth, withEarlierHealth } from "./health.ts";
import type { WantedStep } from "./step-cache.ts";
import { classicCommand } from "./words.ts";

/** What a step finds. */
export interface StepScope {
  readonly engine: Engine;
  readonly request: BuildRequest;
  readonly dockerfile: Dockerfile;
  readonly parent: Image | undefined;
  /** The instructions of the stage before it. */
  readonly done: readonly Instruction[];
  /** What the stage wants done by whoever builds on it. */
  readonly triggers: readonly string[];
  readonly variables: Environment;
}

/** Where the files of COPY come from. */
export interface FileSources {
  /** Checksums of the context's files. */
  readonly sums: ContextSums;
  /** What earlier stages have come to. */
  readonly stages: readonly (Image | undefined)[];
}

/** An image to be. */
export interface Draft extends WantedStep {
  /** It has more of a health check than the step says: it is not found again, for it is not what the step asks for. */
  readonly isGrown: boolean;
  /** Keeps the image. */
  commit(): Image;
  /** Does without it, for `found`. */
  drop(found: Image): Image;
}

export const COPIES: ReadonlySet<Instruction["kind"]> = new Set<Instruction["kind"]>(["COPY", "ADD"]);

const SHELL = ["/bin/sh", "-c"];
const NOTHING = " #(nop) ";

/** The command of a RUN. */
export function commandLine(
  { command }: Extract<Instruction, { readonly kind: "RUN" }>,
  { Shell }: ImageRunConfig,
): readonly string[] {
  return command.form === "exec" ? command.argv : [...(Shell ?? SHELL), command.command];
}

/** What only notes something is a comment for the shell: the words of the image's history. */
export function commentLine({ command, config }: WantedStep): readonly string[] {
  const words = command.slice(command.indexOf(NOTHING) + NOTHING.length);
  const comment = words.startsWith(" ") ? [NOTHING.trimStart(), words.slice(1)] : [NOTHING.trimStart() + words];
  return [...(config.Shell ?? SHELL), ...comment];
}

/** What a RUN is going to make, but for its layer. */
export function runDraft({ parent, triggers }: StepScope, command: string): WantedStep {
  return { parent, command, config: withTriggers(parent?.config.config ?? {}, triggers) };
}

/** @throws BuildError for what the instruction cannot do */
export async function draftOf(scope: StepScope, one: Instruction, sources: FileSources): Promise<Draft> {
  const { engine, parent, triggers, variables } = scope;
  const { store } = engine.images;
  const before = new Set(store.list());
  const { image: built } = await engine.builder.build(requestOf(scope, one, sources));
  const last = lastStep(built, one);
  const ownLayers = built.chain.length > (parent?.chain.length ?? 0);
  const command = classicCommand({
    told: last.created_by ?? "",
    instruction: one,
    config: built.config.config,
    layer: ownLayers ? (built.config.rootfs.diff_ids.at(-1) ?? "") : "",
    sums: sumsFor(scope, one, sources),
    variables,
  });
  const written = withCommand(withoutArgsEscaped(built.config.config, parent, one), scope, one);
  const asked = withTriggers(written, triggers);
  const config = withEarlierHealth(asked, parent?.config.config);
  const drop = (found: Image | undefined): void => {
    if (!before.has(built) && built !== found) store.remove(built);
  };
  return {
    parent,
    command,
    config,
    isGrown: growsHealth(one, parent?.config.config),
    commit: () => {
      const { created_by: _, comment: __, created: ___, ...step } = last;
      const image = commit(
        engine,
        { ...built, config: { ...built.config, config } },
        { parent, step: { ...step, created_by: command } },
      );
      drop(image);
      return image;
    },
    drop: (found) => {
      drop(found);
      return found;
    },
  };
}

/** What BuildKit's history tells of the instruction. */
function lastStep({ config: { history } }: Image, one: Instruction): History {
  if (one.kind === "ONBUILD") return { created_by: one.source ?? "ONBUILD", empty_layer: true };
  return history.at(-1) ?? {};
}

function commit(
  { kernel, images }: Engine,
  { config: built, chain }: Pick<Image, "config" | "chain">,
  { parent, step }: { readonly parent: Image | undefined; readonly step: History },
): Image {
  const created = timeOf(kernel.nowUs);
  const history = [...(parent?.config.history ?? []), { ...step, created }];
  const config: ImageConfig = { ...built, created, docker_version: ENGINE_VERSION, history };
  const image = images.store.add(config, chain);
  if (parent !== undefined) images.store.setParent(image, parent);
  return image;
}

/** The names under which a build of one instruction has what it stands on, and what it copies from. */
const [PARENT, SOURCE] = ["step-parent", "step-source"];

/** A build of that one instruction. */
function requestOf(scope: StepScope, one: Instruction, sources: FileSources): BuildRequest {
  const { request, dockerfile, parent, variables } = scope;
  const { target: _, platform, ...rest } = request;
  const names = [
    ...new Set(scope.done.flatMap((step) => (step.kind === "ARG" ? step.args.map(({ name }) => name) : []))),
  ];
  const known = names.flatMap((name) => {
    const value = variables.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const source = one.kind === "COPY" ? sourceOf(scope, one, sources) : undefined;
  const contexts: Record<string, NamedContext> = {};
  if (parent !== undefined) contexts[PARENT] = { built: withoutTriggers(parent) };
  if (source !== undefined) contexts[SOURCE] = { built: source };
  const from = { kind: "FROM" as const, image: parent === undefined ? "scratch" : PARENT };
  const own = one.kind === "COPY" && source !== undefined ? { ...one, from: SOURCE } : one;
  const asked = names.map((name): Instruction => ({ kind: "ARG", args: [{ name }] }));
  const wanted = parent === undefined ? platform : platformText(parent.config);
  return {
    ...rest,
    dockerfile: { ...dockerfile, stages: [{ from, instructions: [...asked, own] }] },
    contexts,
    buildArgs: { ...request.buildArgs, ...Object.fromEntries(known) },
    labels: {},
    tags: [],
    pull: false,
    noCache: false,
    ...(wanted === undefined ? {} : { platform: wanted }),
  };
}

/** What `COPY --from` copies from: an earlier stage, or an image. */
function sourceOf(
  { engine, dockerfile }: StepScope,
  { from }: Extract<Instruction, { readonly kind: "COPY" }>,
  { stages }: FileSources,
): Image | undefined {
  if (from === undefined) return undefined;
  const stage =
    stageNamed(dockerfile.stages.slice(0, stages.length), from) ?? (/^\d+$/.test(from) ? Number(from) : undefined);
  return stage === undefined ? engine.images.find(from) : stages[stage];
}

/** The checksums of the files that a step copies: of the context, or of another stage or image. */
function sumsFor(scope: StepScope, step: Instruction, sources: FileSources): ContextSums | undefined {
  if (step.kind !== "COPY" || step.from === undefined) return sources.sums;
  const image = sourceOf(scope, step, sources);
  if (image === undefined) return undefined;
  const tops = new Set(step.sources.map((source) => clean(`/${source}`).split("/")[1] ?? ""));
  const isWanted = (path: string): boolean => [...tops].some((top) => hasWildcards(top) || isBelow(path, top));
  return new ContextSums(layerToTar(scope.engine.archives.image(image).filter(({ path }) => isWanted(path))));
}

const isBelow = (path: string, top: string): boolean => top === "" || path === top || path.startsWith(`${top}/`);

function withTriggers({ OnBuild: _, ...config }: ImageRunConfig, triggers: readonly string[]): ImageRunConfig {
  return triggers.length === 0 ? config : { ...config, OnBuild: triggers };
}

const withoutTriggers = (image: Image): Image => ({
  ...image,
  config: { ...image.config, config: withTriggers(image.config.config, []) },
});

/** An entry point does away with the command of the base, not with one that the stage has set itself. */
function withCommand(config: ImageRunConfig, { parent, done }: StepScope, { kind }: Instruction): ImageRunConfig {
  const { Cmd } = parent?.config.config ?? {};
  const isKept = kind === "ENTRYPOINT" && done.some((step) => step.kind === "CMD");
  return isKept && Cmd !== undefined ? { ...config, Cmd } : config;
}

/** Only BuildKit says of every command that its arguments are escaped: here it is told of what runs on Windows. */
function withoutArgsEscaped(
  { ArgsEscaped: _, ...config }: ImageRunConfig,
  parent: Image | undefined,
  { kind }: Instruction,
): ImageRunConfig {
  const isSet = kind === "CMD" || kind === "ENTRYPOINT";
  const inherited = isSet ? undefined : parent?.config.config.ArgsEscaped;
  return inherited === undefined ? config : { ...config, ArgsEscaped: inherited };
}
