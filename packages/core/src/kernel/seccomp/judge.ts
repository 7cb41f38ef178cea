/**
 * What a filter of system calls does with a call.
 *
 * @see seccomp(2), kernel/seccomp.c
 */
import {
  type Call,
  type Errno,
  errnoOf,
  type SeccompAction,
  type SeccompCondition,
  type SeccompFilter,
  type SeccompVerdict,
  type SyscallName,
} from "../../abi/index.ts";
import { type LinuxCall, linuxCall } from "./linux-calls.ts";

const STRICTEST: readonly SeccompAction["kind"][] = ["kill", "trap", "errno", "allow"];
/** Greater numbers of errors there are not. */
const MAX_ERRNO = 4095;

/** What becomes of `call`, of which the filter has a verdict. */
export function judge(call: Call, verdict: SeccompVerdict): SeccompAction {
  if (verdict.rules.length === 0 && verdict.before === undefined) return verdict.otherwise;
  const seen = linuxCall(call.name, [call.a, call.b, call.c, call.d, call.e]);
  const action = answerOf(seen, verdict);
  return verdict.before === undefined ? action : stricter(judge(call, verdict.before), action);
}

/** The error that an answer of a filter is; `undefined` for none, as if the call had been done. */
export function errnoOfAction(errno: number): Errno | undefined {
  return errno === 0 ? undefined : errnoOf(Math.min(errno, MAX_ERRNO));
}

/** Filters only ever become stricter. */
export function addFilter(before: SeccompFilter | undefined, filter: SeccompFilter): SeccompFilter {
  if (before === undefined) return filter;
  const verdicts = new Map<SyscallName, SeccompVerdict>(before.verdicts);
  for (const [name, verdict] of filter.verdicts) verdicts.set(name, { ...verdict, before: before.verdicts.get(name) });
  return {
    name: filter.name,
    verdicts,
    personas: common(before.personas, filter.personas),
    deniesNamespaces: before.deniesNamespaces || filter.deniesNamespaces,
  };
}

function common(one: SeccompFilter["personas"], other: SeccompFilter["personas"]): SeccompFilter["personas"] {
  if (one === undefined || other === undefined) return one ?? other;
  return new Set([...one].filter((persona) => other.has(persona)));
}

function answerOf(seen: LinuxCall, { rules, otherwise }: SeccompVerdict): SeccompAction {
  const rule = rules.find(({ call, conditions }) => call === seen.name && conditions.every((one) => holds(seen, one)));
  return rule?.action ?? otherwise;
}

const stricter = (one: SeccompAction, other: SeccompAction): SeccompAction =>
  STRICTEST.indexOf(one.kind) <= STRICTEST.indexOf(other.kind) ? one : other;

function holds({ registers }: LinuxCall, { index, value, valueTwo, op }: SeccompCondition): boolean {
  const register = registers[index] ?? 0n;
  switch (op) {
    case "SCMP_CMP_NE":
      return register !== value;
    case "SCMP_CMP_LT":
      return register < value;
    case "SCMP_CMP_LE":
      return register <= value;
    case "SCMP_CMP_EQ":
      return register === value;
    case "SCMP_CMP_GE":
      return register >= value;
    case "SCMP_CMP_GT":
      return register > value;
    case "SCMP_CMP_MASKED_EQ":
      return (register & value) === valueTwo;
  }
}
