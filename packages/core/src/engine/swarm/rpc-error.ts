/**
 * How a swarm's manager refuses: the daemon asks it over gRPC, and hands its answers on with their codes.
 *
 * @see moby api/server/httpstatus/status.go: statusCodeFromGRPCError
 */
import { StatusError, type StatusKind } from "../../lib/index.ts";

export type RpcCode =
  | "AlreadyExists"
  | "DeadlineExceeded"
  | "FailedPrecondition"
  | "InvalidArgument"
  | "NotFound"
  | "Unavailable"
  | "Unimplemented"
  | "Unknown";

const KINDS: Readonly<Record<RpcCode, StatusKind>> = {
  AlreadyExists: "already-exists",
  DeadlineExceeded: "internal",
  FailedPrecondition: "invalid-argument",
  InvalidArgument: "invalid-argument",
  NotFound: "not-found",
  Unavailable: "unavailable",
  Unimplemented: "not-implemented",
  Unknown: "internal",
};

/** The manager's answer as a client of the daemon reads it. */
export function rpcError(code: RpcCode, description: string): StatusError {
  return new StatusError(KINDS[code], `rpc error: code = ${code} desc = ${description}`);
}
