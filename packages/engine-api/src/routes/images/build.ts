/**
 * `POST /build`: the classic builder's door, with a tar archive as the context.
 *
 * @see moby api/server/router/build/build_routes.go
 */
import type { BuildRequest, Dockerfile, RunNetwork } from "@bottleship/core/build";
import { CREATE_FAILED, type Engine, remoteContext, rlimits } from "@bottleship/core/engine";
import type { Image } from "@bottleship/core/image";
import { gunzip, isGzip, StatusError } from "@bottleship/core/lib";
import { z } from "zod";
import { readAll } from "../../http/body.ts";
import type { ApiReply } from "../../http/exchange.ts";
import { badRequest, messageOf } from "../../http/problem.ts";
import { flag, integer, jsonValue, text } from "../../http/query.ts";
import type { Call } from "../../http/router.ts";
import { ProgressError, progressReply } from "../../streams/progress.ts";
import { type BuildTrace, buildWithBuildKit } from "./buildkit.ts";
import { findText, hasBelow, pathsOf, withoutIgnored } from "./classic-context.ts";
import { baseOf, type ClassicBuild, type ClassicImages, classicImages } from "./classic-image.ts";
import { ClassicProgress, type Failed, type StepMemory, stepKeys } from "./classic-progress.ts";
import { findRefusal } from "./classic-refusals.ts";
import { type ClassicStep, classicDockerfile, classicSteps, tryParse } from "./classic-steps.ts";
import { parse as parseName } from "./pull.ts";
import { useLogins } from "./transfer.ts";

/** Unset arguments are null. */
const VALUES = z.record(z.string(), z.string().nullable());

const memories = new WeakMap<Engine, StepMemory>();
const knownImages = new WeakMap<Engine, ClassicImages>();

export async function buildHandler(
  engine: Engine,
  { request, query }: Call,
  trace: BuildTrace | undefined,
): Promise<ApiReply> {
  const isBuildKit = text(query, "version") === "2";
  if (isBuildKit && text(query, "remote") === "client-session") {
    throw new StatusError(
      "not-implemented",
      "POST /build takes no context from a BuildKit session: send it as the body",
    );
  }
  const tags = query.getAll("t").filter((tag) => tag !== "");
  for (const tag of tags) parseName(tag);
  useLogins(engine, request);
  const sent = await readAll(request.body);
  const remote = await remoteContext(text(query, "remote"), engine);
  const tar = remote?.tar ?? (isGzip(sent) ? gunzip(sent) : sent);
  const file = text(query, "dockerfile") || "Dockerfile";
  const dockerfile = findText(tar, file);
  const shmSizeBytes = integer(query, "shmsize") ?? 0;
  const cacheFrom = textsOf(query, "cachefrom");
  const options: SentRequest = {
    context: { tar },
    file,
    tags,
    rootOwnsWorkdirs: !isBuildKit,
    // Where images are named as the cache, nothing else is.
    noCache: flag(query, "nocache") || (cacheFrom.length > 0 && !cacheFrom.some((name) => engine.images.find(name))),
    extraHosts: hostsOf(query),
    network: networkOf(text(query, "networkmode")),
    pull: flag(query, "pull"),
    buildArgs: valuesOf(query, "buildargs"),
    labels: valuesOf(query, "labels"),
    rlimits: limitsOf(query),
    ...(shmSizeBytes > 0 ? { shmSizeBytes } : {}),
    ...(text(query, "target") === "" ? {} : { target: text(query, "target") }),
    ...(text(query, "platform") === "" ? {} : { platform: text(query, "platform") }),
  };
  if (isBuildKit) {
    const request = { ...options, cacheFrom, noCache: flag(query, "nocache") };
    return buildWithBuildKit(engine, request, { trace, isQuiet: flag(query, "q") });
  }
  const whole = await readWhole(engine, options, dockerfile);
  return progressReply((tell, { signal }) => run(engine, { ...options, signal }, whole, flag(query, "q"), tell));
}

/** The Dockerfile as far as it is wanted. @throws StatusError in the daemon's words for one that cannot be read */
async function readWhole(engine: Engine, options: SentRequest, text: string | undefined): Promise<Dockerfile> {
  const { file } = options;
  if (text === undefined) throw badRequest(`Cannot locate specified Dockerfile: ${file}`);
  if (text === "") throw badRequest(`the Dockerfile (${file}) cannot be empty`);
  const parsed = tryParse(text);
  if (parsed !== undefined) return classicDockerfile(parsed, options);
  try {
    // The builder says what is wrong with it.
    await engine.build(options);
  } catch (error) {
    const message = messageOf(error);
    const isTold = /^dockerfile parse error|^no build stage/.test(message);
    throw badRequest(isTold ? message : `failed to parse ${file}: ${message}`);
  }
  throw badRequest(`failed to parse ${file}`);
}

async function run(
  engine: Engine,
  options: SentRequest,
  whole: Dockerfile,
  isQuiet: boolean,
  tell: (document: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
  const say = (line: string): Promise<void> => (line === "" ? Promise.resolve() : tell({ stream: line }));
  const context = { tar: withoutIgnored(options.context.tar, options.file) };
  const refused = findRefusal(whole, pathsOf(context.tar));
  const request: ClassicRequest = { ...options, context, labels: {}, dockerfile: refused?.before ?? whole };
  await pullBases(engine, request);
  const memory = memoryOf(engine);
  const steps = classicSteps(request.dockerfile);
  const keys = stepKeys(steps, request.buildArgs ?? {});
  const noCache = request.noCache === true || !isRemembered(steps, keys, memory);
  // Who wants to hear nothing hears of everything when something goes wrong.
  const kept: string[] = [];
  const progress = new ClassicProgress(request.dockerfile, {
    tell: (line) => void (isQuiet ? kept.push(line) : say(line)),
    memory,
    noCache: request.noCache === true,
    keys,
    onBuild: request.dockerfile.stages.map((_, index) => {
      const base = baseOf(request.dockerfile, index, request.buildArgs ?? {});
      return (base === undefined ? undefined : engine.images.find(base))?.config.config.OnBuild ?? [];
    }),
    total: classicSteps(whole).length,
  });
  const images = async (count?: number): Promise<Image | undefined> => {
    const made = await classicImages(classicOf(engine, request), count);
    for (const [i, one] of made.entries()) if (one !== undefined) memory.set(keys[i] ?? "", one.id);
    return made.at(-1);
  };
  try {
    await build(engine, { ...request, noCache }, progress);
    progress.end();
  } catch (error) {
    await images(progress.done).catch(() => undefined);
    const failed = progress.fail();
    for (const line of kept) await say(line);
    throw classicError(error, failed);
  }
  const image = await images();
  if (refused !== undefined) {
    progress.refuse(refused.text);
    for (const line of kept) await say(line);
    throw new ProgressError(refused.message, undefined);
  }
  if (image === undefined) throw new Error("No image was generated. Is your Dockerfile empty?");
  for (const tag of options.tags ?? []) engine.images.name(image, tag);
  if (isQuiet) {
    await say(`${image.id}\n`);
    return;
  }
  const unused = unusedArguments(steps, request.buildArgs ?? {});
  if (unused.length > 0) await say(`[Warning] One or more build-args [${unused.join(" ")}] were not consumed\n`);
  await tell({ aux: { ID: image.id } });
  await say(`Successfully built ${image.id.slice("sha256:".length, "sha256:".length + 12)}\n`);
  for (const tag of options.tags ?? []) await say(`Successfully tagged ${familiar(tag)}\n`);
}

/** Unlike BuildKit, the classic builder keeps the images that it stands on. What cannot be had, the build complains of. */
async function pullBases({ images }: Engine, { dockerfile, buildArgs = {} }: ClassicRequest): Promise<void> {
  for (const [index, { from }] of dockerfile.stages.entries()) {
    const name = baseOf(dockerfile, index, buildArgs);
    if (name === undefined || from.platform !== undefined || images.find(name) !== undefined) continue;
    await images.pull(name).catch(() => undefined);
  }
}

/** Does the steps; what BuildKit would have made of them is not kept. */
async function build(engine: Engine, request: ClassicRequest, progress: ClassicProgress): Promise<void> {
  const { store } = engine.images;
  const before = new Set(store.list());
  const { target: _, ...rest } = request;
  const { image } = await engine.build({ ...rest, tags: [], onEvent: (event) => progress.note(event) });
  if (!before.has(image)) store.remove(image);
}

/** A request as it has come: with an archive, and the name of a Dockerfile in it. */
type SentRequest = BuildRequest & { readonly context: { readonly tar: Uint8Array }; readonly file: string };

/** A request whose Dockerfile has been read. */
type ClassicRequest = BuildRequest & { readonly dockerfile: Dockerfile };

function classicOf(engine: Engine, request: ClassicRequest): ClassicBuild {
  const known = knownImages.get(engine) ?? new Map();
  knownImages.set(engine, known);
  const { context, dockerfile } = request;
  const isDirectory = (path: string): boolean => "tar" in context && hasBelow(context.tar, path);
  return { engine, request, dockerfile, isDirectory, known };
}

/** What is remembered of images that are still here. */
function memoryOf(engine: Engine): StepMemory {
  const memory = memories.get(engine) ?? new Map();
  memories.set(engine, memory);
  for (const [key, id] of memory) if (engine.images.store.byId(id) === undefined) memory.delete(key);
  return memory;
}

/** Whether the image of the first step that changes something is still here: who removes it removes the cache. */
function isRemembered(steps: readonly ClassicStep[], keys: readonly string[], memory: StepMemory): boolean {
  const first = steps.findIndex(({ kind }) => kind !== "FROM" && kind !== "ARG");
  return first < 0 || memory.has(keys[first] ?? "");
}

/** The network of every RUN. @throws StatusError */
function networkOf(mode: string): RunNetwork {
  if (mode === "none" || mode === "host") return mode;
  if (["", "default", "bridge"].includes(mode)) return "default";
  if (!mode.startsWith("container:")) return `network ${mode}`;
  const problem = `a build in the network of a container is not something that this engine can do yet: ${mode}`;
  throw new StatusError("not-implemented", problem);
}

/** Further lines of /etc/hosts: "name:address". @throws StatusError invalid-argument */
function hostsOf(query: URLSearchParams): readonly (readonly [name: string, address: string])[] {
  const pairs = query.getAll("extrahosts").filter((host) => host !== "");
  return pairs.map((pair) => {
    const [name = "", ...rest] = pair.split(":");
    if (name === "" || rest.length === 0) throw badRequest(`invalid extra-host: ${pair}`);
    return [name, rest.join(":")];
  });
}

const LIMITS = z.array(z.object({ Name: z.string(), Soft: z.number(), Hard: z.number() }));

/** Limits of every RUN. @throws StatusError invalid-argument */
function limitsOf(query: URLSearchParams): ReturnType<typeof rlimits> {
  const parsed = LIMITS.safeParse(jsonValue(query, "ulimits") ?? []);
  if (!parsed.success) throw badRequest("error reading ulimits: invalid JSON");
  return rlimits(parsed.data);
}

/** A list of texts in JSON. @throws StatusError invalid-argument */
function textsOf(query: URLSearchParams, name: string): readonly string[] {
  const parsed = z.array(z.string()).safeParse(jsonValue(query, name) ?? []);
  if (!parsed.success) throw badRequest(`error reading ${name}: invalid JSON`);
  return parsed.data;
}

/** Those that no ARG has asked for, but for what every build knows. @see moby builder/dockerfile/buildargs.go */
function unusedArguments(steps: readonly ClassicStep[], given: Readonly<Record<string, string>>): readonly string[] {
  const asked = new Set(
    steps.flatMap(({ instruction: one }) => (one.kind === "ARG" ? one.args.map(({ name }) => name) : [])),
  );
  return Object.keys(given)
    .filter((name) => !asked.has(name) && !/^(http|https|ftp|no|all)_proxy$/i.test(name))
    .sort();
}

/** The same failure in the classic builder's words. */
function classicError(error: unknown, { step, reason }: Failed): unknown {
  if (reason !== undefined) return new ProgressError(`${CREATE_FAILED}${reason}`, undefined);
  const message = messageOf(error);
  const [, missing] = /^lstat \/?(.*): no such file or directory$/.exec(message) ?? [];
  if (missing !== undefined && step?.kind === "COPY") {
    return new ProgressError(`COPY failed: stat ${missing}: file does not exist`, undefined);
  }
  const [, download] = /^failed to load cache key: (Get ".*)$/s.exec(message) ?? [];
  if (download !== undefined) return new ProgressError(`ADD failed: ${download}`, undefined);
  const [, file] = /^mkdir (.*): not a directory$/.exec(message) ?? [];
  if (file !== undefined) return new ProgressError(`Cannot mkdir: ${file} is not a directory`, undefined);
  const [, user] = /^process ".*" did not complete successfully: (unable to find .*)$/s.exec(message) ?? [];
  if (user !== undefined) return new ProgressError(user, undefined);
  const [, command, code] = /process "(.*)" did not complete successfully: exit code: (\d+)/s.exec(message) ?? [];
  if (command === undefined || code === undefined) return error;
  const argv = unquoted(command);
  return new ProgressError(`The command '${argv}' returned a non-zero code: ${code}`, Number(code));
}

function unquoted(command: string): string {
  try {
    return z.string().parse(JSON.parse(`"${command}"`));
  } catch {
    return command;
  }
}

function familiar(tag: string): string {
  return /:[^/]*$/.test(tag) ? tag : `${tag}:latest`;
}

/** @throws StatusError invalid-argument */
function valuesOf(query: URLSearchParams, name: string): Readonly<Record<string, string>> {
  const parsed = VALUES.safeParse(jsonValue(query, name) ?? {});
  if (!parsed.success) throw badRequest(`error reading ${name}: invalid JSON`);
  const pairs = Object.entries(parsed.data).flatMap(([key, value]) => (value === null ? [] : [[key, value] as const]));
  return Object.fromEntries(pairs);
}
