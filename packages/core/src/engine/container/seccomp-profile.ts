/**
 * Profiles of system calls as Docker's users write them: those of the OCI, and beyond them rules that hold for some
 * capabilities, architectures and kernels only.
 *
 * @see moby daemon/seccomp_linux.go, github.com/moby/profiles/seccomp
 */
import type { SeccompFilter } from "../../abi/index.ts";
import { DEFAULT_MACHINE } from "../../kernel/index.ts";
import { parseJson, quote, reworded, ValueError } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { LinuxSeccomp, LinuxSyscall } from "../../oci/index.ts";
import { compileSeccomp } from "../../runtime/index.ts";
import { CREATE_FAILED } from "./start-failure.ts";

interface Filter {
  readonly caps?: readonly string[] | null;
  readonly arches?: readonly string[] | null;
  readonly minKernel?: unknown;
}

interface ProfileCall extends LinuxSyscall {
  /** As profiles were written once. */
  readonly name?: string;
  readonly includes?: Filter | null;
  readonly excludes?: Filter | null;
}

interface Profile extends Omit<LinuxSeccomp, "syscalls"> {
  readonly archMap?:
    | readonly { readonly architecture?: string; readonly subArchitectures?: readonly string[] }[]
    | null;
  readonly syscalls?: readonly ProfileCall[] | null;
}

const ARCHITECTURE = "amd64";
const OCI_ARCHITECTURE = "SCMP_ARCH_X86_64";

/**
 * The filter of a container with a profile of its own; `undefined` if it says nothing.
 *
 * @param capabilities those that its processes may ever have
 * @throws StatusError internal for a profile that cannot be read, or that the runtime refuses
 */
export function customSeccomp(text: string, capabilities: readonly string[]): SeccompFilter | undefined {
  const profile = forContainer(decodeProfile(text), capabilities);
  return reworded(
    () => compileSeccomp(profile, "custom"),
    ({ message }) => problem(`${CREATE_FAILED}${message}`),
  );
}

const problem = (message: string): StatusError => new StatusError("internal", message);

function forContainer(profile: Profile, capabilities: readonly string[]): LinuxSeccomp {
  const { archMap, syscalls, ...rest } = profile;
  if (!profile.defaultAction && !syscalls?.length) return {};
  if (profile.architectures?.length && archMap?.length) {
    throw problem(eitherOr("architectures", "archMap"));
  }
  const map = archMap?.find(({ architecture }) => architecture === OCI_ARCHITECTURE);
  const added = map === undefined ? [] : [OCI_ARCHITECTURE, ...(map.subArchitectures ?? [])];
  const kept: LinuxSyscall[] = [];
  for (const { name, includes, excludes, ...call } of syscalls ?? []) {
    if (name && call.names?.length) throw problem(eitherOr("name", "names"));
    if (excludes != null && isExcluded(excludes, capabilities)) continue;
    if (includes != null && !isIncluded(includes, capabilities)) continue;
    kept.push(name ? { ...call, names: [name] } : call);
  }
  return { ...rest, architectures: [...(profile.architectures ?? []), ...added], syscalls: kept };
}

const eitherOr = (one: string, other: string): string =>
  `both '${one}' and '${other}' are specified in the seccomp profile, use either '${one}' or '${other}'`;

function isExcluded({ arches, caps, minKernel }: Filter, capabilities: readonly string[]): boolean {
  if (arches?.includes(ARCHITECTURE) || caps?.some((name) => capabilities.includes(name))) return true;
  return minKernel != null && minKernel !== "" && hasKernel(minKernel);
}

function isIncluded({ arches, caps, minKernel }: Filter, capabilities: readonly string[]): boolean {
  if (arches?.length && !arches.includes(ARCHITECTURE)) return false;
  if (caps?.some((name) => !capabilities.includes(name))) return false;
  return minKernel == null || minKernel === "" || hasKernel(minKernel);
}

/** The machine's kernel is at least that one. */
function hasKernel(wanted: unknown): boolean {
  const [kernel = 0, major = 0] = String(wanted).split(".").map(Number);
  const [own = 0, ownMajor = 0] = DEFAULT_MACHINE.kernelRelease.split(".").map((part) => Number.parseInt(part, 10));
  return own > kernel || (own === kernel && ownMajor >= major);
}

// ── reading ──

/** @throws StatusError internal */
function decodeProfile(text: string): Profile {
  return reworded(
    () => {
      const value = parseJson(text);
      checkProfile(value);
      return (value ?? {}) as Profile;
    },
    ({ message }) => problem(`Decoding seccomp profile failed: ${message}`),
  );
}

function checkProfile(value: unknown): void {
  if (value === null) return;
  if (kindOf(value) !== "object") {
    throw new ValueError(`json: cannot unmarshal ${kindOf(value)} into Go value of type seccomp.Seccomp`);
  }
  const profile = value as Readonly<Record<string, unknown>>;
  check(profile, "Seccomp", "", {
    defaultAction: ["string", "specs.LinuxSeccompAction"],
    defaultErrnoRet: ["number", "uint"],
    architectures: ["array", "[]specs.Arch"],
    flags: ["array", "[]specs.LinuxSeccompFlag"],
    archMap: ["array", "[]seccomp.Architecture"],
    syscalls: ["array", "[]*seccomp.Syscall"],
  });
  for (const call of (profile.syscalls ?? []) as readonly Readonly<Record<string, unknown>>[]) {
    check(call, "Syscall", "syscalls.", {
      names: ["array", "[]string"],
      name: ["string", "string"],
      action: ["string", "specs.LinuxSeccompAction"],
      errnoRet: ["number", "uint"],
      args: ["array", "[]specs.LinuxSeccompArg"],
      includes: ["object", "seccomp.Filter"],
      excludes: ["object", "seccomp.Filter"],
    });
    for (const filter of [call.includes, call.excludes]) checkKernel((filter as Filter | undefined)?.minKernel);
  }
}

type Kind = "array" | "object" | "string" | "number" | "bool";

function kindOf(value: unknown): Kind {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : (typeof value as Kind);
}

/** Each field that there is has its kind. `expected`: the kind, and what Go calls the type. */
function check(
  value: Readonly<Record<string, unknown>>,
  struct: string,
  path: string,
  expected: Readonly<Record<string, readonly [Kind, string]>>,
): void {
  for (const [field, [kind, type]] of Object.entries(expected)) {
    const given = value[field];
    if (given == null || kindOf(given) === kind) continue;
    const target = `Go struct field ${struct}.${path}${field} of type ${type}`;
    throw new ValueError(`json: cannot unmarshal ${kindOf(given)} into ${target}`);
  }
}

/** `KERNEL.MAJOR`, two numbers of eight bits that are not both zero. */
function checkKernel(version: unknown): void {
  if (version == null || version === "") return;
  const bad = (why: string): ValueError => {
    const given = typeof version === "string" ? quote(version) : JSON.stringify(version);
    return new ValueError(`invalid kernel version: ${given}, expected "<kernel>.<major>"${why}`);
  };
  if (typeof version !== "string") {
    throw bad(`: json: cannot unmarshal ${kindOf(version)} into Go value of type string`);
  }
  const parts = version.split(".");
  if (parts.length !== 2) throw bad("");
  for (const part of parts) {
    const failed = `: strconv.ParseUint: parsing ${quote(part)}: `;
    if (!/^\d+$/.test(part)) throw bad(`${failed}invalid syntax`);
    if (Number(part) > 255) throw bad(`${failed}value out of range`);
  }
  if (parts.every((part) => Number(part) === 0)) throw bad(": version cannot be 0.0");
}
