/**
 * The classic builder: a context that has been sent as an archive becomes an image, step by step, and is told of in lines.
 *
 * The work is BuildKit's builder's (see `images.ts`); what is shown, kept and refused is the classic one's.
 *
 * @see moby builder/dockerfile/builder.go, api/server/router/build/build_routes.go
 */
import {
  type AnyInstruction,
  BuildError,
  type BuildRequest,
  type Dockerfile,
  type RunNetwork,
} from "../../build/index.ts";
import type { LayerEntry } from "../../content/index.ts";
import type { Image } from "../../image/index.ts";
import { type Chunks, StatusError } from "../../lib/index.ts";
import {
  familiarText,
  type ImageRunConfig,
  type ProcessSpec,
  parseReference,
  withDefaultTag,
} from "../../oci/index.ts";
import { resources } from "../container/resources.ts";
import { startFailure } from "../container/start-failure.ts";
import { verifySettings } from "../container/verify.ts";
import type { HostConfig } from "../docker/create-body.ts";
import type { Engine } from "../engine.ts";
import { baseOf, settleBases, stageOf } from "./bases.ts";
import { ContextSums } from "./checksum.ts";
import { keepContainers } from "./containers.ts";
import { findText, pathsOf, withoutIgnored } from "./context.ts";
import { ClassicBuildError, classicError } from "./error.ts";
import { type EarlierHealth, earlierHealth } from "./health.ts";
import { type ClassicBuild, type ClassicImages, classicImages } from "./images.ts";
import { ClassicProgress, type Failed, type Removal, stepKeys } from "./progress.ts";
import { findRefusal, problemIn, type Refusal, refusalAt } from "./refusals.ts";
import { isRemembered, knownSteps, memoryOf, remember, type StepMemory } from "./step-memory.ts";
import { type ClassicStep, classicDockerfile, classicSteps, triggerOf, tryParse } from "./steps.ts";

/** What clients send with `POST /build`. */
export interface ClassicBuildOptions {
  /** The context, an archive that is not compressed. */
  readonly tar: Uint8Array;
  /** Which file of it is the Dockerfile. */
  readonly file: string;
  readonly tags: readonly string[];
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** "" for the last stage. */
  readonly target: string;
  /** "linux/arm64"; "" for the machine's own. */
  readonly platform: string;
  readonly noCache: boolean;
  /** Images whose steps may be used; where there are any, nothing else is. */
  readonly cacheFrom: readonly string[];
  readonly pull: boolean;
  /** "none", "host", "bridge", "default", or the name of a network. */
  readonly networkMode: string;
  /** "name:address" */
  readonly extraHosts: readonly string[];
  /** 0 for the usual size. */
  readonly shmSizeBytes: number;
  readonly rlimits: NonNullable<ProcessSpec["rlimits"]>;
  /** What the containers of RUN may use. */
  readonly limits: ClassicLimits;
  /** The image's id is all that is told, unless the build fails. */
  readonly isQuiet: boolean;
  /** Containers go when their steps are done. */
  readonly rm: boolean;
  /** Intermediate containers are removed also when their steps have failed. */
  readonly forceRm: boolean;
}

export type ClassicLimits = Pick<
  Partial<HostConfig>,
  "Memory" | "MemorySwap" | "CpuShares" | "CpuPeriod" | "CpuQuota" | "CpusetCpus" | "CpusetMems"
>;

/** A line, or a piece of what a command writes; or the id of the image. */
export type ClassicMessage = { readonly stream: string } | { readonly aux: { readonly ID: string } };

export type ClassicListener = (message: ClassicMessage) => void | Promise<void>;

/** Does the build. @throws ClassicBuildError and others, after what has been told */
export type StartedBuild = (tell: ClassicListener, signal?: AbortSignal) => Promise<void>;

/** Reads the Dockerfile; nothing is told before that. @throws StatusError for one that cannot be read, and for options */
export async function openClassicBuild(engine: Engine, options: ClassicBuildOptions): Promise<StartedBuild> {
  const { tar, file, cacheFrom, shmSizeBytes, target, platform, isQuiet, networkMode } = options;
  const removal = { usually: options.rm, always: options.forceRm };
  const request: SentRequest = {
    context: { tar },
    file,
    tags: options.tags,
    ownership: "classic",
    noCache: options.noCache,
    extraHosts: extraHosts(options.extraHosts),
    network: runNetwork(networkMode),
    pull: options.pull,
    buildArgs: options.buildArgs,
    labels: options.labels,
    rlimits: options.rlimits,
    ...(shmSizeBytes > 0 ? { shmSizeBytes } : {}),
    ...(target === "" ? {} : { target }),
    ...(platform === "" ? {} : { platform }),
  };
  const whole = await readWhole(engine, request, findText(tar, file));
  const runProblem = problemIn(() => verifySettings({}, options.limits, engine.kernel.machine));
  const limited = runProblem === undefined ? { ...request, resources: resources(options.limits) } : request;
  return (tell, signal) =>
    run(
      engine,
      { ...limited, ...(signal === undefined ? {} : { signal }) },
      { whole, isQuiet, removal, networkMode, runProblem, cacheFrom },
      tell,
    );
}

/** The network of every RUN. @throws StatusError */
export function runNetwork(mode: string): RunNetwork {
  if (mode === "none" || mode === "host") return mode;
  if (["", "default", "bridge"].includes(mode)) return "default";
  if (!mode.startsWith("container:")) return `network ${mode}`;
  const problem = `a build in the network of a container is not something that this engine can do yet: ${mode}`;
  throw new StatusError("not-implemented", problem);
}

/** Further lines of /etc/hosts: "name:address". @throws StatusError invalid-argument */
export function extraHosts(pairs: readonly string[]): readonly (readonly [name: string, address: string])[] {
  return pairs
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [name = "", ...rest] = pair.split(":");
      if (name === "" || rest.length === 0) throw new StatusError("invalid-argument", `invalid extra-host: ${pair}`);
      return [name, rest.join(":")];
    });
}

const knownImages = new WeakMap<Engine, ClassicImages>();

/** The Dockerfile as far as it is wanted. @throws StatusError in the daemon's words for one that cannot be read */
async function readWhole(engine: Engine, options: SentRequest, text: string | undefined): Promise<Dockerfile> {
  const { file } = options;
  if (text === undefined) throw new StatusError("invalid-argument", `Cannot locate specified Dockerfile: ${file}`);
  if (text === "") throw new StatusError("invalid-argument", `the Dockerfile (${file}) cannot be empty`);
  const parsed = tryParse(text);
  if (parsed !== undefined) return classicDockerfile(parsed, options);
  try {
    // The builder says what is wrong with it.
    await engine.build(options);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isTold = /^dockerfile parse error|^no build stage/.test(message);
    throw new StatusError("invalid-argument", isTold ? message : `failed to parse ${file}: ${message}`);
  }
  throw new StatusError("invalid-argument", `failed to parse ${file}`);
}

async function run(engine: Engine, options: SentRequest, asked: ClassicRun, tell: ClassicListener): Promise<void> {
  const { networkMode, isQuiet } = asked;
  const memory = memoryOf(engine);
  const plan = await planOf(engine, options, asked, memory);
  const { request, refused, keys, bases } = plan;
  const report = new Report(tell, isQuiet);
  const progress = progressOf(engine, plan, asked, report);
  const images = async (count?: number): Promise<readonly (Image | undefined)[]> => {
    const noCache = plan.isBarred || request.noCache === true;
    const made = await classicImages(classicOf(engine, { ...request, noCache }), count);
    for (const [i, one] of made.entries()) if (one !== undefined) remember(memory, keys[i] ?? "", one.id);
    return made;
  };
  let changes: readonly LayerEntry<Chunks>[] = [];
  const onWreck = (entries: readonly LayerEntry<Chunks>[]): void => void (changes = entries);
  try {
    await build(engine, { ...request, noCache: plan.noCache, onWreck }, progress);
    progress.end();
  } catch (error) {
    const refusal =
      error instanceof BuildError && !progress.hasBegun ? refusalAt(request.dockerfile, error) : undefined;
    // The steps before it are done all the same.
    if (refusal !== undefined) return run(engine, options, { ...asked, refusal }, tell);
    const made = await images(progress.done).catch(() => []);
    const failed = progress.fail();
    const told = classicError(error, failed);
    const failure = { ...endOf(told, failed), changes };
    keepContainers(engine, { containers: progress.containers, images: made, networkMode, failure });
    await report.tellKept();
    throw told;
  }
  const made = await images();
  keepContainers(engine, { containers: progress.containers, images: made, networkMode });
  if (refused !== undefined) {
    if (refused.text !== undefined) progress.refuse(refused.text);
    await report.tellKept();
    throw new ClassicBuildError(refused.message);
  }
  const image = made.at(-1);
  if (image === undefined) throw new ClassicBuildError("No image was generated. Is your Dockerfile empty?");
  const tags = options.tags ?? [];
  for (const tag of tags) engine.images.name(image, engine.images.fullName(tag));
  if (isQuiet) return report.say(`${image.id}\n`);
  const triggered = bases.flatMap((base) => base?.OnBuild ?? []).flatMap((text) => triggerOf(text) ?? []);
  const done = [...plan.steps.map(({ instruction }) => instruction), ...triggered];
  await tellImage(report, image, { tags, unused: unusedArguments(done, request.buildArgs ?? {}) });
}

/** A build as it is going to be done: how far its Dockerfile is, and what is known of its steps. */
interface ClassicPlan {
  readonly request: ClassicRequest;
  /** What is refused behind the last step. */
  readonly refused: Refusal | undefined;
  readonly steps: readonly ClassicStep[];
  /** The keys of the steps in the memory. */
  readonly keys: readonly string[];
  /** What each stage has from what it stands on. */
  readonly bases: readonly (ImageRunConfig | undefined)[];
  readonly health: EarlierHealth;
  /** Keys of the steps that may be taken from the cache. */
  readonly known: ReadonlySet<string>;
  readonly noCache: boolean;
  /** There are images of these steps, but none that may be used: they are made anew. */
  readonly isBarred: boolean;
}

async function planOf(
  engine: Engine,
  options: SentRequest,
  { whole, runProblem, cacheFrom, refusal }: ClassicRun,
  memory: StepMemory,
): Promise<ClassicPlan> {
  const context = { tar: withoutIgnored(options.context.tar, options.file) };
  const known = knownSteps(engine, memory, { cacheFrom, platform: options.platform });
  const unfit =
    refusal ??
    findRefusal(whole, {
      paths: pathsOf(context.tar),
      missing: await pullSources(engine, whole),
      run:
        runProblem === undefined
          ? undefined
          : { step: await firstRun(engine, { ...options, dockerfile: whole }, known), problem: runProblem },
    });
  const wanted: ClassicRequest = { ...options, context, labels: {}, dockerfile: unfit?.before ?? whole };
  const { dockerfile, platform, refused = unfit } = await settleBases(engine, wanted);
  const { platform: _, ...others } = wanted;
  const request: ClassicRequest = { ...others, dockerfile, ...(platform === undefined ? {} : { platform }) };
  const steps = classicSteps(dockerfile);
  const keys = stepKeys(steps, request.buildArgs ?? {}, (stage) => baseImage(engine, dockerfile, stage)?.id);
  const bases = dockerfile.stages.map((_, stage) => baseConfig(engine, dockerfile, stage));
  const health = earlierHealth(dockerfile, (stage) => bases[stage]);
  for (const step of health.grown) known.delete(keys[step] ?? "");
  const noCache = request.noCache === true || !isRemembered(steps, keys, known);
  const isBarred = noCache && isRemembered(steps, keys, new Set(memory.keys()));
  return { request, refused, steps, keys, bases, health, known, noCache, isBarred };
}

function progressOf(engine: Engine, plan: ClassicPlan, { whole, removal }: ClassicRun, report: Report) {
  const { request, known, keys, bases, health } = plan;
  return new ClassicProgress(request.dockerfile, {
    tell: (line) => report.note(line),
    known,
    noCache: request.noCache === true,
    keys,
    onBuild: bases.map((base) => base?.OnBuild ?? []),
    health,
    total: classicSteps(whole).length,
    removal,
    newId: () => engine.containers.newId(),
  });
}

/** What the client is told. Of a quiet build it is told everything only when something goes wrong. */
class Report {
  readonly tell: ClassicListener;
  readonly #isQuiet: boolean;
  readonly #kept: string[] = [];

  constructor(tell: ClassicListener, isQuiet: boolean) {
    this.tell = tell;
    this.#isQuiet = isQuiet;
  }

  async say(line: string): Promise<void> {
    if (line !== "") await this.tell({ stream: line });
  }

  /** A line about the progress of the build. */
  note(line: string): void {
    if (this.#isQuiet) this.#kept.push(line);
    else void this.say(line);
  }

  async tellKept(): Promise<void> {
    for (const line of this.#kept) await this.say(line);
  }
}

interface BuiltImage {
  readonly tags: readonly string[];
  /** Build arguments that no ARG has asked for. */
  readonly unused: readonly string[];
}

async function tellImage(report: Report, image: Image, { tags, unused }: BuiltImage): Promise<void> {
  if (unused.length > 0) await report.say(`[Warning] One or more build-args [${unused.join(" ")}] were not consumed\n`);
  await report.tell({ aux: { ID: image.id } });
  await report.say(`Successfully built ${image.id.slice("sha256:".length, "sha256:".length + 12)}\n`);
  for (const tag of tags) {
    await report.say(`Successfully tagged ${familiarText(withDefaultTag(parseReference(tag)))}\n`);
  }
}

interface ClassicRun {
  readonly whole: Dockerfile;
  readonly isQuiet: boolean;
  readonly removal: Removal;
  readonly networkMode: string;
  readonly cacheFrom: readonly string[];
  /** Why no container can have the limits that are asked for. */
  readonly runProblem: string | undefined;
  /** What the builder below has refused before it began. */
  readonly refusal?: Refusal;
}

/** What a stage has from what it stands on; of an earlier stage only the triggers are known beforehand. */
function baseConfig(engine: Engine, dockerfile: Dockerfile, stage: number): ImageRunConfig | undefined {
  const earlier = stageOf(dockerfile, stage);
  if (earlier === undefined) return baseImage(engine, dockerfile, stage)?.config.config;
  const instructions = dockerfile.stages[earlier]?.instructions ?? [];
  return { OnBuild: instructions.flatMap((one) => (one.kind === "ONBUILD" ? [one.trigger] : [])) };
}

/** What a stage stands on, if it is an image that is here. */
function baseImage({ images }: Engine, dockerfile: Dockerfile, stage: number): Image | undefined {
  const name = baseOf(dockerfile, stage);
  return name === undefined ? undefined : images.find(name);
}

/** The first RUN that is not known from another build. */
async function firstRun(
  engine: Engine,
  request: SentRequest & { readonly dockerfile: Dockerfile },
  known: ReadonlySet<string>,
) {
  const { dockerfile } = await settleBases(engine, request);
  const steps = classicSteps(dockerfile);
  const keys = stepKeys(steps, request.buildArgs ?? {}, (stage) => baseImage(engine, dockerfile, stage)?.id);
  const isDone = (i: number): boolean => request.noCache !== true && known.has(keys[i] ?? "");
  return steps.find(({ kind }, i) => kind === "RUN" && !isDone(i))?.instruction;
}

/** How the container of a command ends that has failed. */
function endOf(told: unknown, { reason }: Failed): { readonly exitCode: number; readonly error?: string } {
  if (reason === undefined) return { exitCode: (told instanceof ClassicBuildError ? told.code : undefined) ?? 1 };
  const [, why = reason] = /: error during container init: (.*)$/s.exec(reason) ?? [];
  const { exitCode, message: error } = startFailure(why);
  return { exitCode, error };
}

/** A request as it has come: with an archive, and the name of a Dockerfile in it. */
type SentRequest = BuildRequest & { readonly context: { readonly tar: Uint8Array }; readonly file: string };

/** Why a pull fails; nothing for one that does not. */
const problemOf = (pull: Promise<Image>): Promise<string | undefined> =>
  pull.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

/** The images of `COPY --from` are kept as well. What cannot be had, by its name, and why. */
async function pullSources({ images }: Engine, { stages }: Dockerfile): Promise<ReadonlyMap<string, string>> {
  const stageNames = new Set(stages.map(({ from }) => from.as?.toLowerCase()));
  const sources = stages
    .flatMap(({ instructions }) => instructions.map((one) => (one.kind === "COPY" ? (one.from ?? "") : "")))
    .filter((from) => from !== "" && !/^\d+$|[$]/.test(from) && !stageNames.has(from.toLowerCase()));
  const missing = new Map<string, string>();
  for (const from of new Set(sources)) {
    if (images.find(from) !== undefined) continue;
    const problem = await problemOf(images.pullBase(from));
    if (problem !== undefined) missing.set(from, problem);
  }
  return missing;
}

/** Does the steps; what BuildKit would have made of them is not kept. */
async function build(engine: Engine, request: ClassicRequest, progress: ClassicProgress): Promise<void> {
  const { store } = engine.images;
  if (request.dockerfile.stages.length === 0) return;
  const before = new Set(store.list());
  const { target: _, ...rest } = request;
  const { image } = await engine.builder.build({
    ...rest,
    pull: false,
    tags: [],
    onEvent: (event) => progress.note(event),
  });
  if (!before.has(image)) store.remove(image);
}

/** A request whose Dockerfile has been read. */
type ClassicRequest = BuildRequest & { readonly dockerfile: Dockerfile };

function classicOf(engine: Engine, request: ClassicRequest): ClassicBuild {
  const known = knownImages.get(engine) ?? new Map();
  knownImages.set(engine, known);
  const { context, dockerfile } = request;
  const sums = "tar" in context ? new ContextSums(context.tar) : undefined;
  return { engine, request, dockerfile, sums, known };
}

/**
 * Build arguments that no ARG has asked for, without those that every build knows.
 *
 * @see moby daemon/builder/dockerfile/buildargs.go
 */
function unusedArguments(done: readonly AnyInstruction[], given: Readonly<Record<string, string>>): readonly string[] {
  const asked = new Set(done.flatMap((one) => (one.kind === "ARG" ? one.args.map(({ name }) => name) : [])));
  return Object.keys(given)
    .filter((name) => !asked.has(name) && !/^(http|https|ftp|no|all)_proxy$/i.test(name))
    .sort();
}
