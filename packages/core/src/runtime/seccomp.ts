/**
 * From what an OCI specification says of system calls to the filter that the kernel takes.
 *
 * @see runc libcontainer/specconv/spec_linux.go SetupSeccomp, libcontainer/seccomp/seccomp_linux.go
 */
import type {
  SeccompAction,
  SeccompCondition,
  SeccompFilter,
  SeccompOperator,
  SeccompRule,
  SeccompVerdict,
  SyscallName,
} from "../abi/index.ts";
import { linuxName, SYSCALL_NAMES } from "../kernel/index.ts";
import { ValueError } from "../lib/go/index.ts";
import type { LinuxSeccomp, LinuxSyscall } from "../oci/index.ts";

/** The numbers of errors that a profile need not say. */
const EPERM = 1;
const ENOSYS = 38;
/** How many registers a call has. */
const REGISTERS = 6;
/** What precedes what the process in the container finds wrong. */
const IN_CONTAINER = "unable to start container process: error during container init: ";

const FLAGS = new Set([
  "SECCOMP_FILTER_FLAG_TSYNC",
  "SECCOMP_FILTER_FLAG_LOG",
  "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
  "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
]);
const ARCHITECTURES = new Set(
  [
    ...["X86", "X86_64", "X32", "ARM", "AARCH64", "MIPS", "MIPS64", "MIPS64N32", "MIPSEL", "MIPSEL64", "MIPSEL64N32"],
    ...["PPC", "PPC64", "PPC64LE", "RISCV64", "S390", "S390X", "LOONGARCH64"],
  ].map((name) => `SCMP_ARCH_${name}`),
);
const OPERATORS: ReadonlySet<string> = new Set<SeccompOperator>([
  "SCMP_CMP_NE",
  "SCMP_CMP_LT",
  "SCMP_CMP_LE",
  "SCMP_CMP_EQ",
  "SCMP_CMP_GE",
  "SCMP_CMP_GT",
  "SCMP_CMP_MASKED_EQ",
]);
const ALLOW: SeccompAction = { kind: "allow" };

/**
 * The filter; `undefined` where nothing is said of system calls.
 *
 * @throws ValueError in runc's words
 */
export function compileSeccomp(profile: LinuxSeccomp, name: string): SeccompFilter | undefined {
  const { defaultAction = "" } = profile;
  const syscalls = profile.syscalls ?? [];
  if (defaultAction === "" && syscalls.length === 0) return undefined;
  checkWords(profile);
  const otherwise = actionOf(defaultAction, profile.defaultErrnoRet);
  const rules = rulesOf(syscalls, otherwise);
  const verdicts = new Map<SyscallName, SeccompVerdict>();
  for (const call of SYSCALL_NAMES) {
    const linux = linuxName(call);
    if (linux === undefined) continue;
    const verdict = verdictOf(rules.get(linux), otherwise);
    if (verdict.rules.length > 0 || verdict.otherwise.kind !== "allow") verdicts.set(call, verdict);
  }
  return { name, verdicts, personas: undefined, deniesNamespaces: false };
}

/** A rule without conditions leaves nothing to the others. */
function verdictOf(rules: readonly SeccompRule[] = [], otherwise: SeccompAction): SeccompVerdict {
  const always = rules.find(({ conditions }) => conditions.length === 0);
  return always === undefined ? { rules, otherwise } : { rules: [], otherwise: always.action };
}

function rulesOf(
  calls: readonly LinuxSyscall[],
  otherwise: SeccompAction,
): ReadonlyMap<string, readonly SeccompRule[]> {
  const rules = new Map<string, SeccompRule[]>();
  for (const { names, action = "", errnoRet, args } of calls) {
    const answer = actionOf(action, errnoRet);
    for (const call of names ?? []) {
      if (call === "") throw new ValueError(`${IN_CONTAINER}empty string is not a valid syscall`);
      const isUsual = answer.kind === otherwise.kind && errnoIn(answer) === errnoIn(otherwise);
      if (isUsual) continue;
      const list = rules.get(call) ?? [];
      rules.set(call, list);
      const conditions = (args ?? []).map((argument) => conditionOf(argument, call));
      for (const together of alternatives(conditions)) list.push({ call, conditions: together, action: answer });
    }
  }
  return rules;
}

/** Conditions hold together, unless several are about one register: then each does alone. */
function alternatives(conditions: readonly SeccompCondition[]): readonly (readonly SeccompCondition[])[] {
  const registers = new Set(conditions.map(({ index }) => index));
  return registers.size < conditions.length ? conditions.map((one) => [one]) : [conditions];
}

function conditionOf(argument: NonNullable<LinuxSyscall["args"]>[number], call: string): SeccompCondition {
  const { index = 0, value = 0, valueTwo = 0, op = "" } = argument;
  if (index >= REGISTERS) {
    const why = `syscalls only have up to ${REGISTERS} arguments (${index} given)`;
    throw new ValueError(`${IN_CONTAINER}error creating seccomp syscall condition for syscall ${call}: ${why}`);
  }
  return { index, value: BigInt(value), valueTwo: BigInt(valueTwo), op: op as SeccompOperator };
}

/** What is written wrong is found before anything else. */
function checkWords({ flags, architectures, defaultAction = "", syscalls }: LinuxSeccomp): void {
  for (const flag of flags ?? [])
    if (!FLAGS.has(flag)) throw new ValueError(`seccomp flag ${flag} is not known to runc`);
  for (const word of architectures ?? []) if (!ARCHITECTURES.has(word)) throw invalid(word, "arch");
  actionOf(defaultAction, undefined);
  for (const { action = "", args } of syscalls ?? []) {
    actionOf(action, undefined);
    for (const { op = "" } of args ?? []) if (!OPERATORS.has(op)) throw invalid(op, "operator");
  }
  const all = [defaultAction, ...(syscalls ?? []).map(({ action = "" }) => action)];
  if (all.includes("SCMP_ACT_NOTIFY")) throw new ValueError(`${IN_CONTAINER}seccomp listenerPath is not set`);
}

function invalid(word: string, what: "action" | "arch" | "operator"): ValueError {
  return new ValueError(`string ${word} is not a valid ${what} for seccomp`);
}

/** Without a tracer, what would be traced is not implemented. */
function actionOf(word: string, errno: number | null | undefined): SeccompAction {
  switch (word) {
    case "SCMP_ACT_ALLOW":
    case "SCMP_ACT_LOG":
    case "SCMP_ACT_NOTIFY":
      return ALLOW;
    case "SCMP_ACT_ERRNO":
      return { kind: "errno", errno: errno ?? EPERM };
    case "SCMP_ACT_TRACE":
      return { kind: "errno", errno: ENOSYS };
    case "SCMP_ACT_TRAP":
      return { kind: "trap" };
    case "SCMP_ACT_KILL":
    case "SCMP_ACT_KILL_THREAD":
    case "SCMP_ACT_KILL_PROCESS":
      return { kind: "kill" };
    default:
      throw invalid(word, "action");
  }
}

const errnoIn = (action: SeccompAction): number | undefined => (action.kind === "errno" ? action.errno : undefined);
