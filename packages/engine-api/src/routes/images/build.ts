/**
 * `POST /build`: the classic builder's door, with a tar archive as the context.
 *
 * @see moby api/server/router/build/build_routes.go
 */
import { type BuildRequest, type Dockerfile, IgnoreMatcher, parseIgnoreFile } from "@bottleship/core/build";
import { layerToTar, tarToLayer } from "@bottleship/core/content";
import type { Engine } from "@bottleship/core/engine";
import type { Image } from "@bottleship/core/image";
import { clean, decode, gunzip, isGzip, StatusError } from "@bottleship/core/lib";
import { z } from "zod";
import { readAll } from "../../http/body.ts";
import type { ApiReply } from "../../http/exchange.ts";
import { badRequest, messageOf } from "../../http/problem.ts";
import { flag, jsonValue, text } from "../../http/query.ts";
import type { Call } from "../../http/router.ts";
import { ProgressError, progressReply } from "../../streams/progress.ts";
import { baseOf, type ClassicBuild, type ClassicImages, classicImages } from "./classic-image.ts";
import { ClassicProgress, type StepMemory, stepKeys } from "./classic-progress.ts";
import { type ClassicStep, classicDockerfile, classicSteps, findBuildKitUse, tryParse } from "./classic-steps.ts";
import { parse as parseName } from "./pull.ts";

/** Unset arguments are null. */
const VALUES = z.record(z.string(), z.string().nullable());

const memories = new WeakMap<Engine, StepMemory>();
const knownImages = new WeakMap<Engine, ClassicImages>();

export async function buildHandler(engine: Engine, { request, query }: Call): Promise<ApiReply> {
  if (text(query, "version") === "2") {
    throw new StatusError("not-implemented", "BuildKit sessions are not something that this engine can do yet");
  }
  if (text(query, "remote") !== "" && text(query, "remote") !== "client-session") {
    throw new StatusError("not-implemented", "remote build contexts cannot be fetched: the machine has no way out");
  }
  const tags = query.getAll("t").filter((tag) => tag !== "");
  for (const tag of tags) parseName(tag);
  const sent = await readAll(request.body);
  const tar = isGzip(sent) ? gunzip(sent) : sent;
  const file = text(query, "dockerfile") || "Dockerfile";
  const options: SentRequest = {
    context: { tar },
    file,
    tags,
    noCache: flag(query, "nocache"),
    buildArgs: valuesOf(query, "buildargs"),
    labels: valuesOf(query, "labels"),
    ...(text(query, "target") === "" ? {} : { target: text(query, "target") }),
    ...(text(query, "platform") === "" ? {} : { platform: text(query, "platform") }),
  };
  const dockerfile = findText(tar, file);
  return progressReply((tell) => run(engine, options, dockerfile, flag(query, "q"), tell));
}

async function run(
  engine: Engine,
  options: SentRequest,
  text: string | undefined,
  isQuiet: boolean,
  tell: (document: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
  const say = (line: string): Promise<void> => (line === "" ? Promise.resolve() : tell({ stream: line }));
  if (text === undefined) throw new Error(`Cannot locate specified Dockerfile: ${options.file}`);
  const parsed = tryParse(text);
  if (parsed === undefined) {
    // The builder says what is wrong with it.
    await engine.build(options);
    return;
  }
  const whole = classicDockerfile(parsed, options);
  const refused = findBuildKitUse(whole);
  const context = { tar: withoutIgnored(options.context.tar, options.file) };
  const request: ClassicRequest = { ...options, context, labels: {}, dockerfile: refused?.before ?? whole };
  await pullBases(engine, request);
  const memory = memoryOf(engine);
  const steps = classicSteps(request.dockerfile);
  const keys = stepKeys(steps, JSON.stringify(request.buildArgs));
  const noCache = request.noCache === true || !isRemembered(steps, keys, memory);
  const progress = new ClassicProgress(request.dockerfile, {
    tell: (line) => void (isQuiet ? undefined : say(line)),
    memory,
    noCache,
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
    progress.fail();
    throw classicError(error);
  }
  const image = await images();
  if (refused !== undefined) {
    progress.refuse(refused.text);
    throw new ProgressError(needsBuildKit(refused.option), undefined);
  }
  if (image === undefined) throw new Error("No image was generated. Is your Dockerfile empty?");
  for (const tag of options.tags ?? []) engine.images.name(image, tag);
  if (isQuiet) {
    await say(`${image.id}\n`);
    return;
  }
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

/** Whether an archive has something in this directory. */
function hasBelow(tar: Uint8Array, path: string): boolean {
  const place = clean(path).replace(/^\/+|^\.$/g, "");
  if (place === "") return true;
  for (const entry of tarToLayer(tar)) if (clean(entry.path).startsWith(`${place}/`)) return true;
  return false;
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

function needsBuildKit(option: string): string {
  return `the --${option} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled`;
}

/** The same failure in the classic builder's words. */
function classicError(error: unknown): unknown {
  const [, command, code] =
    /process "(.*)" did not complete successfully: exit code: (\d+)/s.exec(messageOf(error)) ?? [];
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

/**
 * The context without what only the builder needs, if .dockerignore says so. Clients leave out everything else, but send
 * these files all the same.
 *
 * @see moby builder/remotecontext/detect.go: removeDockerfile
 */
function withoutIgnored(tar: Uint8Array, file: string): Uint8Array {
  const patterns = findText(tar, IGNORE_FILE);
  if (patterns === undefined) return tar;
  const ignored = new IgnoreMatcher(parseIgnoreFile(patterns));
  const unwanted = new Set([IGNORE_FILE, placeOf(file)].filter((path) => ignored.matches(path)));
  if (unwanted.size === 0) return tar;
  return layerToTar([...tarToLayer(tar)].filter(({ path }) => !unwanted.has(placeOf(path))));
}

const IGNORE_FILE = ".dockerignore";

const placeOf = (path: string): string => clean(path).replace(/^\/+/, "");

function findText(tar: Uint8Array, file: string): string | undefined {
  const wanted = placeOf(file);
  for (const { path, type, content } of tarToLayer(tar)) {
    if (type === "file" && placeOf(path) === wanted && content !== undefined) return decode(content);
  }
  return undefined;
}
