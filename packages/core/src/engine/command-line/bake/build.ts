/**
 * Builds targets: those that others take for contexts first, and otherwise in the order of their names.
 *
 * @see docker/buildx bake/bake.go toBuildOpt; build/build.go
 */
import { BuildError, type BuildListener, type BuildRequest, excerpt, type SourceText } from "../../../build/index.ts";
import type { Image } from "../../../image/index.ts";
import { parseBytes, reworded, ValueError } from "../../../lib/go/index.ts";
import { basename, clean, join, StatusError } from "../../../lib/index.ts";
import { parsePlatform } from "../../docker/platform.ts";
import type { BakeRequest } from "../../docker/requests/bake.ts";
import { parseUlimit } from "../../docker/values/resources.ts";
import { checkAgents } from "../build/agents.ts";
import { parseAnnotations } from "../build/annotations.ts";
import { ask } from "../build/ask.ts";
import type { Display } from "../build/display.ts";
import { METADATA_STEP, metadataOf, writeMetadata } from "../build/metadata.ts";
import type { DockerBuild } from "../build/option.ts";
import { carryOut, exportsOf, outputsOf } from "../build/outputs.ts";
import { buildRequest, dockerfileText } from "../build/request.ts";
import { secretsOf } from "../build/secrets.ts";
import type { Session } from "../session.ts";
import { BakeFailure } from "./bake-failure.ts";
import { type Entry, type EntryKind, entryText } from "./entry.ts";
import { type Bake, TARGET_CONTEXT } from "./resolve.ts";
import type { Target } from "./target.ts";

/** A target, and what `docker build` would be asked for it. */
export interface TargetBuild {
  readonly target: Target;
  readonly request: DockerBuild;
  /** Contexts that are other targets. */
  readonly links: readonly (readonly [context: string, target: string])[];
}

export type TargetBuilds = ReadonlyMap<string, TargetBuild>;

const LOCAL = "cwd://";
/** What a Dockerfile is called that is written in the definition. */
const INLINE = "inline";
const REMOTE = /^(?:[a-z+]+:\/\/|git@|github\.com\/)/;

/** Looks at what each target says, whether or not it is built. @throws ValueError, StatusError, OptionError */
export function checkTargets(session: Session, { targets }: Bake): TargetBuilds {
  return new Map([...targets].map(([name, target]) => [name, targetBuild(session, target)]));
}

function targetBuild(session: Session, target: Target): TargetBuild {
  if (target.context === "-") throw new ValueError("context from stdin not allowed in bake");
  if (target.dockerfile === "-") throw new ValueError("dockerfile from stdin not allowed in bake");
  const context = contextOf(target.context ?? ".");
  const request = requestOf({ ...target, context });
  for (const platform of request.platforms) parsePlatform(platform);
  secretsOf(request.secrets, session.client);
  checkAgents(request.ssh, session.client);
  parseAnnotations(request.annotations);
  const contexts = [...(target.contexts ?? [])];
  const links = contexts.flatMap(([name, place]) =>
    place.startsWith(TARGET_CONTEXT) ? [[name, place.slice(TARGET_CONTEXT.length)] as const] : [],
  );
  return { target: { ...target, context }, request, links };
}

function contextOf(context: string): string {
  if (context.startsWith(LOCAL)) return clean(context.slice(LOCAL.length) || ".");
  return REMOTE.test(context) ? context : clean(context);
}

function requestOf(target: Target): DockerBuild {
  const { context = ".", dockerfile = "Dockerfile", contexts = new Map() } = target;
  const texts = (kind: EntryKind, entries: readonly Entry[] = []) => entries.map((entry) => entryText(kind, entry));
  const pairs = (map: ReadonlyMap<string, string> = new Map()) => [...map].map(([key, value]) => `${key}=${value}`);
  const isElsewhere = REMOTE.test(context) || dockerfile.startsWith("/");
  return {
    command: "buildx build",
    context,
    file: target["dockerfile-inline"] !== undefined ? "" : isElsewhere ? dockerfile : join(context, dockerfile),
    tags: target.tags ?? [],
    target: target.target ?? "",
    buildArgs: pairs(target.args),
    buildContexts: pairs(contexts).filter((pair) => !pair.includes(`=${TARGET_CONTEXT}`)),
    labels: pairs(target.labels),
    annotations: target.annotations ?? [],
    attestations: texts("attest", target.attest),
    outputs: texts("output", target.output),
    platforms: target.platforms ?? [],
    cacheFrom: texts("cache", target["cache-from"]),
    cacheTo: texts("cache", target["cache-to"]),
    noCache: target["no-cache"] ?? false,
    noCacheFilter: target["no-cache-filter"] ?? [],
    pull: target.pull ?? false,
    quiet: false,
    progress: "",
    call: target.call ?? "build",
    secrets: texts("secret", target.secret),
    ssh: texts("ssh", target.ssh),
    allow: target.entitlements ?? [],
    extraHosts: pairs(target["extra-hosts"]),
    network: target.network ?? "",
    iidFile: "",
    metadataFile: "",
    cgroupParent: "",
    shmSize: shmSize(target["shm-size"]),
    ulimits: (target.ulimits ?? []).map(parseUlimit),
    builder: "",
  };
}

function shmSize(text: string | undefined): number {
  if (text === undefined) return 0;
  return reworded(
    () => parseBytes(text),
    () => new ValueError(`invalid value ${text} for membytes key shm-size`),
  );
}

interface Shown {
  readonly request: BakeRequest;
  readonly display: Display;
}

/** @throws BakeFailure for the first target that cannot be built */
export async function buildTargets(session: Session, builds: TargetBuilds, shown: Shown): Promise<number> {
  if ([...builds.values()].some(({ request }) => request.call !== "build")) return askTargets(session, builds, shown);
  const run = new Run(session, builds, shown.display);
  for (const name of builds.keys()) await run.build(name);
  const { metadataFile } = shown.request;
  if (metadataFile !== "") shown.display.tell(METADATA_STEP, session.engine.kernel.nowUs);
  shown.display.end();
  if (metadataFile !== "") writeMetadata(session, metadataFile, Object.fromEntries(run.metadata));
  return 0;
}

/** The steps of several targets, shown as those of one build: numbered on, and called after their targets. */
class Steps {
  readonly #display: Display;
  readonly #targets: number;
  /** Vertices that were told of. */
  #vertices = 1;

  constructor(display: Display, targets: number) {
    this.#display = display;
    this.#targets = targets;
  }

  listener(name: string): BuildListener {
    const offset = this.#vertices;
    const isOne = this.#targets === 1;
    return (event) => {
      const vertex = event.vertex + offset;
      this.#vertices = Math.max(this.#vertices, vertex);
      const named = "name" in event && !isOne ? { ...event, name: prefixed(name, event.name) } : event;
      const inputs = named.kind === "planned" ? { inputs: named.inputs.map((input) => input + offset) } : {};
      this.#display.listener({ ...named, ...inputs, vertex });
    };
  }
}

class Run {
  readonly metadata = new Map<string, object>();
  readonly #session: Session;
  readonly #builds: TargetBuilds;
  readonly #display: Display;
  /** Images of the targets that are done; those that only others start from are in no list. */
  readonly #images = new Map<string, Image>();
  readonly #steps: Steps;

  constructor(session: Session, builds: TargetBuilds, display: Display) {
    this.#session = session;
    this.#builds = builds;
    this.#display = display;
    this.#steps = new Steps(display, builds.size);
  }

  /** Builds a target after those that it needs, unless it is built. */
  async build(name: string): Promise<void> {
    const build = this.#builds.get(name);
    if (build === undefined || this.#images.has(name)) return;
    for (const [, linked] of build.links) await this.build(linked);
    const { request } = build;
    let source: SourceText = { text: "" };
    try {
      const session = this.#session;
      const asked = this.#startingFrom(build, await requestWithInline(session, request, build.target));
      source = sourceOf(session, request, asked);
      const outputs = outputsOf(session, request);
      const exported = { ...asked, ...exportsOf(outputs, request.tags) };
      const startedUs = session.engine.kernel.nowUs;
      const make = () => session.engine.build({ ...exported, onEvent: this.#steps.listener(name) });
      const result = await session.call("ImageBuild", "", make);
      await carryOut(session, outputs, result, exported.tags);
      this.#images.set(name, result.image);
      this.metadata.set(name, metadataOf(session, request, exported, { ...result, startedUs }));
    } catch (error) {
      this.#display.end();
      throw this.#failure(name, error, source);
    }
  }

  #startingFrom({ links }: TargetBuild, asked: BuildRequest): BuildRequest {
    const linked = links.flatMap(([context, name]) => {
      const built = this.#images.get(name);
      return built === undefined ? [] : [[context, { built }] as const];
    });
    return { ...asked, contexts: { ...asked.contexts, ...Object.fromEntries(linked) } };
  }

  #failure(name: string, error: unknown, source: SourceText): unknown {
    const prefix = this.#builds.size === 1 ? "" : `target ${name}: `;
    if (error instanceof StatusError && error.message.startsWith("failed to solve: ")) {
      return new BakeFailure(`ERROR: ${prefix}${error.message}\n`);
    }
    if (!(error instanceof BuildError)) return error;
    return new BakeFailure(`${excerpt(error, source)}ERROR: ${prefix}failed to solve: ${error.message}\n`);
  }
}

/** `[internal] load` of a target is `[app internal] load`. */
function prefixed(target: string, step: string): string {
  return step.startsWith("[") ? `[${target} ${step.slice(1)}` : `[${target}] ${step}`;
}

async function requestWithInline(session: Session, request: DockerBuild, target: Target) {
  const asked = await buildRequest(session, request);
  const inline = target["dockerfile-inline"];
  return inline === undefined ? asked : { ...asked, dockerfile: inline };
}

function sourceOf(session: Session, request: DockerBuild, asked: Awaited<ReturnType<typeof buildRequest>>): SourceText {
  return { text: dockerfileText(session, request, asked), fileName: basename(asked.file ?? "Dockerfile") };
}

/** `--call`: asks about each target instead of building it. */
async function askTargets(session: Session, builds: TargetBuilds, { request, display }: Shown): Promise<number> {
  if (request.call.includes("format=json")) {
    throw new StatusError("not-implemented", '"docker buildx bake --call" in JSON is not implemented');
  }
  let exitCode = 0;
  let isFirst = true;
  const steps = new Steps(display, builds.size);
  for (const [name, build] of builds) {
    const { description = "" } = build.target;
    session.out(`${isFirst ? "" : "\n"}${name}\n${description === "" ? "" : `${description}\n`}\n`);
    isFirst = false;
    const [linked] = build.links;
    const call = request.call === "build" ? build.request.call : request.call;
    try {
      if (linked !== undefined && !call.startsWith("targets"))
        throw new BuildError(`unsupported context source target for ${linked[0]}`);
      const asked = await requestWithInline(session, build.request, build.target);
      const source = sourceOf(session, build.request, asked);
      const file = build.target["dockerfile-inline"] === undefined ? build.request.file : INLINE;
      exitCode =
        (await ask(session, { ...build.request, call, file }, asked, source, {
          ...display,
          listener: steps.listener(name),
        })) || exitCode;
    } catch (error) {
      if (!(error instanceof BuildError)) throw error;
      session.out(`error: ${error.message}\n`);
      exitCode = 1;
    }
  }
  display.end();
  return exitCode;
}
