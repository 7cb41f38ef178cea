/**
 * `POST /containers/{id...}/attach`: a container's standard streams over the connection; `GET …/attach/ws`: the same over a
 * WebSocket.
 *
 * @see moby api/server/router/container/container_routes.go postContainersAttach, wsContainersAttach; daemon/attach.go
 */
import type { Container, Engine, LogEntry } from "@bottleship/core/engine";
import { LogLines } from "@bottleship/core/engine";
import { encode, StatusError } from "@bottleship/core/lib";
import { type ApiReply, type HijackedStream, hijack } from "../../http/exchange.ts";
import { messageOf, statusOf } from "../../http/problem.ts";
import { flag, text } from "../../http/query.ts";
import type { Call, Handler } from "../../http/router.ts";
import { detachable, detachKeysOf } from "../../streams/detachable.ts";
import { MULTIPLEXED_STREAM, RAW_STREAM, TYPED_STREAMS } from "../../streams/frames.ts";
import { forward } from "../../streams/input.ts";
import { OutputChannel } from "../../streams/output-channel.ts";
import { noteAttached } from "./attachments.ts";
import { watch } from "./watch.ts";

interface Wanted {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** What was written before. */
  readonly logs: boolean;
  /** What is written from now on. */
  readonly stream: boolean;
  /** Bytes as they are, without saying which stream they are of. */
  readonly isRaw: boolean;
  /** Bytes that end it without ending the program, at a terminal. */
  readonly detachKeys: readonly number[];
}

export function attachHandler(engine: Engine): Handler {
  return (call: Call): ApiReply => {
    try {
      return reply(engine, call);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      // The connection is no longer the HTTP server's: what is wrong is said in plain words.
      const body = encode(`${messageOf(error)}\r\n`);
      return { kind: "whole", status: statusOf(error), headers: { "Content-Type": RAW_STREAM }, body };
    }
  };
}

/** Before this version every stream was attached, and before that one messages were texts. */
const CHOSEN_STREAMS = 142;
const BINARY_MESSAGES = 128;

/** What the streams write is not told apart: over a WebSocket nothing is multiplexed. */
export function webSocketHandler(engine: Engine): Handler {
  return (call: Call): ApiReply => {
    const { query, request, version } = call;
    const { container, detachKeys } = attachable(engine, call);
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
      return { kind: "whole", status: 400, headers: {}, body: encode("not websocket protocol") };
    }
    const isWanted = (name: string): boolean => version < CHOSEN_STREAMS || flag(query, name);
    const wanted: Wanted = {
      stdin: isWanted("stdin"),
      stdout: isWanted("stdout"),
      stderr: isWanted("stderr"),
      logs: flag(query, "logs"),
      stream: flag(query, "stream"),
      isRaw: true,
      detachKeys,
    };
    return {
      kind: "hijack",
      contentType: RAW_STREAM,
      webSocket: version < BINARY_MESSAGES ? "text" : "binary",
      run: (stream) => attach(engine, container, wanted, stream),
    };
  };
}

/** @throws StatusError invalid-argument, not-found, conflict */
function attachable(engine: Engine, { param, query }: Call) {
  const detachKeys = detachKeysOf(text(query, "detachKeys"));
  const container = engine.containers.get(param);
  if (container.state === "paused") {
    throw new StatusError("conflict", `container ${container.name} is paused, unpause the container before attach`);
  }
  if (container.state === "restarting") {
    const message = `container ${container.id} is restarting, wait until the container is running`;
    throw new StatusError("conflict", message);
  }
  return { container, detachKeys };
}

function reply(engine: Engine, call: Call): ApiReply {
  const { query, version } = call;
  const { container, detachKeys } = attachable(engine, call);
  const wanted: Wanted = {
    stdin: flag(query, "stdin"),
    stdout: flag(query, "stdout"),
    stderr: flag(query, "stderr"),
    logs: flag(query, "logs"),
    stream: flag(query, "stream"),
    isRaw: container.config.Tty === true,
    detachKeys,
  };
  const isTyped = version >= TYPED_STREAMS && container.config.Tty !== true;
  return hijack(isTyped ? MULTIPLEXED_STREAM : RAW_STREAM, (stream) => attach(engine, container, wanted, stream));
}

async function attach(engine: Engine, container: Container, wanted: Wanted, stream: HijackedStream): Promise<void> {
  engine.containers.note(container, "attach");
  const channel = new OutputChannel();
  const isWanted = (entry: LogEntry): boolean => wanted[entry.stream];
  if (wanted.logs) for (const line of keptLines(container).filter(isWanted)) channel.say(line);
  const reads = wanted.stream && wanted.stdin && container.config.OpenStdin === true;
  if (!wanted.stream || !(reads || wanted.stdout || wanted.stderr)) channel.close();
  let isOver = false;
  const served = channel.drain(stream, wanted.isRaw);
  noteAttached(container, served);
  const take = (entry: LogEntry): void => {
    if (isWanted(entry)) channel.write(entry);
  };
  const stopFollowing = container.logs.follow(take, () => channel.waitingBytes);
  const stopWatching = watch(engine, container, (action) => {
    if (action !== "die" && action !== "destroy") return;
    isOver = true;
    channel.close();
  });
  if (reads) {
    // What comes before the container runs waits. The end of the input is the program's, if that is for one client.
    const endsInput = container.config.StdinOnce === true && container.config.Tty !== true;
    const writes = wanted.stdout || wanted.stderr;
    const sink = {
      take: (bytes: Uint8Array) => engine.containers.streams.feed(container, bytes),
      end: () => {
        if (endsInput) engine.containers.streams.closeStdin(container);
        if (!endsInput || !writes) channel.close();
      },
      isOver: () => isOver,
    };
    const leave = (): void => {
      engine.containers.note(container, "detach");
      channel.close();
    };
    const isTerminal = container.config.Tty === true;
    void forward(engine.world, stream.input, isTerminal ? detachable(sink, wanted.detachKeys, leave) : sink);
  }
  try {
    await served;
  } finally {
    stopFollowing();
    stopWatching();
  }
}

function keptLines(container: Container): readonly LogEntry[] {
  const lines = LogLines.of(container);
  return [...container.logs.entries.flatMap((entry) => lines.push(entry)), ...lines.end()];
}
