/** What rules of `engine.faults` did to a container: of what fails on purpose, the purpose is the cause. */
import { SIGTERM, type Signal } from "../../abi/index.ts";
import { type FaultRule, type FiredFault, ruleText } from "../../faults/index.ts";
import type { Finding } from "./finding.ts";

/** A stretch of time, both ends included. */
export interface Stretch {
  readonly fromUs: number;
  readonly toUs: number;
}

type ProcessRule = Extract<FaultRule, { readonly on: "process" }>;

/** Rules that a program feels. Those on calls, events and pulls its container's user does. */
const FELT: ReadonlySet<FaultRule["on"]> = new Set(["syscall", "disk", "process"]);

export const isFelt = ({ rule }: FiredFault): boolean => FELT.has(rule.on);

export const isWithin =
  ({ fromUs, toUs }: Stretch) =>
  ({ timeUs }: FiredFault): boolean =>
    timeUs >= fromUs && timeUs <= toUs;

/** A finding for each rule, with the last that it did. */
export function injectedFindings(fired: readonly FiredFault[]): readonly Finding[] {
  const byRule = new Map<FaultRule, FiredFault[]>();
  for (const one of fired) byRule.set(one.rule, [...(byRule.get(one.rule) ?? []), one]);
  return [...byRule.values()].map(injectedFinding);
}

function injectedFinding(fired: readonly FiredFault[]): Finding {
  const { rule, what, timeUs } = fired.at(-1) as FiredFault;
  const often = fired.length === 1 ? "" : `, the last of ${fired.length} times`;
  const text = `a rule of engine.faults was at work: ${what}${often}, by ${ruleText(rule)}`;
  return { kind: "fault", text, timeUs, facts: { on: rule.on, what, times: fired.length, rule: ruleText(rule) } };
}

/** Did a rule send the signal that ended a first process at that moment? */
export function crashAt(fired: readonly FiredFault[], atUs: number): FiredFault | undefined {
  return fired.findLast((one) => one.timeUs === atUs && isProcess(one.rule, ({ crashesAfter }) => crashesAfter));
}

/** Does a rule keep a signal from a first process? */
export function deafness(fired: readonly FiredFault[], signal: Signal): FiredFault | undefined {
  if (signal !== SIGTERM) return undefined;
  return fired.findLast((one) => isProcess(one.rule, ({ ignoresTerm }) => ignoresTerm));
}

/** Does a rule take memory in a first process's name? */
export function leak(fired: readonly FiredFault[]): FiredFault | undefined {
  return fired.findLast((one) => isProcess(one.rule, ({ leaks }) => leaks));
}

const isProcess = (rule: FaultRule, effect: (rule: ProcessRule) => unknown): boolean =>
  rule.on === "process" && effect(rule) !== undefined;
