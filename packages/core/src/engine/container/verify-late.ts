/**
 * What Docker finds wrong with a request only after it has taken the container's name.
 *
 * @see moby daemon/daemon_unix.go parseSecurityOpt, daemon/graphdriver/overlay2/overlay.go CreateReadWrite
 */
import { isBool, quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { HostConfig } from "../docker/create-body.ts";

/** @throws StatusError internal in the daemon's words */
export function verifyLate({ SecurityOpt: options, StorageOpt: storage }: Partial<HostConfig>): void {
  if (options != null) for (const option of options) verifySecurityOption(option);
  if (storage != null) verifyStorage(Object.keys(storage));
}

const SECURITY_OPTIONS: ReadonlySet<string> = new Set([
  "label",
  "apparmor",
  "seccomp",
  "no-new-privileges",
  "writable-cgroups",
]);

/** What is said of these is true or false. */
const BOOLEAN_OPTIONS: ReadonlySet<string> = new Set(["no-new-privileges", "writable-cgroups"]);

function verifySecurityOption(option: string): void {
  if (option === "no-new-privileges" || option === "disable" || option === "writable-cgroups") return;
  const [, name] = /^([^=:]*)[=:]/.exec(option) ?? [];
  if (name === undefined) throw problem(`invalid --security-opt 1: ${quote(option)}`);
  const isBad = BOOLEAN_OPTIONS.has(name) && !isBool(option.slice(name.length + 1));
  if (isBad || !SECURITY_OPTIONS.has(name)) throw problem(`invalid --security-opt 2: ${quote(option)}`);
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
