/**
 * What a filter of system calls is: for each call that it does not simply allow, what becomes of it.
 *
 * @see seccomp(2), seccomp_rule_add(3)
 */
import type { SyscallName } from "./syscalls.ts";

/** `errno` answers with a number of an error instead of doing the call; `kill` and `trap` are a SIGSYS. */
export type SeccompAction =
  | { readonly kind: "allow" }
  | { readonly kind: "errno"; readonly errno: number }
  | { readonly kind: "kill" }
  | { readonly kind: "trap" };

export type SeccompOperator =
  | "SCMP_CMP_NE"
  | "SCMP_CMP_LT"
  | "SCMP_CMP_LE"
  | "SCMP_CMP_EQ"
  | "SCMP_CMP_GE"
  | "SCMP_CMP_GT"
  | "SCMP_CMP_MASKED_EQ";

/** What is demanded of one argument of Linux's call, as a register of 64 bits holds it. */
export interface SeccompCondition {
  readonly index: number;
  readonly value: bigint;
  /** For a masked comparison, in which `value` is the mask. */
  readonly valueTwo: bigint;
  readonly op: SeccompOperator;
}

/** Holds for calls whose arguments meet all conditions. */
export interface SeccompRule {
  /** Linux's name of the call. */
  readonly call: string;
  readonly conditions: readonly SeccompCondition[];
  readonly action: SeccompAction;
}

export interface SeccompVerdict {
  /** The first that holds counts. */
  readonly rules: readonly SeccompRule[];
  readonly otherwise: SeccompAction;
  /** That of a filter which was there before: the stricter answer counts. */
  readonly before?: SeccompVerdict | undefined;
}

export interface SeccompFilter {
  readonly name: string;
  /** Calls that are not simply allowed. */
  readonly verdicts: ReadonlyMap<SyscallName, SeccompVerdict>;
  /** What personality(2) may be asked for; `undefined` if that does not matter. */
  readonly personas: ReadonlySet<number> | undefined;
  /** clone(2) with new namespaces is refused too. */
  readonly deniesNamespaces: boolean;
}
