/** One HTTP exchange on a socket: node's request to the API's, and the reply back. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex, Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { ConnectionLost } from "@bottleship/core/engine";
import {
  type ApiReply,
  type ApiRequest,
  COMMON_HEADERS,
  type EngineApi,
  type Output,
  Query,
  RAW_STREAM,
} from "@bottleship/engine-api";
import { closeWhenAbandoned } from "./half-open.ts";
import { playWebSocket } from "./web-socket.ts";

/** An ordinary request: a whole reply, a streamed one, or a hijack without upgrade. */
export async function exchange(api: EngineApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  response.on("error", () => gone.abort());
  const body = bodyOf(request);
  const reply = await api.handle(apiRequest(request, body, gone.signal));
  if (gone.signal.aborted) return;
  const output: Output = { write: (bytes) => writeTo(response, bytes), signal: gone.signal };
  switch (reply.kind) {
    case "whole":
      response.writeHead(reply.status, {
        ...COMMON_HEADERS,
        ...reply.headers,
        ...(hasNoBody(reply.status) ? {} : { "Content-Length": reply.body.length }),
      });
      response.end(request.method === "HEAD" ? undefined : reply.body);
      request.resume();
      return;
    case "stream":
      response.writeHead(reply.status, { ...COMMON_HEADERS, ...reply.headers });
      response.flushHeaders();
      request.resume();
      if (request.method === "HEAD") {
        response.end();
        return;
      }
      await finish(reply.run(output), response);
      return;
    case "hijack":
      if (reply.webSocket !== undefined) {
        response.writeHead(400, { "Content-Type": "text/plain" }).end("not websocket protocol");
        return;
      }
      await hijackPlainly(reply, request, response, body);
  }
}

/**
 * A hijack without an upgrade: bytes go out as they are, and the end of the connection is the end of the stream. What
 * comes in is the request's body, and, when that is over, everything else on the connection.
 */
async function hijackPlainly(
  { run, contentType }: Hijack,
  request: IncomingMessage,
  response: ServerResponse,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { socket } = request;
  const rest = request.complete ? new Incoming(detached(request, response), Buffer.alloc(0), 0) : undefined;
  const gone = new AbortController();
  socket.on("close", () => gone.abort());
  if (rest === undefined) {
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
    response.writeHead(200, { ...COMMON_HEADERS, "Content-Type": RAW_STREAM });
    response.flushHeaders();
    await finish(run({ write: (bytes) => writeTo(response, bytes), signal: gone.signal, input: body }), response);
    return;
  }
  closeWhenAbandoned(socket);
  // The header alone is an upgrade to Docker, also where `Connection` says nothing of it.
  const { upgrade: protocol } = request.headers;
  socket.write(
    protocol === undefined
      ? `HTTP/1.1 200 OK\r\n${headerLines({ ...COMMON_HEADERS, "Content-Type": RAW_STREAM })}\r\n`
      : upgraded(contentType, protocol),
  );
  const input = joined(body, rest.rest());
  await finish(run({ write: (bytes) => writeTo(socket, bytes), signal: gone.signal, input }), socket);
}

/** The connection of a request, taken from the HTTP server. */
export function detached({ socket }: IncomingMessage, response: ServerResponse): Duplex {
  response.detachSocket(socket);
  for (const event of ["data", "end", "timeout"]) socket.removeAllListeners(event);
  return socket;
}

async function* joined(...parts: readonly AsyncIterable<Uint8Array>[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield* part;
}

/**
 * Milliseconds that docker-py, and Ansible's copy of it, have to read the head of an upgrade alone.
 *
 * They take the socket from under the parser of the head, and with it lose what came together with that. A real engine
 * takes longer to have something to say.
 */
const HEAD_MS = 50;
const LOSES_WHAT_FOLLOWS = /docker-sdk-python|docker-py|ansible-community\.docker/;

/** A request to upgrade: after the reply the socket is a stream of bytes. */
export async function upgrade(api: EngineApi, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
  const gone = new AbortController();
  socket.on("close", () => gone.abort());
  socket.on("error", () => gone.abort());
  closeWhenAbandoned(socket);
  const isWebSocket = request.method === "GET" && request.headers.upgrade?.toLowerCase() === "websocket";
  const incoming = isWebSocket ? undefined : new Incoming(socket, head, Number(request.headers["content-length"] ?? 0));
  const reply = await api.handle(apiRequest(request, incoming?.body() ?? NOTHING, gone.signal));
  if (gone.signal.aborted) return;
  if (reply.kind !== "hijack") {
    await refuse(reply, socket, gone.signal);
    return;
  }
  if (reply.webSocket !== undefined) {
    await playWebSocket(reply, request, socket, { head, signal: gone.signal });
    return;
  }
  const protocol = request.headers.upgrade ?? "tcp";
  socket.write(upgraded(reply.contentType, protocol));
  const read = LOSES_WHAT_FOLLOWS.test(request.headers["user-agent"] ?? "") ? setTimeout(HEAD_MS) : Promise.resolve();
  const write = (bytes: Uint8Array): Promise<void> => read.then(() => writeTo(socket, bytes));
  await finish(reply.run({ write, signal: gone.signal, input: incoming?.rest() ?? NOTHING }), socket);
}

function upgraded(contentType: string, protocol: string): string {
  const headers = { ...COMMON_HEADERS, "Content-Type": contentType, Connection: "Upgrade", Upgrade: protocol };
  return `HTTP/1.1 101 UPGRADED\r\n${headerLines(headers)}\r\n`;
}

async function* nothing(): AsyncIterable<Uint8Array> {}
const NOTHING = nothing();

type Hijack = Extract<ApiReply, { kind: "hijack" }>;

/** Answers a request for an upgrade with an ordinary reply. */
async function refuse(reply: Exclude<ApiReply, Hijack>, socket: Duplex, signal: AbortSignal) {
  const headers: Record<string, string> = { ...COMMON_HEADERS, ...reply.headers, Connection: "close" };
  if (reply.kind === "whole") headers["Content-Length"] = String(reply.body.length);
  socket.write(`HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ""}\r\n${headerLines(headers)}\r\n`);
  if (reply.kind === "whole") socket.end(reply.body);
  else await finish(reply.run({ write: (bytes) => writeTo(socket, bytes), signal }), socket);
}

/** Ends the connection with the work; a failure in the middle breaks it. */
async function finish(work: Promise<void>, target: Writable): Promise<void> {
  try {
    await work;
    target.end();
  } catch (error) {
    target.destroy();
    throw error;
  }
}

function apiRequest(request: IncomingMessage, body: AsyncIterable<Uint8Array>, signal: AbortSignal): ApiRequest {
  // A proxy is asked with the whole URL.
  const url = (request.url ?? "/").replace(/^https?:\/\/[^/?]*/i, "");
  const question = url.indexOf("?");
  const path = question < 0 ? url : url.slice(0, question);
  return {
    method: request.method ?? "GET",
    path,
    query: new Query(question < 0 ? "" : url.slice(question + 1)),
    headers: {
      get: (name) => {
        const value = request.headers[name.toLowerCase()];
        return value === undefined ? null : String(value);
      },
    },
    body,
    signal,
  };
}

const hasNoBody = (status: number): boolean => status === 204 || status === 304;

function headerLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
}

/** Resolves when more may be written, or nobody reads any more. */
function writeTo(target: Writable, bytes: Uint8Array): Promise<void> {
  if (target.destroyed || target.writableEnded || target.write(bytes)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      target.off("drain", done);
      target.off("close", done);
      resolve();
    };
    target.once("drain", done);
    target.once("close", done);
  });
}

/** @throws ConnectionLost if the client breaks off before the end: nobody is there to be told of it */
async function* bodyOf(request: IncomingMessage): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of request) yield plain(chunk as Buffer);
  } catch {
    throw new ConnectionLost();
  }
}

/** A view that is a plain Uint8Array. */
const plain = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

/** Pieces that may wait before the client has to. */
const MAX_WAITING = 64;

/** What comes in on a socket: first the body that the request announced, then everything else. */
class Incoming {
  readonly #socket: Duplex;
  readonly #waiting: Uint8Array[] = [];
  #bodyLeft: number;
  #hasEnded = false;
  #wake: (() => void) | undefined;

  constructor(socket: Duplex, head: Buffer, bodyLength: number) {
    this.#socket = socket;
    this.#bodyLeft = bodyLength;
    if (head.length > 0) this.#waiting.push(plain(head));
    socket.on("data", (chunk: Buffer) => {
      this.#waiting.push(plain(chunk));
      if (this.#waiting.length > MAX_WAITING) socket.pause();
      this.#wake?.();
    });
    const end = (): void => {
      this.#hasEnded = true;
      this.#wake?.();
    };
    socket.on("end", end);
    socket.on("close", end);
  }

  async *body(): AsyncIterable<Uint8Array> {
    while (this.#bodyLeft > 0) {
      const chunk = await this.#next();
      if (chunk === undefined) return;
      const part = chunk.subarray(0, this.#bodyLeft);
      if (chunk.length > part.length) this.#waiting.unshift(chunk.subarray(part.length));
      this.#bodyLeft -= part.length;
      yield part;
    }
  }

  /** A body that nobody has read is left out. */
  async *rest(): AsyncIterable<Uint8Array> {
    for await (const _ of this.body());
    for (let chunk = await this.#next(); chunk !== undefined; chunk = await this.#next()) yield chunk;
  }

  async #next(): Promise<Uint8Array | undefined> {
    while (this.#waiting.length === 0 && !this.#hasEnded) {
      this.#socket.resume();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    return this.#waiting.shift();
  }
}
