/**
 * What Docker finds wrong with a request only after it has taken the container's name.
 *
 * @see moby daemon/graphdriver/overlay2/overlay.go CreateReadWrite
 */
import { StatusError } from "../../lib/index.ts";
import type { HostConfig } from "../docker/create-body.ts";
import { parseSecurityOptions } from "./security-options.ts";

/** @throws StatusError internal in the daemon's words */
export function verifyLate({ SecurityOpt: options, StorageOpt: storage }: Partial<HostConfig>): void {
  parseSecurityOptions(options);
  if (storage != null) verifyStorage(Object.keys(storage));
}

/** The disk of the machine is one of which no quota can be had. */
function verifyStorage(names: readonly string[]): void {
  if (names.length === 0) return;
  if (names.some((name) => name.toLowerCase() === "size")) {
    throw problem("--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
  }
  throw problem(`Unknown option ${names[0] ?? ""}`);
}

function problem(message: string): StatusError {
  return new StatusError("internal", message);
}
