/**
 * `POST /build`: the classic builder's door, with a tar archive as the context.
 *
 * @see moby api/server/router/build/build_routes.go
 */
import type { BuildRequest } from "@bottleship/core/build";
import { tarToLayer } from "@bottleship/core/content";
import type { Engine } from "@bottleship/core/engine";
import { clean, decode, gunzip, isGzip, StatusError } from "@bottleship/core/lib";
import { z } from "zod";
import { readAll } from "../../http/body.ts";
import type { ApiReply } from "../../http/exchange.ts";
import { badRequest, messageOf } from "../../http/problem.ts";
import { flag, jsonValue, text } from "../../http/query.ts";
import type { Call } from "../../http/router.ts";
import { ProgressError, progressReply } from "../../streams/progress.ts";
import { ClassicProgress, type StepMemory } from "./classic-progress.ts";
import { buildKitOption, tryParse } from "./classic-steps.ts";
import { parse as parseName } from "./pull.ts";

/** Unset arguments are null. */
const VALUES = z.record(z.string(), z.string().nullable());

const memories = new WeakMap<Engine, StepMemory>();

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
  dockerfile: string | undefined,
  isQuiet: boolean,
  tell: (document: Readonly<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
  const say = (line: string): Promise<void> => (line === "" ? Promise.resolve() : tell({ stream: line }));
  if (dockerfile === undefined) throw new Error(`Cannot locate specified Dockerfile: ${options.file}`);
  const parsed = tryParse(dockerfile);
  const option = parsed === undefined ? undefined : buildKitOption(parsed);
  const memory = memories.get(engine) ?? new Set();
  memories.set(engine, memory);
  const salt = JSON.stringify([options.buildArgs, options.labels]);
  const show = (line: string): void => {
    if (!isQuiet) void say(line);
  };
  const progress =
    parsed === undefined
      ? undefined
      : new ClassicProgress(parsed, { tell: show, memory, noCache: options.noCache === true, salt });
  try {
    if (option !== undefined) {
      throw new StatusError(
        "invalid-argument",
        `the --${option} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled`,
      );
    }
    const { image } = await engine.build({
      ...options,
      ...(parsed === undefined ? {} : { dockerfile: parsed }),
      onEvent: (event) => progress?.note(event),
    });
    progress?.end();
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
