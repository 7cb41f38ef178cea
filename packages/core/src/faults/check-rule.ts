/**
 * Whether the words of a rule mean something. Types say so where there are types; rules also come as JSON, and from
 * JavaScript, and one that never takes anything would look like a system that withstands it.
 */
import { isErrnoCode } from "../abi/index.ts";
import { isSyscallName } from "../kernel/index.ts";
import { ownValue } from "../lib/index.ts";
import { checkOperation } from "./operations.ts";
import type { FaultRule } from "./rule.ts";
import { durationOf, invalid } from "./trigger.ts";

type Kind = FaultRule["on"];
type Fields<K extends Kind> = Readonly<Record<keyof Extract<FaultRule, { readonly on: K }>, true>>;

const WINDOW = { on: true, after: true, lasts: true } as const;
const WHEN = { ...WINDOW, nth: true, probability: true, if: true, times: true } as const;
const SCOPE = { container: true, image: true } as const;

/** What a rule of each kind may say. */
const FIELDS: { readonly [K in Kind]: Fields<K> } = {
  api: {
    ...{ ...WHEN, ...SCOPE, call: true, client: true },
    ...{ fails: true, slow: true, hangs: true, losesReply: true, failsLate: true, cutAfterBytes: true },
  },
  events: {
    ...{ ...WHEN, ...SCOPE, client: true, action: true },
    ...{ gap: true, disconnects: true, loses: true, duplicates: true, late: true },
  },
  syscall: { ...WHEN, ...SCOPE, call: true, program: true, path: true, errno: true, slow: true },
  disk: { ...WHEN, ...SCOPE, path: true, full: true, slow: true, tornAfterBytes: true },
  pull: {
    ...{ ...WHEN, image: true, resource: true, method: true, reference: true },
    ...{ status: true, code: true, message: true, headers: true, slow: true, drop: true },
    ...{ cutAfterBytes: true, corrupt: true },
  },
  network: {
    ...{ ...WINDOW, container: true, network: true, between: true },
    ...{ latency: true, jitter: true, loss: true, bandwidth: true, cut: true },
  },
  clock: { ...WINDOW, jump: true },
  daemon: { on: true, after: true, effect: true, down: true, liveRestore: true },
  process: { ...WHEN, ...SCOPE, crashesAfter: true, signal: true, ignoresTerm: true, leaks: true },
};

/** Effects that exclude each other, by kind of rule. */
const EFFECTS = {
  api: ["fails", "slow", "hangs", "losesReply", "failsLate", "cutAfterBytes"],
  events: ["gap", "disconnects", "loses", "duplicates", "late"],
  disk: ["full", "slow", "tornAfterBytes"],
} as const satisfies { readonly [K in Kind]?: readonly (keyof Fields<K>)[] };

/** What strace shows, as Linux does, by the names of newer kin. @see kernel/strace */
const SHOWN_AS: Readonly<Record<string, string>> = {
  ...{ openat: "open", newfstatat: "stat", linkat: "link", mknodat: "mknod", renameat2: "rename" },
  ...{ pread64: "pread", pwrite64: "pwrite", utimensat: "utimens", dup2: "dup3", prlimit64: "prlimit" },
  ...{ exit_group: "exit", clock_nanosleep: "nanosleep", semtimedop: "semop" },
};

const LAST_SIGNAL = 64;

/** @throws StatusError invalid-argument for a kind, a field or a name that there is not */
export function checkRule(rule: FaultRule): void {
  if (typeof rule !== "object" || rule === null) throw invalid(`a rule is an object, not ${JSON.stringify(rule)}`);
  const { on } = rule;
  if (!Object.hasOwn(FIELDS, on)) throw invalid(`a rule is on one of ${listed(FIELDS)}, not on ${JSON.stringify(on)}`);
  const unknown = Object.keys(rule).find((name) => !Object.hasOwn(FIELDS[on], name));
  if (unknown !== undefined) throw invalid(`a rule on "${on}" has no "${unknown}": ${listed(FIELDS[on])}`);
  if ("if" in rule && rule.if !== undefined && typeof rule.if !== "function") {
    throw invalid(`what a rule takes is decided by a function, not by ${JSON.stringify(rule.if)}`);
  }
  checkKind(rule);
}

function checkKind(rule: FaultRule): void {
  switch (rule.on) {
    case "api":
      checkEffects(rule, EFFECTS.api);
      for (const call of named(rule.call)) checkOperation(call);
      return;
    case "events":
      checkEffects(rule, EFFECTS.events);
      return;
    case "disk":
      checkEffects(rule, EFFECTS.disk);
      return;
    case "syscall":
      for (const call of named(rule.call)) checkCall(call);
      if (rule.errno !== undefined && !isErrnoCode(rule.errno)) throw invalid(`"${rule.errno}" is no errno`);
      return;
    case "daemon":
      if (rule.effect !== "crash" && rule.effect !== "restart") throw invalid("a daemon crashes, or is restarted");
      if (rule.down !== undefined) durationOf(rule.down);
      return;
    case "clock":
      if (rule.jump === undefined) throw invalid('a clock jumps by a time: "1h", "-5m"');
      return;
    case "process":
      checkProcess(rule);
  }
}

function checkEffects<E extends string>(
  rule: FaultRule & { readonly [K in E]?: unknown },
  effects: readonly E[],
): void {
  const [first, second] = effects.filter((name) => rule[name] !== undefined);
  if (second !== undefined) throw invalid(`a rule on "${rule.on}" has one effect, not ${first} and ${second}`);
}

function checkCall(call: string): void {
  if (isSyscallName(call)) return;
  const name = ownValue(SHOWN_AS, call);
  throw invalid(`"${call}" is no system call${name === undefined ? "" : ` here: it is "${name}"`}`);
}

function checkProcess({
  crashesAfter = 0,
  signal = 1,
  leaks = 1,
}: Extract<FaultRule, { readonly on: "process" }>): void {
  if (!Number.isInteger(signal) || signal < 1 || signal > LAST_SIGNAL) throw invalid(`"${signal}" is no signal`);
  durationOf(crashesAfter);
  if (!(leaks > 0)) throw invalid(`"${leaks}" is no number of bytes that leak`);
}

const named = (calls: string | readonly string[] | undefined): readonly string[] =>
  calls === undefined ? [] : [calls].flat();

const listed = (record: object): string => Object.keys(record).join(", ");
