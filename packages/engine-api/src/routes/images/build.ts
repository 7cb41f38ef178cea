/**
 * `POST /build`: the classic builder's door, with a tar archive as the context.
 *
 * @see moby api/server/router/build/build_routes.go
 */
import type { BuildRequest, Dockerfile } from "@bottleship/core/build";
import { tarToLayer } from "@bottleship/core/content";
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
import { type ClassicImages, classicImage } from "./classic-image.ts";
import { ClassicProgress, type StepMemory } from "./classic-progress.ts";
import { classicSteps, findBuildKitUse, tryParse } from "./classic-steps.ts";
import { parse as parseName } from "./pull.ts";

/** Unset arguments are null. */
const VALUES = z.record(z.string(), z.string().nullable());

const memories = new WeakMap<Engine, StepMemory>();
const classicImages = new WeakMap<Engine, ClassicImages>();

export async function build(engine: Engine, { request, query }: Call): Promise<ApiReply> {
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
  const options: BuildRequest = {
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
  options: BuildRequest,
  text: string | undefined,
  isQuiet: boolean,
  tell: (document: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
  const say = (line: string): Promise<void> => (line === "" ? Promise.resolve() : tell({ stream: line }));
  if (text === undefined) throw new Error(`Cannot locate specified Dockerfile: ${options.file}`);
  const whole = tryParse(text);
  const refused = whole === undefined ? undefined : findBuildKitUse(whole);
  const dockerfile = refused?.before ?? whole;
  const progress =
    whole === undefined || dockerfile === undefined
      ? undefined
      : progressOf(engine, options, whole, dockerfile, isQuiet ? () => {} : say);
  try {
    const before = new Set(engine.images.list());
    const { image: built } = await engine.build({
      ...options,
      tags: [],
      ...(dockerfile === undefined ? {} : { dockerfile }),
      onEvent: (event) => progress?.note(event),
    });
    progress?.end();
    if (refused !== undefined) {
      progress?.refuse(refused.text);
      throw new ProgressError(needsBuildKit(refused.option), undefined);
    }
    const image = classic(engine, dockerfile, options, built);
    if (image !== built && !before.has(built)) engine.images.store.remove(built);
    for (const tag of options.tags ?? []) engine.images.name(image, tag);
    if (isQuiet) {
      await say(`${image.id}\n`);
      return;
    }
    await tell({ aux: { ID: image.id } });
    await say(`Successfully built ${image.id.slice("sha256:".length, "sha256:".length + 12)}\n`);
    for (const tag of options.tags ?? []) await say(`Successfully tagged ${familiar(tag)}\n`);
  } catch (error) {
    progress?.fail();
    throw classicError(error);
  }
}

/** The image as the classic builder makes it. */
function classic(
  engine: Engine,
  dockerfile: Dockerfile | undefined,
  { context, buildArgs = {} }: BuildRequest,
  built: Image,
): Image {
  if (dockerfile === undefined) return built;
  const known = classicImages.get(engine) ?? new Map();
  classicImages.set(engine, known);
  const isDirectory = (path: string): boolean => "tar" in context && hasBelow(context.tar, path);
  return classicImage({ engine, dockerfile, buildArgs, isDirectory, known }, built);
}

/** Whether an archive has something in this directory. */
function hasBelow(tar: Uint8Array, path: string): boolean {
  const place = clean(path).replace(/^\/+|^\.$/g, "");
  if (place === "") return true;
  for (const entry of tarToLayer(tar)) if (clean(entry.path).startsWith(`${place}/`)) return true;
  return false;
}

function progressOf(
  engine: Engine,
  { noCache, buildArgs, labels }: BuildRequest,
  whole: Dockerfile,
  dockerfile: Dockerfile,
  say: (line: string) => unknown,
): ClassicProgress {
  const memory = memories.get(engine) ?? new Set();
  memories.set(engine, memory);
  return new ClassicProgress(dockerfile, {
    tell: (line) => void say(line),
    memory,
    noCache: noCache === true,
    salt: JSON.stringify([buildArgs, labels]),
    total: classicSteps(whole).length,
  });
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

function findText(tar: Uint8Array, file: string): string | undefined {
  const wanted = clean(file).replace(/^\/+/, "");
  for (const { path, type, content } of tarToLayer(tar)) {
    if (type === "file" && clean(path) === wanted && content !== undefined) return decode(content);
  }
  return undefined;
}
