/**
 * Errors at the door: what the engine throws, as an HTTP status and Docker's JSON message.
 *
 * @see moby api/server/httpstatus, api/server/httputils
 */
import { RefusedCall } from "@bottleship/core/faults";
import { encode, StatusError, type StatusKind } from "@bottleship/core/lib";
import { type ApiReply, empty, json } from "./exchange.ts";

const STATUS: Readonly<Record<StatusKind, number>> = {
  "invalid-argument": 400,
  "not-found": 404,
  "already-exists": 409,
  conflict: 409,
  "failed-precondition": 412,
  "permission-denied": 403,
  unauthenticated: 401,
  "not-modified": 304,
  "resource-exhausted": 429,
  unavailable: 503,
  "not-implemented": 501,
  internal: 500,
};

/** An answer that no kind of StatusError stands for. */
export class HttpProblem extends Error {
  override readonly name = "HttpProblem";
  readonly status: number;
  /** Told as a text, to clients that are older than the JSON of errors. */
  readonly isPlain: boolean;

  constructor(status: number, message: string, { isPlain = false } = {}) {
    super(message);
    this.status = status;
    this.isPlain = isPlain;
  }
}

/** 400 with this message. */
export function badRequest(message: string): StatusError {
  return new StatusError("invalid-argument", message);
}

export function statusOf(error: unknown): number {
  if (error instanceof RefusedCall) return error.status;
  if (error instanceof StatusError) return STATUS[error.kind];
  return error instanceof HttpProblem ? error.status : 500;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The reply to a request that failed. */
export function problemReply(error: unknown): ApiReply {
  const status = statusOf(error);
  if (error instanceof HttpProblem && error.isPlain) {
    const headers = { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" };
    return { kind: "whole", status, headers, body: encode(`${error.message}\n`) };
  }
  return status === 304 ? empty(304) : json({ message: messageOf(error) }, status);
}
