/**
 * gRPC's messages and statuses on HTTP/2 streams.
 *
 * @see grpc doc/PROTOCOL-HTTP2.md, doc/statuscodes.md
 */
import type { Http2Stream, IncomingHttpHeaders } from "node:http2";
import { concat, NO_BYTES } from "@bottleship/core/lib";
import { type ErrorDetail, MESSAGES } from "./messages.ts";

export const GRPC_TYPE = "application/grpc";

/** The statuses that are used here. */
export const CODES = { ok: 0, unknown: 2, notFound: 5, unimplemented: 12, unavailable: 14 } as const;

/** A call that failed: what the other side is told, or has told. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly code: number;
  /** Documents about the failure, with the types that the reader knows them by. */
  readonly details: readonly ErrorDetail[];

  constructor(code: number, message: string, details: readonly ErrorDetail[] = []) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

const HEADER_LENGTH = 5;

/** A message with its header: not compressed, and its length. */
function frame(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH + message.length);
  new DataView(bytes.buffer).setUint32(1, message.length);
  bytes.set(message, HEADER_LENGTH);
  return bytes;
}

/** The messages that come in, until the other side has no more. @throws GrpcError for compressed ones */
export async function* messagesOf(stream: Http2Stream): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = NO_BYTES;
  // A reader that stops may still write.
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
    rest = rest.length === 0 ? chunk : concat([rest, chunk]);
    for (let length = lengthOf(rest); length !== undefined; length = lengthOf(rest)) {
      yield rest.slice(HEADER_LENGTH, HEADER_LENGTH + length);
      rest = rest.subarray(HEADER_LENGTH + length);
    }
  }
}

function lengthOf(bytes: Uint8Array): number | undefined {
  if (bytes.length < HEADER_LENGTH) return undefined;
  if (bytes[0] !== 0) throw new GrpcError(CODES.unimplemented, "compressed messages are not read");
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
  return bytes.length < HEADER_LENGTH + length ? undefined : length;
}

/** Resolves when more may follow. */
export async function send(stream: Http2Stream, message: Uint8Array): Promise<void> {
  if (stream.destroyed || stream.write(frame(message))) return;
  await new Promise<void>((resolve) => {
    const goOn = (): void => {
      stream.off("drain", goOn).off("close", goOn);
      resolve();
    };
    stream.on("drain", goOn).on("close", goOn);
  });
}

/** How a call has ended, as its last headers. */
export function trailersOf(error: unknown): Record<string, string> {
  if (error === undefined) return { "grpc-status": String(CODES.ok) };
  const known = error instanceof GrpcError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const code = known?.code ?? CODES.unknown;
  const status = MESSAGES.status.encode({ code, message, details: known?.details ?? [] });
  return {
    "grpc-status": String(code),
    "grpc-message": encodeURIComponent(message),
    "grpc-status-details-bin": Buffer.from(status).toString("base64").replace(/=+$/, ""),
  };
}

/** @throws GrpcError unless the headers say that all is well */
export function checkStatus(headers: IncomingHttpHeaders): void {
  const code = headers["grpc-status"];
  if (code === undefined || code === "0") return;
  throw new GrpcError(Number(code), decodeURIComponent(String(headers["grpc-message"] ?? "")));
}
