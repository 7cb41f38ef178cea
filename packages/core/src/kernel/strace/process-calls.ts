/** How strace(1) prints the calls on processes, signals and identities. */
import { type Capabilities, type Disposition, type Ids, type ResourceLimit, WNOHANG } from "../../abi/index.ts";
import { WAIT_FLAGS } from "./flags.data.ts";
import { call, type Renderings } from "./rendering.ts";
import {
  anything,
  capabilities,
  data,
  filled,
  flags,
  list,
  namespaces,
  path,
  signal,
  signals,
  timespec,
  waitStatus,
} from "./values.ts";

const CLOCKS = {
  realtime: "CLOCK_REALTIME",
  monotonic: "CLOCK_MONOTONIC",
  boottime: "CLOCK_BOOTTIME",
  "process-cpu": "CLOCK_PROCESS_CPUTIME_ID",
} as const;
const PRIORITIES = { process: "PRIO_PROCESS", group: "PRIO_PGRP", user: "PRIO_USER" } as const;

/** Times of times(2) are told in hundredths of a second. */
const ticks = (us: number): string =>
  `${Math.floor(us / 10_000)} /* ${(Math.floor(us / 10_000) / 100).toFixed(2)} s */`;

const handler = (disposition: Disposition): string =>
  disposition === "default" ? "SIG_DFL" : disposition === "ignore" ? "SIG_IGN" : disposition.name || "{...}";

const action = (disposition: Disposition, restart: boolean): string =>
  `{sa_handler=${handler(disposition)}, sa_mask=[], sa_flags=${restart && typeof disposition === "function" ? "SA_RESTART" : "0"}}`;

const bound = (value: number): string => (Number.isFinite(value) ? String(value) : "RLIM64_INFINITY");
const limits = ({ soft, hard }: ResourceLimit): string => `{rlim_cur=${bound(soft)}, rlim_max=${bound(hard)}}`;

const ids = ({ real, effective, saved }: Ids): readonly string[] => [`[${real}]`, `[${effective}]`, `[${saved}]`];

const capabilitySets = ({ effective, permitted, inheritable }: Capabilities): string =>
  `{effective=${capabilities(effective)}, permitted=${capabilities(permitted)}, inheritable=${capabilities(inheritable)}}`;

const UNSET_IDS = ["{...}", "{...}", "{...}"];
const CAPABILITY_VERSION = "_LINUX_CAPABILITY_VERSION_3";

export const processRenderings = {
  clone: ([_entry, _argument, { namespaces: kinds, sibling = false, exitSignal = 17 }]) => {
    const parts = [...namespaces(kinds ?? new Set()), ...(sibling ? ["CLONE_PARENT"] : [])];
    return call(
      "clone",
      "child_stack=NULL",
      `flags=${[...parts, ...(exitSignal === 0 ? [] : [signal(exitSignal)])].join("|") || "0"}`,
    );
  },
  execve: ([name, argv, env]) => call("execve", path(name), list(argv, data), `/* ${env.size} vars */`),
  exit: ([code]) => call("exit_group", code).gives(undefined, () => "?"),
  wait4: ([pid, options], answer) =>
    call(
      "wait4",
      pid,
      filled(answer, (waited) => (waited === undefined ? "NULL" : `[${waitStatus(waited.status)}]`)),
      flags(options, WAIT_FLAGS),
      "NULL",
    ).gives(answer, (waited) => waited?.pid ?? ((options & WNOHANG) === 0 ? "?" : 0)),
  kill: ([pid, number]) => call("kill", pid, number === 0 ? "0" : signal(number)),
  sigaction: ([number, disposition, { restart }], answer) =>
    call(
      "rt_sigaction",
      signal(number),
      action(disposition, restart),
      filled(answer, (old) => action(old, false)),
      8,
    ).gives(answer, () => 0),
  sigprocmask: ([how, set], answer) =>
    call(
      "rt_sigprocmask",
      { block: "SIG_BLOCK", unblock: "SIG_UNBLOCK", set: "SIG_SETMASK" }[how],
      signals(set),
      filled(answer, signals),
      8,
    ).gives(answer, () => 0),
  sigpending: (_, answer) => call("rt_sigpending", filled(answer, signals), 8).gives(answer, () => 0),
  sigsuspend: ([mask]) => call("rt_sigsuspend", signals(mask), 8),
  pause: () => call("pause"),
  alarm: ([durationUs], answer) =>
    call("alarm", Math.ceil(durationUs / 1_000_000)).gives(answer, (left) => Math.ceil(left / 1_000_000)),
  nanosleep: ([durationUs]) => call("clock_nanosleep", "CLOCK_REALTIME", 0, timespec(durationUs), "NULL"),
  clock_gettime: ([clock], answer) =>
    call("clock_gettime", CLOCKS[clock], filled(answer, timespec)).gives(answer, () => 0),
  clock_settime: ([timeUs]) => call("clock_settime", "CLOCK_REALTIME", timespec(timeUs)),
  adjtimex: ([changes], answer) =>
    call(
      "adjtimex",
      filled(answer, () => anything(changes ?? {})),
    ).gives(answer, ({ state }) => state),
  sched_yield: () => call("sched_yield"),
  sched_getaffinity: ([pid], answer) =>
    call(
      "sched_getaffinity",
      pid,
      8,
      filled(answer, (cpus) => list(cpus, String, " ")),
    ).gives(answer, () => 8),
  sched_setaffinity: ([pid, cpus]) => call("sched_setaffinity", pid, 8, list(cpus, String, " ")),
  ioprio_get: ([pid], answer) => call("ioprio_get", "IOPRIO_WHO_PROCESS", pid).gives(answer, (priority) => priority),
  ioprio_set: ([pid, priority]) => call("ioprio_set", "IOPRIO_WHO_PROCESS", pid, priority),
  getpid: () => call("getpid"),
  getppid: () => call("getppid"),
  getpgid: ([pid]) => call("getpgid", pid),
  setpgid: ([pid, group]) => call("setpgid", pid, group),
  getsid: ([pid]) => call("getsid", pid),
  setsid: () => call("setsid"),
  getpriority: ([which, who]) => call("getpriority", PRIORITIES[which], who),
  setpriority: ([which, who, nice]) => call("setpriority", PRIORITIES[which], who, nice),
  prlimit: ([pid, resource, limit], answer) => {
    const name = `RLIMIT_${resource.toUpperCase()}`;
    const wanted = limit === undefined ? "NULL" : limits(limit);
    return call("prlimit64", pid, name, wanted, filled(answer, limits)).gives(answer, () => 0);
  },
  times: (_, answer) =>
    call(
      "times",
      filled(
        answer,
        ({ self, children }) =>
          `{tms_utime=${ticks(self.userUs)}, tms_stime=${ticks(self.systemUs)}, tms_cutime=${ticks(children.userUs)}, tms_cstime=${ticks(children.systemUs)}}`,
      ),
    ).gives(answer, () => 0),
  prctl: ([option, argument], answer) => {
    const shown = typeof argument === "object" ? capabilities(argument) : anything(argument);
    const [main, detail] = option.startsWith("PR_CAP_AMBIENT_") ? ["PR_CAP_AMBIENT", option] : [option, undefined];
    const value = option === "PR_SET_PDEATHSIG" ? signal(Number(argument)) : shown;
    if (typeof answer === "string") return call("prctl", main, data(answer)).gives(answer, () => 0);
    return call("prctl", main, ...(detail === undefined ? [] : [detail]), value);
  },
  seccomp: ([filter]) =>
    call(
      "seccomp",
      "SECCOMP_SET_MODE_FILTER",
      0,
      `{/* ${filter.name}: ${filter.verdicts.size} calls not simply allowed */}`,
    ),
  burn: ([durationUs]) => call("burn", timespec(durationUs)),
  brk: ([bytes]) => call("brk", bytes),
  hold: ([_promise, { outside }]) => call("hold", outside ? "OUTSIDE" : "0"),
  getresuid: (_, answer) => call("getresuid", ...idsOf(answer)).gives(answer, () => 0),
  getresgid: (_, answer) => call("getresgid", ...idsOf(answer)).gives(answer, () => 0),
  setresuid: ([real, effective, saved]) => call("setresuid", real, effective, saved),
  setresgid: ([real, effective, saved]) => call("setresgid", real, effective, saved),
  getgroups: (_, answer) =>
    call(
      "getgroups",
      65_536,
      filled(answer, (groups) => list(groups, String)),
    ).gives(answer, ({ length }) => length),
  setgroups: ([groups]) => call("setgroups", groups.length, list(groups, String)),
  capget: ([pid], answer) =>
    call("capget", `{version=${CAPABILITY_VERSION}, pid=${pid}}`, filled(answer, capabilitySets)).gives(
      answer,
      () => 0,
    ),
  capset: ([sets]) => call("capset", `{version=${CAPABILITY_VERSION}, pid=0}`, capabilitySets(sets)),
} satisfies Partial<Renderings>;

function idsOf(answer: Ids | Error | object): readonly string[] {
  return "real" in answer ? ids(answer as Ids) : UNSET_IDS;
}
