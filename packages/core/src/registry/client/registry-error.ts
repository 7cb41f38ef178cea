/**
 * What a registry has answered, as an error: its message is what Docker prints of it.
 *
 * @see distribution registry/api/errcode, registry/client/errors.go
 */
import { decode, StatusError, type StatusKind } from "../../lib/index.ts";
import { bytesOf } from "../body.ts";
import { PROBLEMS, type ProblemCode } from "../server/problem.ts";
import { parseChallenge } from "./challenge.ts";

/** An answer that is a failure. */
export class RegistryError extends StatusError {
  readonly status: number;
  /** "MANIFEST_UNKNOWN"; "" if the answer has none. */
  readonly code: string;
  /** The registry's own words. */
  readonly detail: string;
  /** Seconds after which it may be tried again, if the registry says so. */
  readonly retryAfter: number | undefined;
  /** "404 Not Found" */
  readonly statusLine: string;

  constructor(message: string, answer: RegistryAnswer) {
    super(kindOf(answer.status, answer.code), message);
    this.status = answer.status;
    this.code = answer.code;
    this.detail = answer.detail;
    this.retryAfter = answer.retryAfter;
    this.statusLine = answer.statusLine;
  }
}

export type RegistryAnswer = Pick<RegistryError, "status" | "code" | "detail" | "retryAfter" | "statusLine">;

/** The connection has failed or broken off. */
export class ConnectionError extends StatusError {
  constructor(message: string, options?: ErrorOptions) {
    super("unavailable", message, options);
  }
}

/** No token was to be had. */
export class TokenError extends StatusError {
  override readonly cause: StatusError;
  /** Where it was asked for. */
  readonly url: string;
  /** Whether the token was asked for without a name and a password. */
  readonly isAnonymous: boolean;

  constructor(
    message: string,
    { cause, url, isAnonymous }: { readonly cause: StatusError; readonly url: string; readonly isAnonymous: boolean },
  ) {
    super(cause.kind, message, { cause });
    this.cause = cause;
    this.url = url;
    this.isAnonymous = isAnonymous;
  }

  /** The same error with the request before it that it went wrong in: `Head "https://…": `. */
  during(request: string): TokenError {
    return new TokenError(`${request}: ${this.message}`, this);
  }
}

const NOTHING_TOLD: Told = ["", "", true];
const ERROR_BODY_LIMIT = 1 << 16;

export async function errorOf(response: Response): Promise<RegistryError> {
  const { status } = response;
  const isRefusal = status >= 400 && status < 500;
  const told = isRefusal ? (challengeError(response) ?? (await firstError(response))) : NOTHING_TOLD;
  const [code, detail, isBare] = told;
  const after = Number(response.headers.get("retry-after") ?? Number.NaN);
  const retryAfter = Number.isFinite(after) ? after : undefined;
  const message =
    code === "" ? `received unexpected HTTP status: ${statusLine(response)}` : toldText(code, detail, isBare);
  return new RegistryError(message, { status, code, detail, retryAfter, statusLine: statusLine(response) });
}

/** "404 Not Found" */
export const statusLine = ({ status, statusText }: Response): string =>
  `${status} ${statusText || (REASONS[status] ?? "")}`.trim();

/** The registry's own error, if the answer has one: "denied: requested access to the resource is denied". */
export async function errorInBody(response: Response): Promise<string | undefined> {
  const [code, detail, isBare] = await firstError(response);
  return code === "" ? undefined : toldText(code, detail, isBare);
}

const toldText = (code: string, detail: string, isBare: boolean): string =>
  `${code.toLowerCase().replaceAll("_", " ")}${isBare ? "" : `: ${detail}`}`;

type Told = readonly [code: string, message: string, isBare: boolean];

/** What a challenge says goes before the body. @see RFC 6750 section 3.1 */
function challengeError(response: Response): Told | undefined {
  const challenge = parseChallenge(response.headers.get("www-authenticate") ?? "");
  const error = challenge?.scheme === "bearer" ? challenge.parameters.get("error") : undefined;
  if (error === "insufficient_scope") return ["DENIED", PROBLEMS.DENIED[1], false];
  return error === "invalid_token" ? ["UNAUTHORIZED", PROBLEMS.UNAUTHORIZED[1], false] : undefined;
}

/** A code whose message is the usual one, without a detail, is told by itself. */
async function firstError(response: Response): Promise<Told> {
  try {
    const body: unknown = JSON.parse(decode(await bytesOf(response, ERROR_BODY_LIMIT)));
    const errors = typeof body === "object" && body !== null && "errors" in body ? body.errors : undefined;
    const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
    if (typeof first !== "object" || first === null || !("code" in first) || typeof first.code !== "string") {
      return NOTHING_TOLD;
    }
    const { code } = first;
    const message = "message" in first && typeof first.message === "string" ? first.message : "";
    const usual = Object.hasOwn(PROBLEMS, code) ? PROBLEMS[code as ProblemCode][1] : undefined;
    return [code, message, message === usual && (!("detail" in first) || first.detail === null)];
  } catch {
    return NOTHING_TOLD;
  }
}

function kindOf(status: number, code: string): StatusKind {
  if (status === 401 || code === "UNAUTHORIZED") return "unauthenticated";
  if (status === 403 || code === "DENIED") return "permission-denied";
  if (status === 404) return "not-found";
  if (status === 429) return "resource-exhausted";
  return status >= 500 ? "unavailable" : "invalid-argument";
}

/** @see Go net/http StatusText */
const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  413: "Request Entity Too Large",
  416: "Requested Range Not Satisfiable",
  418: "I'm a teapot",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
