/**
 * Names of ways to do things: `--restart`, `--security-opt`, `--sysctl`, `--log-opt`, `--storage-opt`, `--pull`,
 * namespace modes, capabilities.
 *
 * Model: docker/cli opts.ParseRestartPolicy, opts.ValidateSysctl, container.parseSecurityOpts; docker/client.
 */

import { atoi, compactJson, quote, reworded } from "../../../lib/go/index.ts";
import { decode } from "../../../lib/index.ts";
import type { ClientMachine } from "../client.ts";
import type { RestartPolicy, StringMap } from "../create-body.ts";
import { ValueError } from "../problem.ts";
import { cut, toMap } from "./pairs.ts";

/** `NAME[:COUNT]`; the name is not judged here. */
export function parseRestart(text: string): RestartPolicy {
  const [name, count] = cut(text, ":");
  if (count !== undefined && name === "")
    throw new ValueError("invalid restart policy format: no policy provided before colon");
  return { Name: name, MaximumRetryCount: count ? retryCount(count) : 0 };
}

function retryCount(text: string): number {
  return reworded(
    () => atoi(text),
    () => new ValueError("invalid restart policy format: maximum retry count must be an integer"),
  );
}

export interface SecurityOptions {
  readonly options: readonly string[] | null;
  /** `systempaths=unconfined`: nothing is masked or read-only; it is not sent to the engine. */
  readonly unconfinedPaths: boolean;
}

/** All `--security-opt` options; the file of a seccomp profile is read and sent along. */
export function parseSecurity(texts: readonly string[], client: ClientMachine): SecurityOptions {
  const options = texts.map((text) => securityOption(text, client));
  const kept = options.filter((option) => option !== "systempaths=unconfined");
  return { options: texts.length === 0 ? null : kept, unconfinedPaths: kept.length < options.length };
}

function securityOption(text: string, client: ClientMachine): string {
  const equals = cut(text, "=");
  const [key, value] = equals[1] === undefined && text !== "no-new-privileges" ? cut(text, ":") : equals;
  if (!value && key !== "no-new-privileges") throw new ValueError(`Invalid --security-opt: ${quote(text)}`);
  if (key !== "seccomp" || value === undefined || value === "builtin" || value === "unconfined") return text;
  const profile = client.readFile(value);
  if (typeof profile === "string")
    throw new ValueError(`opening seccomp profile (${value}) failed: open ${value}: ${profile}`);
  return `seccomp=${compactProfile(decode(profile), value)}`;
}

function compactProfile(profile: string, path: string): string {
  return reworded(
    () => compactJson(profile),
    ({ message }) => new ValueError(`compacting json for seccomp profile (${path}) failed: ${message}`),
  );
}

const SYSCTLS = new Set(
  ["msgmax", "msgmnb", "msgmni", "sem", "shmall", "shmmax", "shmmni", "shm_rmid_forced"].map(
    (name) => `kernel.${name}`,
  ),
);

/** `NAME=VALUE` of a setting that a namespace has for itself. */
export function sysctl(text: string): string {
  const [name, value] = cut(text, "=");
  const known = SYSCTLS.has(name) || name.startsWith("net.") || name.startsWith("fs.mqueue.");
  if (value === undefined || !known) throw new ValueError(`sysctl '${text}' is not allowed`);
  return text;
}

/** `--log-opt`; the driver `none` takes none. */
export function parseLogOptions(driver: string, texts: readonly string[]): StringMap {
  if (driver === "none" && texts.length > 0) throw new ValueError(`invalid logging opts for driver ${driver}`);
  return toMap(texts);
}

/** `--storage-opt NAME=VALUE`. */
export function parseStorageOptions(texts: readonly string[]): StringMap {
  if (texts.some((text) => !text.includes("="))) throw new ValueError("invalid storage option");
  return toMap(texts);
}

/** When `run` and `create` fetch the image. */
export type PullPolicy = "always" | "missing" | "never";

/** The empty text is accepted and never pulls. */
export function parsePull(text: string): PullPolicy {
  if (text === "") return "never";
  if (text === "always" || text === "missing" || text === "never") return text;
  throw new ValueError(`invalid pull option: '${text}': must be one of "always", "missing" or "never"`);
}

/** Refuses a mode of a namespace that Docker does not know. */
export function checkModes(modes: {
  readonly pid: string;
  readonly uts: string;
  readonly userns: string;
  readonly cgroupns: string;
}): void {
  if (!["", "host"].includes(modes.pid) && !/^container:./s.test(modes.pid))
    throw new ValueError("--pid: invalid PID mode");
  if (!["", "host"].includes(modes.uts)) throw new ValueError("--uts: invalid UTS mode");
  if (!["", "host"].includes(modes.userns)) throw new ValueError("--userns: invalid USER mode");
  if (!["", "host", "private"].includes(modes.cgroupns)) throw new ValueError("--cgroupns: invalid CGROUP mode");
}

/** Capabilities in upper case with `CAP_`, each once, sorted. */
export function normalizeCapabilities(names: readonly string[]): readonly string[] | null {
  const normal = names.map((name) => {
    const upper = name.toUpperCase();
    return upper === "ALL" || upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
  });
  return normal.length === 0 ? null : [...new Set(normal)].sort();
}

export interface EffectiveCapabilities {
  readonly added: readonly string[];
  readonly dropped: readonly string[];
}

/** `ALL` stands for all others; what is both added and dropped is added. @see docker/cli opts.EffectiveCapabilities */
export function effectiveCapabilities(add: readonly string[], drop: readonly string[]): EffectiveCapabilities {
  const [added, dropped] = [add, drop].map((names) => {
    const normal = normalizeCapabilities(names) ?? [];
    return normal.includes("ALL") ? ["ALL"] : normal;
  });
  return { added: added ?? [], dropped: (dropped ?? []).filter((name) => !added?.includes(name)) };
}
