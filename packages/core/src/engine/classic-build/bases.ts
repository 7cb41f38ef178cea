/**
 * What the stages of a classic build stand on.
 *
 * Unlike BuildKit, this builder keeps the images that it fetches, takes one that is here whatever platform is asked for,
 * and knows of no variables before the first FROM but those of ARG.
 *
 * @see moby daemon/builder/dockerfile/dispatchers.go initializeStage, getFromImage
 */
import {
  BuildError,
  type BuildRequest,
  type Dockerfile,
  type Environment,
  expandWord,
  parsePlatform,
  rethrow,
  type Stage,
} from "../../build/index.ts";
import type { Image } from "../../image/index.ts";
import { StatusError } from "../../lib/index.ts";
import { platformText } from "../../oci/index.ts";
import type { Engine } from "../engine.ts";
import type { Refusal } from "./refusals.ts";
import { textOf } from "./steps.ts";
import { globalVariables } from "./variables.ts";

export interface Based {
  /** Its stages name without variables what they stand on. It ends before one that stands on what cannot be had. */
  readonly dockerfile: Dockerfile;
  /** The platform of an image that stands on nothing; others have that of their base. */
  readonly platform: string | undefined;
  readonly refused: Refusal | undefined;
}

type BasedRequest = Pick<BuildRequest, "buildArgs" | "platform" | "pull"> & { readonly dockerfile: Dockerfile };

/** Fetches what is not here. */
export async function settleBases(engine: Engine, request: BasedRequest): Promise<Based> {
  const stages: Stage[] = [];
  const dockerfile = { ...request.dockerfile, stages };
  let variables: Environment | undefined;
  let refused: Refusal | undefined;
  for (const stage of request.dockerfile.stages) {
    try {
      variables ??= globalVariables(request.dockerfile, request.buildArgs);
      stages.push(await settle(engine, request, { stage, earlier: stages, variables }));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      refused = { message: error.message, text: textOf(stage.from), before: dockerfile };
      break;
    }
  }
  return { dockerfile, platform: standsOnNothing(dockerfile) ? request.platform : undefined, refused };
}

interface StageInPlace {
  readonly stage: Stage;
  readonly earlier: readonly Stage[];
  /** The ARGs before the first FROM. */
  readonly variables: Environment;
}

/** @throws BuildError, and StatusError for an image that cannot be had */
async function settle(
  engine: Engine,
  request: BasedRequest,
  { stage, earlier, variables }: StageInPlace,
): Promise<Stage> {
  const { platform: written, ...from } = stage.from;
  const asked = written ? platformOf(written, variables) : request.platform;
  const image = expandWord(from.image, variables);
  if (image === "") throw new BuildError(`base name (${from.image}) should not be blank`);
  const named = { ...stage, from: { ...from, image } };
  const name = baseOf({ stages: [...earlier, named] }, earlier.length);
  if (name === undefined) return named;
  const { config } = await findBase(engine, name, asked, request.pull);
  return { ...stage, from: { ...named.from, platform: platformText(config) } };
}

async function findBase({ images }: Engine, name: string, platform = "", pull = false): Promise<Image> {
  const found = pull ? undefined : images.find(name);
  return found ?? images.pullBase(name, platform === "" ? {} : { platform: parsePlatform(platform) });
}

/** @throws BuildError `failed to parse platform x/y/z/w: …` */
function platformOf(written: string, variables: Environment): string {
  const platform = rethrow(
    () => expandWord(written, variables),
    ({ message }) => new BuildError(`failed to process arguments for platform : ${message}`),
  );
  rethrow(
    () => parsePlatform(platform),
    ({ message }) => new BuildError(`failed to parse platform ${platform}: ${message}`),
  );
  return platform;
}

/** The earlier stage that a stage stands on. */
export function stageOf({ stages }: Dockerfile, index: number): number | undefined {
  return stageNamed(stages.slice(0, index), stages[index]?.from.image ?? "");
}

/** The last of some stages that is called so. */
export function stageNamed(stages: readonly Stage[], name: string): number | undefined {
  const found = stages.findLastIndex(({ from }) => from.as?.toLowerCase() === name.toLowerCase());
  return found < 0 ? undefined : found;
}

/** The image that a stage stands on, if it is one of a registry. */
export function baseOf(dockerfile: Dockerfile, index: number): string | undefined {
  const name = dockerfile.stages[index]?.from.image;
  return stageOf(dockerfile, index) !== undefined || name === "scratch" ? undefined : name;
}

/** What a stage stands on: an earlier stage, an image that is here, or nothing. */
export function stageBase(
  { images }: Engine,
  dockerfile: Dockerfile,
  index: number,
  earlier: readonly (Image | undefined)[],
): Image | undefined {
  const stage = stageOf(dockerfile, index);
  if (stage !== undefined) return earlier[stage];
  const name = baseOf(dockerfile, index);
  return name === undefined ? undefined : images.find(name);
}

/** Whether the last stage does, or the stage below it. */
function standsOnNothing(dockerfile: Dockerfile): boolean {
  let index: number | undefined = dockerfile.stages.length - 1;
  let image: string | undefined;
  for (; index !== undefined; index = stageOf(dockerfile, index)) image = dockerfile.stages[index]?.from.image;
  return image === "scratch";
}
