/**
 * Further processes in containers.
 *
 * @see moby api/server/router/container/exec.go
 */

import type { Engine, ExecSession, LogEntry } from "@bottleship/core/engine";
import { base64, encode, StatusError } from "@bottleship/core/lib";
import { UNLIMITED } from "@bottleship/core/sim";
import { readJson } from "../http/body.ts";
import { type ApiReply, empty, type HijackedStream, hijack, json } from "../http/exchange.ts";
import { badRequest, HttpProblem } from "../http/problem.ts";
import { type Call, type Route, route } from "../http/router.ts";
import { EXEC_CREATE, EXEC_START } from "../schemas/exec.ts";
import { detachable, detachKeysOf } from "../streams/detachable.ts";
import { MULTIPLEXED_STREAM, RAW_STREAM, TYPED_STREAMS } from "../streams/frames.ts";
import { forward } from "../streams/input.ts";
import { OutputChannel } from "../streams/output-channel.ts";
import { size } from "./containers/lifecycle.ts";

/** What a client that types the keys to detach is told. The process goes on; the session counts as one that failed. */
const DETACHED = "exec attach failed: error on attach stdin: read escape sequence";
const EXEC_FAILED = 126;

export function execRoutes(engine: Engine): readonly Route[] {
  const { containers, exec } = engine;
  return [
    route("POST", "/containers/{id...}/exec", async ({ request, param }) => {
      const body = await readJson(request, EXEC_CREATE);
      if (body.Cmd.length === 0) throw badRequest("No exec command specified");
      const container = containers.get(param);
      exec.check(container, param);
      checkDetachKeys(body.DetachKeys);
      const session = exec.create(container, body, param);
      return json({ Id: session.id }, 201);
    }),
    route("POST", "/exec/{id}/start", (call) => start(engine, call)),
    route("POST", "/exec/{id}/resize", ({ param, query }) => {
      const wanted = size(query);
      exec.resize(active(engine, param), wanted);
      return empty(200);
    }),
    route("GET", "/exec/{id}/json", ({ param }) => json(execDocument(engine, known(engine, param)))),
  ];
}

/** With its container a session is gone. @throws StatusError not-found @see moby daemon/inspect.go ContainerExecInspect */
function known(engine: Engine, id: string): ExecSession {
  const session = engine.exec.get(id);
  if (hasContainer(engine, session)) return session;
  throw new StatusError("not-found", `No such exec instance: ${id}`);
}

/**
 * A session to do something with: that its container is gone is said of the container, under the session's name.
 *
 * @throws StatusError not-found, conflict for a container in which nothing more can be run
 * @see moby daemon/exec.go getExecConfig
 */
function active(engine: Engine, id: string): ExecSession {
  if (hasContainer(engine, engine.exec.get(id))) return engine.exec.active(id);
  throw new StatusError("not-found", `No such container: ${id}`);
}

const hasContainer = ({ containers }: Engine, { container }: ExecSession): boolean =>
  containers.peek(container.id) === container;

/** @throws HttpProblem 500, as Docker does, for keys that are none */
function checkDetachKeys(keys: string): void {
  try {
    detachKeysOf(keys);
  } catch {
    throw new HttpProblem(500, `Invalid escape keys (${keys}) provided`);
  }
}

async function start(engine: Engine, { request, param, version }: Call): Promise<ApiReply> {
  const { exec } = engine;
  const options = await readJson(request, EXEC_START);
  const session = active(engine, param);
  if (options.Tty && options.ConsoleSize !== undefined) session.consoleSize = options.ConsoleSize;
  if (options.Detach) {
    checkUnused(session);
    await exec.start(session);
    return empty(200);
  }
  // Whether there is a terminal is said twice: this time it decides how the stream is written.
  const isRaw = options.Tty;
  return hijack(!isRaw && version >= TYPED_STREAMS ? MULTIPLEXED_STREAM : RAW_STREAM, (stream) =>
    converse(engine, session, isRaw, stream),
  );
}

/** @throws StatusError conflict if it was started before */
function checkUnused(session: ExecSession): void {
  if (!session.wasStarted) return;
  const how = session.isRunning ? "already running" : "has already run";
  throw new StatusError("conflict", `exec command ${session.id} ${how}`);
}

async function converse(engine: Engine, session: ExecSession, isRaw: boolean, stream: HijackedStream): Promise<void> {
  const { exec, world } = engine;
  const channel = new OutputChannel();
  const { AttachStdout: out = false, AttachStderr: err = false } = session.body;
  const take = (entry: LogEntry): void => {
    if (entry.stream === "stdout" ? out : err) channel.write(entry);
  };
  const stopFollowing = session.output.follow(take, () => channel.waitingBytes);
  const written = channel.drain(stream, isRaw);
  try {
    checkUnused(session);
    await exec.start(session);
    if (session.body.AttachStdin === true) {
      const sink = {
        take: (bytes: Uint8Array) => session.stdin?.write(bytes),
        end: () => exec.closeStdin(session),
        isOver: () => !session.isRunning,
      };
      const leave = (): void => {
        channel.say({ stream: "stdout", timeUs: 0, bytes: encode(`${DETACHED}\r\n`) });
        session.end(EXEC_FAILED, engine.kernel.nowUs);
        world.wake();
      };
      const keys = detachKeysOf(session.body.DetachKeys ?? "");
      void forward(world, stream.input, session.body.Tty === true ? detachable(sink, keys, leave) : sink);
    }
    const what = `exec ${session.body.Cmd.join(" ")} to end`;
    const options = { ...UNLIMITED, isPatient: true, signal: stream.signal, what };
    await world.until(() => !session.isRunning, options);
  } catch (error) {
    if (!stream.signal.aborted) channel.say(refusal(error));
  } finally {
    stopFollowing();
    channel.close();
    await written;
  }
}

/** What cannot be started is told on standard output: the reply has begun. */
function refusal(error: unknown): LogEntry {
  if (!(error instanceof StatusError)) throw error;
  const bytes = encode(`${error.message}\r\n`);
  return { stream: "stdout", timeUs: 0, bytes };
}

/** The bytes of the keys, where others than the usual ones were asked for. */
const shownKeys = (keys: string): string => (keys === "" ? "" : base64(Uint8Array.from(detachKeysOf(keys))));

function execDocument({ exec }: Engine, session: ExecSession) {
  const { body, container, exitCode, pid } = session;
  const [entrypoint = "", ...rest] = body.Cmd;
  return {
    ID: session.id,
    Running: session.isRunning,
    ExitCode: exitCode ?? null,
    ProcessConfig: {
      tty: body.Tty ?? false,
      entrypoint,
      arguments: rest,
      privileged: body.Privileged ?? false,
      ...(body.User ? { user: body.User } : {}),
    },
    OpenStdin: body.AttachStdin ?? false,
    OpenStderr: body.AttachStderr ?? false,
    OpenStdout: body.AttachStdout ?? false,
    CanRemove: exec.isLeaving(session),
    ContainerID: container.id,
    DetachKeys: shownKeys(body.DetachKeys ?? ""),
    Pid: pid ?? 0,
  };
}
