/**
 * From a reply of the API to what dockerode's callbacks get: a document, bytes, a stream, or an error in its form.
 *
 * @see docker-modem lib/modem.js, buildPayload
 */

import { type ApiReply, COMMON_HEADERS } from "@bottleship/engine-api";
import { Buffer } from "buffer";
import { jsonCopy } from "./json-copy.ts";
import type { DialOptions } from "./request.ts";
import { ReplyStream } from "./streams.ts";

/** What went wrong, as dockerode's users look at it. */
export class ModemError extends Error {
  /** Why, in the words that dockerode has for this status. */
  readonly reason: string | undefined;
  readonly statusCode: number;
  /** The body: usually `{ message }`. */
  readonly json: unknown;

  constructor(statusCode: number, reason: string | undefined, json: unknown) {
    super(`(HTTP code ${statusCode}) ${reason ?? "unexpected"} - ${String(causeOf(json))} `);
    this.statusCode = statusCode;
    this.reason = reason;
    this.json = json;
  }
}

/** What a reply comes to, or a promise of it: rejected with a ModemError for a status that is not well. */
export function resultOf(reply: ApiReply, dial: DialOptions): unknown {
  const status = reply.kind === "hijack" ? 200 : reply.status;
  const verdict = dial.statusCodes?.[status];
  // A connection that became a stream of bytes has no status: 101 is always well.
  const isWell = verdict === true || (reply.kind === "hijack" && dial.hijack === true);
  if (!isWell) return failureOf(reply, status, typeof verdict === "string" ? verdict : undefined);
  return dial.isStream === true ? streamOf(reply, dial) : contentOf(reply);
}

async function failureOf(reply: ApiReply, status: number, reason: string | undefined): Promise<never> {
  throw new ModemError(status, reason, await contentOf(reply));
}

/** A JSON value, or else the bytes themselves; a promise of it where they come bit by bit. */
function contentOf(reply: ApiReply): unknown {
  if (reply.kind !== "whole") return bytesOf(reply).then(parsed);
  const { document, isOwn } = reply;
  if (typeof document === "object" && document !== null) return isOwn === true ? document : jsonCopy(document);
  const { body } = reply;
  // Most replies without a document are empty, and an exception takes longer than all the rest.
  if (body.length === 0) return EMPTY;
  return parsed(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
}

function streamOf(reply: ApiReply, dial: DialOptions): ReplyStream {
  if (reply.kind === "hijack") {
    const stream = new ReplyStream(200, { ...COMMON_HEADERS, "Content-Type": reply.contentType }).play(reply.run);
    if (dial.hijack !== true && dial.openStdin !== true) stream.end();
    return stream;
  }
  const stream = new ReplyStream(reply.status, { ...COMMON_HEADERS, ...reply.headers });
  stream.end();
  return stream.play(reply.kind === "stream" ? reply.run : (output) => output.write(reply.body));
}

async function bytesOf(reply: Exclude<ApiReply, { kind: "whole" }>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const signal = new AbortController().signal;
  const write = (bytes: Uint8Array): Promise<void> => {
    chunks.push(bytes);
    return Promise.resolve();
  };
  await reply.run({ write, signal, input: nothing() });
  await otherReplies();
  return Buffer.concat(chunks);
}

/** What other replies had written by then is with whoever reads it: `docker.run` shows the output before the end. */
const otherReplies = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

async function* nothing(): AsyncIterable<Uint8Array> {}

const EMPTY = Buffer.alloc(0);

function parsed(bytes: Buffer): unknown {
  try {
    return (JSON.parse(bytes.toString()) as unknown) || bytes;
  } catch {
    return bytes;
  }
}

function causeOf(json: unknown): unknown {
  if (typeof json !== "object" || json === null) return json;
  if ("message" in json) return json.message;
  return "error" in json ? json.error : json;
}
