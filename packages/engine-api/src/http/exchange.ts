/**
 * Requests and replies as plain objects: what the router works on.
 *
 * Whoever has a real connection (a `Request`, a socket, a test) makes the one and plays the other.
 */
import { encode } from "@bottleship/core/lib";

/** A request, however it came. */
export interface ApiRequest {
  readonly method: string;
  /** As it came, without the query: "/v1.51/containers/web/json". */
  readonly path: string;
  /** With its faults, if it is a `Query`. */
  readonly query: URLSearchParams;
  readonly headers: { get(name: string): string | null };
  /** The body in pieces; nothing for a request that has none. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** A body that is there as a whole, as text: clients in the same process have it so, and nobody waits for its pieces. */
export class TextBody implements AsyncIterable<Uint8Array> {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    if (this.text !== "") yield encode(this.text);
  }
}

/** Where the body of a streamed reply goes. */
export interface Output {
  /** Resolves when more may follow. */
  write(bytes: Uint8Array): Promise<void>;
  /** Aborted when nobody reads any more. */
  readonly signal: AbortSignal;
}

/** A connection that is no longer HTTP: bytes both ways. `input` ends when the client closes its half. */
export interface HijackedStream extends Output {
  readonly input: AsyncIterable<Uint8Array>;
}

export type WebSocketMessages = "text" | "binary";

type Headers = Readonly<Record<string, string>>;

/** A reply: `whole`, a `stream` of bytes, or a connection that is taken over (`hijack`). */
export type ApiReply =
  | {
      readonly kind: "whole";
      readonly status: number;
      readonly headers: Headers;
      readonly body: Uint8Array;
      /** What the body says, if it is JSON: for clients in the same process, who copy it and need no text. */
      readonly document?: unknown;
      /** The document shares no part with anything else: it need not be copied. */
      readonly isOwn?: boolean;
    }
  /** The status and headers are sent at once; then `run` writes, and the body ends when it resolves. */
  | {
      readonly kind: "stream";
      readonly status: number;
      readonly headers: Headers;
      readonly run: (output: Output) => Promise<void>;
    }
  /** 101 for a client that asked for an upgrade, else a 200 that is streamed. */
  | {
      readonly kind: "hijack";
      /** After an upgrade; the other is called a raw stream, whatever is in it. */
      readonly contentType: string;
      /** The connection becomes a WebSocket, and what is written messages of this kind. */
      readonly webSocket?: WebSocketMessages;
      readonly run: (stream: HijackedStream) => Promise<void>;
    };

const JSON_TYPE = { "Content-Type": "application/json" };
const NOTHING = new Uint8Array();

/** A JSON document, which nobody changes any more; Go's encoder ends it with a newline. */
export function json(value: unknown, status = 200): ApiReply {
  return new JsonReply(value, status, false);
}

/**
 * A JSON document that was made for this reply, every part of it, and says nothing that JSON does not: who asked for it in
 * the same process gets it as it is.
 */
export function ownJson(value: object, status = 200): ApiReply {
  return new JsonReply(value, status, true);
}

/** Its text is made when somebody reads it. */
class JsonReply {
  readonly kind = "whole";
  readonly headers = JSON_TYPE;
  readonly status: number;
  readonly document: unknown;
  readonly isOwn: boolean;
  #body: Uint8Array | undefined;

  constructor(document: unknown, status: number, isOwn: boolean) {
    this.document = document;
    this.status = status;
    this.isOwn = isOwn;
  }

  get body(): Uint8Array {
    this.#body ??= encode(`${JSON.stringify(this.document)}\n`);
    return this.#body;
  }
}

/** A status and nothing else. */
export function empty(status: number, headers: Headers = {}): ApiReply {
  return { kind: "whole", status, headers, body: NOTHING };
}

export function bytes(body: Uint8Array, contentType: string, headers: Headers = {}): ApiReply {
  return { kind: "whole", status: 200, headers: { "Content-Type": contentType, ...headers }, body };
}

/** An archive, chunk by chunk: how long it is a daemon does not tell. */
export function chunked(chunks: Iterable<Uint8Array>, contentType: string, headers: Headers = {}): ApiReply {
  const run = async ({ write, signal }: Output): Promise<void> => {
    for (const chunk of chunks) if (!signal.aborted) await write(chunk);
  };
  return { kind: "stream", status: 200, headers: { "Content-Type": contentType, ...headers }, run };
}

export function stream(contentType: string, run: (output: Output) => Promise<void>): ApiReply {
  return { kind: "stream", status: 200, headers: { "Content-Type": contentType }, run };
}

export function hijack(contentType: string, run: (stream: HijackedStream) => Promise<void>): ApiReply {
  return { kind: "hijack", contentType, run };
}
