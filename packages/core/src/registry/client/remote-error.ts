/** What BuildKit says of registries that do not give what it wants. @see containerd core/remotes/errors, docker/errcode.go */
import { StatusError } from "../../lib/index.ts";
import { errorInBody, RegistryError, statusLine, TokenError } from "./registry-error.ts";

export interface RemoteFailure {
  /** Of several hosts' failures the one that came farthest is told: 1 no answer, 2 not there, 3 another answer. */
  readonly rank: number;
  /** Whether trying again may help. */
  readonly isMomentary?: boolean;
  readonly cause?: unknown;
}

export class RemoteError extends StatusError {
  readonly rank: number;
  readonly isMomentary: boolean;

  constructor(message: string, { rank, isMomentary = false, cause }: RemoteFailure) {
    super(rank === 2 || rank === 0 ? "not-found" : "unavailable", message, { cause });
    this.rank = rank;
    this.isMomentary = isMomentary;
  }

  prefixed(prefix: string): RemoteError {
    return new RemoteError(`${prefix}: ${this.message}`, this);
  }
}

/** An answer, and the request as it was sent in the end. */
export interface Answer {
  readonly response: Response;
  readonly status: number;
  readonly ok: boolean;
  readonly method: string;
  readonly url: string;
}

/** `unexpected status from HEAD request to http://…: 429 Too Many Requests`, and below it what the registry says. */
export async function unexpectedStatus({ response, status, method, url }: Answer): Promise<RemoteError> {
  const told = method === "HEAD" ? undefined : await errorInBody(response);
  const line = `unexpected status from ${method} request to ${url}: ${statusLine(response)}`;
  return new RemoteError(told === undefined ? line : `${line}\n${told}`, { rank: 3, isMomentary: status >= 500 });
}

/** Tokens without a login are asked for with GET, others with POST. */
export function tokenFailure({ message, cause, url, isAnonymous }: TokenError): TokenError {
  const kind = isAnonymous ? "anonymous" : "oauth";
  const isTold = !(cause instanceof RegistryError) || (!isAnonymous && cause.code !== "");
  const status = cause instanceof RegistryError ? cause.statusLine : "";
  const what = isTold ? message : `unexpected status from ${isAnonymous ? "GET" : "POST"} request to ${url}: ${status}`;
  return new TokenError(`failed to fetch ${kind} token: ${what}`, { cause, url, isAnonymous });
}
