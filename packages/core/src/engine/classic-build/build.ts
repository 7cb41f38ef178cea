/**
 * The classic builder: a context that has been sent as an archive becomes an image, step by step, and is told of in lines.
 *
 * @see moby builder/dockerfile/builder.go, api/server/router/build/build_routes.go
 */
import type { AnyInstruction, BuildRequest, Dockerfile, RunNetwork } from "../../build/index.ts";
import type { Image } from "../../image/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { ProcessSpec } from "../../oci/index.ts";
import type { HostConfig } from "../docker/create-body.ts";
import type { Engine } from "../engine.ts";
import { settleBases } from "./bases.ts";
import { ClassicBuilder } from "./builder.ts";
import { ContextSums } from "./checksum.ts";
import { findText, pathsOf, withoutIgnored } from "./context.ts";
import { ClassicBuildError } from "./error.ts";
import { findRefusal } from "./refusals.ts";
import { type ClassicListener, Report } from "./report.ts";
import { StepCache } from "./step-cache.ts";
import { StepContainers } from "./step-containers.ts";
import { type ClassicOptions, classicDockerfile, countSteps, tryParse } from "./steps.ts";

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

/** Does the build. @throws ClassicBuildError and others, after what has been told */
export type StartedBuild = (tell: ClassicListener, signal?: AbortSignal) => Promise<void>;

/** Reads the Dockerfile; nothing is told before that. @throws StatusError for one that cannot be read, and for options */
export async function openClassicBuild(engine: Engine, options: ClassicBuildOptions): Promise<StartedBuild> {
  const { tar, file, target, platform, labels } = options;
  const request: SentRequest = {
    context: { tar: withoutIgnored(tar, file) },
    file,
    ownership: "classic",
    noCache: options.noCache,
    pull: options.pull,
    buildArgs: options.buildArgs,
    ...(platform === "" ? {} : { platform }),
  };
  const dockerfile = await readWhole(engine, request, findText(tar, file), { target, labels });
  return (tell, signal) => {
    const report = new Report(tell, options.isQuiet);
    return run(engine, {
      options,
      request: signal === undefined ? request : { ...request, signal },
      dockerfile,
      report,
    });
  };
}

/** The network of every RUN, for BuildKit's builder. @throws StatusError */
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

/** The Dockerfile as far as it is wanted. @throws StatusError in the daemon's words for one that cannot be read */
async function readWhole(
  engine: Engine,
  request: SentRequest,
  text: string | undefined,
  wanted: ClassicOptions,
): Promise<Dockerfile> {
  const { file } = request;
  if (text === undefined) throw new StatusError("invalid-argument", `Cannot locate specified Dockerfile: ${file}`);
  if (text === "") throw new StatusError("invalid-argument", `the Dockerfile (${file}) cannot be empty`);
  const parsed = tryParse(text);
  if (parsed !== undefined) return classicDockerfile(parsed, wanted);
  try {
    // The builder says what is wrong with it.
    await engine.build(request);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isTold = /^dockerfile parse error|^no build stage/.test(message);
    throw new StatusError("invalid-argument", isTold ? message : `failed to parse ${file}: ${message}`);
  }
  throw new StatusError("invalid-argument", `failed to parse ${file}`);
}

interface ClassicRun {
  readonly options: ClassicBuildOptions;
  readonly request: SentRequest;
  /** As far as it is wanted. */
  readonly dockerfile: Dockerfile;
  readonly report: Report;
}

async function run(engine: Engine, { options, request, dockerfile: whole, report }: ClassicRun): Promise<void> {
  const { noCache, cacheFrom, tags, rm, forceRm } = options;
  const sums = new ContextSums(request.context.tar);
  const unfit = findRefusal(whole, { paths: pathsOf(request.context.tar), missing: await pullSources(engine, whole) });
  const {
    dockerfile,
    platform,
    refused = unfit,
  } = await settleBases(engine, { ...request, dockerfile: unfit?.before ?? whole });
  const { platform: _, ...others } = request;
  const removal = { usually: rm, always: forceRm };
  const settings = containerSettings(options);
  const builder = new ClassicBuilder({
    engine,
    request: platform === undefined ? others : { ...others, platform },
    dockerfile,
    sums,
    cache: new StepCache(engine, { noCache, cacheFrom, platform: options.platform }),
    containers: new StepContainers({ engine, report, removal, settings, signal: request.signal }),
    report,
    total: countSteps(whole),
  });
  try {
    const image = await builder.build();
    if (refused?.text !== undefined) builder.announce(refused.text);
    if (refused !== undefined) throw new ClassicBuildError(refused.message);
    if (image === undefined) throw new ClassicBuildError("No image was generated. Is your Dockerfile empty?");
    for (const tag of tags) engine.images.name(image, engine.images.fullName(tag));
    const unused = unusedArguments(builder.done, options.buildArgs);
    if (unused.length > 0) report.note(`[Warning] One or more build-args [${unused.join(" ")}] were not consumed\n`);
    await report.end(image, tags);
  } catch (error) {
    await report.tellKept();
    throw error;
  }
}

/** What the containers of the steps are given. */
function containerSettings({
  networkMode,
  shmSizeBytes,
  extraHosts: hosts,
  rlimits,
  limits,
}: ClassicBuildOptions): Partial<HostConfig> {
  const finite = (limit: number): number => (Number.isFinite(limit) ? limit : -1);
  const ulimits = rlimits.map(({ type, soft, hard }) => ({ Name: type, Soft: finite(soft), Hard: finite(hard) }));
  return {
    ...limits,
    NetworkMode: networkMode === "" ? "default" : networkMode,
    ...(shmSizeBytes > 0 ? { ShmSize: shmSizeBytes } : {}),
    ...(hosts.length > 0 ? { ExtraHosts: hosts } : {}),
    ...(ulimits.length > 0 ? { Ulimits: ulimits } : {}),
  };
}

/** A request as it has come: with an archive, and the name of a Dockerfile in it. */
export type SentRequest = BuildRequest & { readonly context: { readonly tar: Uint8Array }; readonly file: string };

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
