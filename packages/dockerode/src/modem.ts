/**
 * A modem for dockerode that has no wire: calls go straight to the Engine API of an engine in the same process.
 *
 * @see docker-modem README, "Usage"
 */
import type { Engine } from "@bottleship/core/engine";
import { type ApiReply, EngineApi, type Frame, FrameDecoder } from "@bottleship/engine-api";
import { resultOf } from "./reply.ts";
import { apiRequest, type DialOptions, type HeaderFields } from "./request.ts";

/** Called with an error, or with what the reply holds: data, text or a stream. */
export type DialCallback = (error: Error | null, result: unknown) => void;

/** What dockerode needs of a modem. */
export class EngineModem {
  /** dockerode puts the promises here that its methods return. */
  Promise: PromiseConstructor = Promise;
  /** Sent with every request that has none of its own. */
  readonly headers: HeaderFields;
  readonly #api: EngineApi;

  constructor(api: EngineApi, headers: HeaderFields = {}) {
    this.#api = api;
    this.headers = headers;
  }

  /** Makes one request. The callback is called once, later. */
  dial(options: DialOptions, callback: DialCallback = () => {}): void {
    this.#reply(options).then(
      (reply) => deliver(reply, options, callback),
      (error: unknown) => fail(error, callback),
    );
  }

  /** Takes a multiplexed stream apart; what has no frames (a terminal's) all goes to `stdout`. */
  demuxStream(stream: NodeJS.ReadableStream, stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): void {
    const decoder = new FrameDecoder();
    let isRaw: boolean | undefined;
    stream.on("data", (chunk: Uint8Array) => {
      isRaw ??= (chunk[0] ?? 0) > 2;
      if (isRaw) stdout.write(chunk);
      else for (const frame of decoder.push(chunk)) writeFrame(frame, stdout, stderr);
    });
  }

  /** Reads lines of JSON as they come, and gives them all at the end. */
  followProgress(
    stream: NodeJS.ReadableStream,
    onFinished: (error: Error | null, events: unknown[]) => void,
    onProgress?: (event: unknown) => void,
  ): void {
    const events: unknown[] = [];
    const decoder = new TextDecoder();
    let rest = "";
    let isFinished = false;
    const finish = (error: Error | null): void => {
      if (isFinished) return;
      isFinished = true;
      onFinished(error, events);
    };
    stream.on("data", (chunk: Uint8Array) => {
      if (isFinished) return;
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.trim() === "") continue;
        const event: unknown = JSON.parse(line);
        events.push(event);
        onProgress?.(event);
      }
    });
    stream.on("error", finish);
    stream.on("end", () => finish(null));
    stream.on("close", () => finish(null));
  }

  #reply(options: DialOptions): Promise<ApiReply> {
    const { abortSignal = NEVER } = options;
    if (abortSignal.aborted) return Promise.reject(abortError(abortSignal));
    try {
      const reply = Promise.resolve(this.#api.handle(apiRequest(options, this.headers, abortSignal)));
      return abortSignal === NEVER ? reply : reply.then((whole) => unlessAborted(whole, abortSignal));
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

/** What the engine answers to a client that has gone nobody reads. */
function unlessAborted(reply: ApiReply, signal: AbortSignal): ApiReply {
  if (signal.aborted) throw abortError(signal);
  return reply;
}

/** As node:http has it. */
function abortError({ reason }: AbortSignal): Error {
  const error = new Error("The operation was aborted", { cause: reason });
  return Object.assign(error, { name: "AbortError", code: "ABORT_ERR" });
}

function deliver(reply: ApiReply, options: DialOptions, callback: DialCallback): void {
  let result: unknown;
  try {
    result = resultOf(reply, options);
  } catch (error) {
    fail(error, callback);
    return;
  }
  if (result instanceof Promise) {
    result.then(
      (value: unknown) => callback(null, value),
      (error: unknown) => fail(error, callback),
    );
  } else callback(null, result);
}

function fail(error: unknown, callback: DialCallback): void {
  callback(error instanceof Error ? error : new Error(String(error)), null);
}

const NEVER = new AbortController().signal;

function writeFrame({ stream, bytes }: Frame, stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): void {
  (stream === "stderr" ? stderr : stdout).write(bytes);
}

/** @example new Docker({ modem: createModem(engine) }) */
export function createModem(engine: Engine): EngineModem {
  return new EngineModem(new EngineApi(engine));
}
