/**
 * Start, stop, restart, kill, pause, rename, update, remove.
 *
 * @see moby api/server/router/container/container_routes.go
 */
import { type Container, type Engine, signalOf } from "@bottleship/core/engine";
import { readUnsigned, StatusError } from "@bottleship/core/lib";
import { readAll, readJson } from "../../http/body.ts";
import { type ApiReply, empty, json } from "../../http/exchange.ts";
import { badRequest } from "../../http/problem.ts";
import { flag, integer, text } from "../../http/query.ts";
import { type Call, type Route, route } from "../../http/router.ts";
import { whenThere } from "../../http/when-there.ts";
import { UPDATE } from "../../schemas/update.ts";
import { olderUpdate } from "./older-requests.ts";
import { REMOVAL_SETTLED_US, untilSettled } from "./settled.ts";

/** A container that was asked for by name, and what is to be done to it. */
type Work = (container: Container, call: Call) => void | Promise<void>;

export function lifecycleRoutes(engine: Engine): readonly Route[] {
  const { containers } = engine;
  const on = (verb: string, work: Work): Route =>
    route("POST", `/containers/{id...}/${verb}`, async (call): Promise<ApiReply> => {
      await work(containers.get(call.param), call);
      return empty(204);
    });
  return [
    route("POST", "/containers/{id...}/start", ({ request, query, param }) =>
      whenThere(readAll(request.body, 1 << 20), (body) => {
        checkStart(body, query);
        return start(engine, containers.get(param));
      }),
    ),
    on("stop", (container, { query, param }) => containers.stop(container, stopOptions(query), param)),
    on("restart", (container, { query, param }) =>
      containers.restart(container, { ...stopOptions(query), untilBegun: true }, param),
    ),
    on("pause", (container) => containers.pause(container)),
    on("unpause", (container) => containers.unpause(container)),
    on("rename", (container, { query }) => rename(engine, container, text(query, "name"))),
    route("POST", "/containers/{id...}/kill", (call) => kill(engine, call)),
    route("POST", "/containers/{id...}/resize", ({ param, query }) => {
      const wanted = size(query);
      containers.resize(containers.get(param), wanted);
      return empty(200);
    }),
    route("POST", "/containers/{id...}/update", async ({ request, param, version }) => {
      const body = olderUpdate(await readJson(request, UPDATE), version);
      const warnings = containers.update(param, body);
      return json({ Warnings: warnings.length === 0 ? null : warnings });
    }),
    route("DELETE", "/containers/{id...}", ({ param, query }) => {
      if (!flag(query, "link")) return remove(engine, param, query);
      containers.unlink(param);
      return empty(204);
    }),
  ];
}

async function remove(engine: Engine, reference: string, query: URLSearchParams): Promise<ApiReply> {
  const container = engine.containers.get(reference);
  const wasRunning = container.isRunning;
  await engine.containers.remove(container, { force: flag(query, "force"), volumes: flag(query, "v") }, reference);
  if (wasRunning) await untilSettled(engine, container, REMOVAL_SETTLED_US);
  return empty(204);
}

/** Rows and columns of a terminal. @throws StatusError invalid-argument unless both are numbers of 32 bits */
export function size(query: URLSearchParams): { readonly rows: number; readonly columns: number } {
  return { rows: length("height", text(query, "h")), columns: length("width", text(query, "w")) };
}

/** @see moby api/server/httputils/form.go Uint32Value */
function length(name: string, given: string): number {
  const isNegative = given.startsWith("-");
  const read = readUnsigned(isNegative ? given.slice(1) : given, { bits: 32 });
  const length = isNegative && typeof read === "number" ? "value out of range" : read;
  if (typeof length === "number") return length;
  throw badRequest(`invalid resize ${name} ${JSON.stringify(given)}: ${length}`);
}

/** A document that says something has at least so many characters: `{"a":1}`. */
const SAYS_SOMETHING = 7;

/** @throws StatusError invalid-argument for what a start cannot be asked for */
function checkStart(body: Uint8Array, query: URLSearchParams): void {
  if (body.length > SAYS_SOMETHING) {
    throw badRequest(
      "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24",
    );
  }
  if (text(query, "checkpoint") !== "") throw badRequest("checkpoint is only supported in experimental mode");
}

async function start(engine: Engine, container: Container): Promise<ApiReply> {
  const { containers } = engine;
  try {
    await containers.start(container, { untilBegun: true });
    return empty(204);
  } catch (error) {
    if (!(error instanceof StatusError) || error.kind === "not-modified" || container.isActive) throw error;
    // A program that is not there, or cannot be executed, is the caller's mistake.
    const isBadCommand = container.exitCode === 127 || container.exitCode === 126;
    const problem = isBadCommand ? new StatusError("invalid-argument", error.message) : error;
    if (container.hostConfig.AutoRemove === true) await containers.remove(container);
    throw problem;
  }
}

function stopOptions(query: URLSearchParams) {
  return { timeoutSeconds: integer(query, "t"), signal: text(query, "signal") || undefined };
}

/** Errors of `kill` say what it was that could not be done. */
async function kill({ containers }: Engine, { param, query }: Call): Promise<ApiReply> {
  const reference = param;
  try {
    const signal = signalOf(text(query, "signal") || "KILL");
    await containers.kill(containers.get(reference), signal);
    return empty(204);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new StatusError(error.kind, `cannot kill container: ${reference}: ${error.message}`);
  }
}

function rename({ containers }: Engine, container: Container, name: string): void {
  if (name === "") throw badRequest("Neither old nor new names may be empty");
  containers.rename(container, name);
}
