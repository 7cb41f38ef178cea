/**
 * What `--security-opt` asks for.
 *
 * @see moby daemon/daemon_unix.go parseSecurityOpt
 */
import { isBool, isTrue, quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";

export interface SecurityOptions {
  readonly noNewPrivileges: boolean;
  /** `undefined` if nothing is said of it: then only privileged containers may change cgroups. */
  readonly writableCgroups: boolean | undefined;
  /** `builtin`, `unconfined`, or a profile as JSON. Empty if nothing is said of it. */
  readonly seccompProfile: string;
}

const NONE: SecurityOptions = { noNewPrivileges: false, writableCgroups: undefined, seccompProfile: "" };

/** The last of each kind counts. @throws StatusError internal in the daemon's words */
export function parseSecurityOptions(options: readonly string[] | null | undefined): SecurityOptions {
  if (options == null || options.length === 0) return NONE;
  const known = { ...NONE };
  for (const option of options) readOption(option, known);
  return known;
}

type Draft = { -readonly [Field in keyof SecurityOptions]: SecurityOptions[Field] };

function readOption(option: string, draft: Draft): void {
  const [key = "", value] = option.includes("=") ? halves(option, "=") : halves(option, ":");
  if (value === undefined && !["no-new-privileges", "writable-cgroups", "disable"].includes(key)) {
    throw new StatusError("internal", `invalid --security-opt 1: ${quote(option)}`);
  }
  switch (key) {
    case "no-new-privileges":
      draft.noNewPrivileges = booleanOf(option, value);
      return;
    case "writable-cgroups":
      draft.writableCgroups = booleanOf(option, value);
      return;
    case "seccomp":
      draft.seccompProfile = value ?? "";
      return;
    case "label":
    case "apparmor":
      return;
    default:
      if (value !== undefined) throw badOption(option);
  }
}

function halves(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function booleanOf(option: string, value: string | undefined): boolean {
  if (value !== undefined && !isBool(value)) throw badOption(option);
  return value === undefined || isTrue(value);
}

function badOption(option: string): StatusError {
  return new StatusError("internal", `invalid --security-opt 2: ${quote(option)}`);
}
