/**
 * Why a registry refuses, and the document that says so.
 *
 * @see distribution-spec "Error Codes"; distribution registry/api/v2/errors.go for messages and statuses
 */
import { documentBytes } from "../../oci/index.ts";
import { bodyOf } from "../body.ts";

/** Codes with their usual status and message. */
export const PROBLEMS = {
  BLOB_UNKNOWN: [404, "blob unknown to registry"],
  BLOB_UPLOAD_INVALID: [400, "blob upload invalid"],
  BLOB_UPLOAD_UNKNOWN: [404, "blob upload unknown to registry"],
  DIGEST_INVALID: [400, "provided digest did not match uploaded content"],
  MANIFEST_BLOB_UNKNOWN: [400, "blob unknown to registry"],
  MANIFEST_INVALID: [400, "manifest invalid"],
  MANIFEST_UNKNOWN: [404, "manifest unknown"],
  NAME_INVALID: [400, "invalid repository name"],
  NAME_UNKNOWN: [404, "repository name not known to registry"],
  PAGINATION_NUMBER_INVALID: [400, "invalid number of results requested"],
  RANGE_INVALID: [416, "invalid content range"],
  SIZE_INVALID: [400, "provided length did not match content length"],
  TAG_INVALID: [400, "manifest tag did not match URI"],
  UNAUTHORIZED: [401, "authentication required"],
  DENIED: [403, "requested access to the resource is denied"],
  UNSUPPORTED: [405, "The operation is unsupported."],
  TOOMANYREQUESTS: [429, "too many requests"],
  UNAVAILABLE: [503, "service unavailable"],
  UNKNOWN: [500, "unknown error"],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>;

export type ProblemCode = keyof typeof PROBLEMS;

export interface ProblemOptions {
  readonly status?: number;
  readonly message?: string;
  readonly detail?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown by whoever handles a request; becomes the response. */
export class RegistryProblem extends Error {
  override readonly name = "RegistryProblem";
  readonly code: ProblemCode;
  readonly options: ProblemOptions;

  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(options.message ?? PROBLEMS[code][1]);
    this.code = code;
    this.options = options;
  }

  response(): Response {
    const { status, detail, headers } = this.options;
    const error = { code: this.code, message: this.message, ...(detail === undefined ? {} : { detail }) };
    return jsonResponse({ errors: [error] }, { status: status ?? PROBLEMS[this.code][0], ...(headers && { headers }) });
  }
}

export function jsonResponse(
  document: unknown,
  {
    status = 200,
    headers = {},
  }: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const bytes = documentBytes(document);
  const all = { "content-type": "application/json", "content-length": String(bytes.length), ...headers };
  return new Response(bodyOf(bytes), { status, headers: all });
}
