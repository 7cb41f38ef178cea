/**
 * What the classic builder makes of a Dockerfile: an image for each step, each made of the one before.
 *
 * Every step is a commit of a container: its history tells the command of that container, and its time is when it ran.
 * The same builder as BuildKit's has done the steps before; here it does them again from its cache, one more each time.
 *
 * @see moby builder/dockerfile/dispatchers.go, internals.go, copy.go
 */
import {
  type AnyInstruction,
  type BuildRequest,
  type Dockerfile,
  Environment,
  hasWildcards,
  type Instruction,
  type Stage,
} from "../../build/index.ts";
import { layerToTar } from "../../content/index.ts";
import type { Image } from "../../image/index.ts";
import { clean } from "../../lib/index.ts";
import type { History, ImageConfig, ImageRunConfig } from "../../oci/index.ts";
import { timeOf } from "../documents/time.ts";
import { ENGINE_VERSION } from "../documents/versions.ts";
import type { Engine } from "../engine.ts";
import { baseOf, stageNamed, stageOf } from "./bases.ts";
import { ContextSums } from "./checksum.ts";
import { withEarlierHealth } from "./health.ts";
import { triggerOf } from "./steps.ts";
import { globalVariables, withArguments } from "./variables.ts";
import { classicCommand } from "./words.ts";

/** Images of the builder by what they were made of and what they are but for the time: the same again for the same. */
export type ClassicImages = Map<string, Image>;

export interface ClassicBuild {
  readonly engine: Engine;
  readonly request: BuildRequest;
  readonly dockerfile: Dockerfile;
  /** Checksums of the files of the context, if that is an archive. */
  readonly sums: ContextSums | undefined;
  readonly known: ClassicImages;
}

/** As one step finds it. */
interface StepBuild extends ClassicBuild {
  readonly variables: Environment;
}

/** The images of the first `count` steps, in their order; nothing for those that make none. */
export async function classicImages(
  build: ClassicBuild,
  count = Number.POSITIVE_INFINITY,
): Promise<readonly (Image | undefined)[]> {
  const { args = [], stages } = build.dockerfile;
  const images: (Image | undefined)[] = args.map(() => undefined);
  const byStage: (Image | undefined)[] = [];
  const toldByStage: number[] = [];
  for (const [index, stage] of stages.entries()) {
    let parent = parentOf(build, index, byStage);
    let told = toldByStage[stageOf(build.dockerfile, index) ?? -1] ?? parent?.config.history.length ?? 0;
    for (let done = 0; done <= stage.instructions.length && images.length < count; done++) {
      const dockerfile = { ...build.dockerfile, stages: [...stages.slice(0, index), cut(stage, done)] };
      const sums = sumsFor(build, stage.instructions[done - 1], byStage);
      const variables = variablesOf(build, stage.instructions.slice(0, Math.max(0, done - 1)), parent);
      ({ image: parent, told } = await stepImage({ ...build, sums, variables }, dockerfile, { image: parent, told }));
      images.push(parent);
    }
    byStage.push(parent);
    toldByStage.push(told);
    if (images.length >= count) break;
  }
  return images;
}

/** What a step finds: the variables of the image before it, and the arguments of the steps before it. */
function variablesOf(
  { request: { buildArgs = {} }, dockerfile }: ClassicBuild,
  steps: readonly Instruction[],
  image: Image | undefined,
): Environment {
  const before = Environment.of(image?.config.config.Env ?? []);
  return withArguments(before, steps, buildArgs, globalVariables(dockerfile, buildArgs));
}

/** The checksums of the files that a step copies: of the context, or of another stage or image. */
function sumsFor(
  { engine, dockerfile, sums }: ClassicBuild,
  step: AnyInstruction | undefined,
  byStage: readonly (Image | undefined)[],
): ContextSums | undefined {
  if (step?.kind !== "COPY" || step.from === undefined) return sums;
  const { from, sources } = step;
  const named = stageNamed(dockerfile.stages.slice(0, byStage.length), from);
  const stage = named ?? (/^\d+$/.test(from) ? Number(from) : undefined);
  const image = stage === undefined ? engine.images.find(from) : byStage[stage];
  if (image === undefined) return undefined;
  const tops = new Set(sources.map((source) => clean(`/${source}`).split("/")[1] ?? ""));
  const isWanted = (path: string): boolean => [...tops].some((top) => hasWildcards(top) || isBelow(path, top));
  return new ContextSums(layerToTar(engine.archives.image(image).filter(({ path }) => isWanted(path))));
}

const isBelow = (path: string, top: string): boolean => top === "" || path === top || path.startsWith(`${top}/`);

const cut = ({ from, instructions }: Stage, count: number): Stage => ({
  from,
  instructions: instructions.slice(0, count),
});

/** What a stage stands on: an earlier stage, an image, or nothing. */
function parentOf({ engine, dockerfile }: ClassicBuild, index: number, done: readonly (Image | undefined)[]) {
  const earlier = stageOf(dockerfile, index);
  if (earlier !== undefined) return done[earlier];
  const name = baseOf(dockerfile, index);
  return name === undefined ? undefined : engine.images.find(name);
}

interface Done {
  readonly image: Image | undefined;
  /** How many steps BuildKit's history tells of: it does not tell of triggers. */
  readonly told: number;
}

/** The image of one more step: that before it, where the step changes nothing. */
async function stepImage(build: StepBuild, dockerfile: Dockerfile, { image: parent, told }: Done): Promise<Done> {
  const { engine, request, known } = build;
  const { store } = engine.images;
  const before = new Set(store.list());
  const { target: _, ...rest } = request;
  const { image: built } = await engine.builder.build({ ...rest, dockerfile, tags: [], noCache: false });
  const last = dockerfile.stages.at(-1)?.instructions.at(-1);
  const triggers = last === undefined ? (parent?.config.config.OnBuild ?? []) : [];
  const own = built.config.history.slice(told);
  const steps = last?.kind === "ONBUILD" ? [{ created_by: last.source ?? "ONBUILD", empty_layer: true }] : own;
  let image = parent;
  for (const number of steps.keys()) {
    const instruction = last ?? triggerOf(triggers[number] ?? "");
    const draft = draftOf(build, built, steps.slice(0, number + 1), { parent: image, instruction });
    const key = JSON.stringify([image?.id, draft.config, draft.step]);
    const earlier = request.noCache === true ? undefined : known.get(key);
    const made =
      earlier !== undefined && store.byId(earlier.id) === earlier ? earlier : commit(engine, draft, image, last);
    known.set(key, made);
    image = made;
  }
  if (!before.has(built) && built !== image) store.remove(built);
  return { image, told: built.config.history.length };
}

/** An image to be: all but the time. */
interface Draft {
  readonly config: Omit<ImageConfig, "created" | "history">;
  readonly chain: readonly string[];
  readonly step: History;
}

/** The draft of an image with one more step than its parent. */
function draftOf(
  { sums, request, variables }: StepBuild,
  built: Image,
  steps: readonly History[],
  { parent, instruction }: { readonly parent: Image | undefined; readonly instruction: AnyInstruction | undefined },
): Draft {
  const layers = layersOf(parent) + steps.filter((step) => step.empty_layer !== true).length - earlierLayers(steps);
  const { comment: _, created: __, ...step } = steps.at(-1) ?? {};
  const diffIds = built.config.rootfs.diff_ids.slice(0, layers);
  const command = classicCommand({
    told: step.created_by ?? "",
    instruction,
    config: built.config.config,
    layer: step.empty_layer === true ? "" : (diffIds.at(-1) ?? ""),
    sums,
    buildArgs: request.buildArgs ?? {},
    variables,
  });
  const { created: ___, history: ____, ...rest } = built.config;
  return {
    config: {
      ...rest,
      config: withEarlierHealth(withoutArgsEscaped(built.config.config, parent, instruction), parent?.config.config),
      docker_version: ENGINE_VERSION,
      rootfs: { ...built.config.rootfs, diff_ids: diffIds },
    },
    chain: built.chain.slice(0, layers),
    step: { ...step, created_by: command },
  };
}

function commit(
  { kernel, images }: Engine,
  { config, chain, step }: Draft,
  parent: Image | undefined,
  instruction: AnyInstruction | undefined,
): Image {
  const created = timeOf(kernel.nowUs);
  const history = [...(parent?.config.history ?? []), { ...step, created }];
  const image = images.store.add({ ...config, created, history }, chain);
  // What copies files needs no container: that an image comes of it is not told.
  if (!COPIES.has(instruction?.kind)) images.note("create", image);
  if (parent !== undefined) images.store.setParent(image, parent);
  return image;
}

/** Only BuildKit says of every command that its arguments are escaped: here it is told of what runs on Windows. */
function withoutArgsEscaped(
  { ArgsEscaped: _, ...config }: ImageRunConfig,
  parent: Image | undefined,
  instruction: AnyInstruction | undefined,
): ImageRunConfig {
  const isSet = instruction?.kind === "CMD" || instruction?.kind === "ENTRYPOINT";
  const inherited = isSet ? undefined : parent?.config.config.ArgsEscaped;
  return inherited === undefined ? config : { ...config, ArgsEscaped: inherited };
}

const COPIES: ReadonlySet<string | undefined> = new Set(["COPY", "ADD"]);

const layersOf = (image: Image | undefined): number => image?.chain.length ?? 0;

/** Layers of the steps before the last: the parent has them already. */
const earlierLayers = (steps: readonly History[]): number =>
  steps.slice(0, -1).filter((step) => step.empty_layer !== true).length;
