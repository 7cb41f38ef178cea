/**
 * taskset: on which processors a process may run.
 *
 * @see taskset(1), sched_setaffinity(2)
 */
import { Errno, type Routine, sched_getaffinity, sched_setaffinity } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execOrDie } from "../../exec.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { INT_MAX, unsignedOrDie } from "../../number.ts";

/** Bits of a mask that are looked at. */
const MASK_BITS = 1024;

export const taskset: Applet = function* (io) {
  const options = yield* getopt(io, "+pac");
  const [first, ...rest] = options.operands;
  if (first === undefined || (!options.has("p") && rest.length === 0)) return yield* showUsage(io);
  const parse = options.has("c") ? parseList : parseMask;
  if (!options.has("p")) {
    yield* setAffinity(io, 0, yield* parse(io, first));
    return yield* execOrDie(io, rest);
  }
  const pid = yield* unsignedOrDie(io, rest[0] ?? first, 1, INT_MAX);
  const allowed = yield* attempt(sched_getaffinity(pid));
  if (allowed instanceof Errno) return yield* io.pdie(`can't get pid ${pid}'s affinity`, allowed);
  const show = function* (which: string, cpus: readonly number[]): Routine<void> {
    const what = options.has("c") ? `list: ${formatList(cpus)}` : `mask: ${formatMask(cpus)}`;
    yield* io.out.line(`pid ${pid}'s ${which} affinity ${what}`);
  };
  yield* show("current", allowed);
  if (rest.length > 0) yield* show("new", yield* setAffinity(io, pid, yield* parse(io, first)));
  return 0;
};

/** The processors that are used then. */
function* setAffinity(io: Io, pid: number, cpus: readonly number[]): Routine<readonly number[]> {
  const error = yield* attempt(sched_setaffinity(pid, cpus));
  if (error instanceof Errno) return yield* io.pdie(`can't set pid ${pid}'s affinity`, error);
  return yield* sched_getaffinity(pid);
}

/** Hexadecimal digits, the lowest processor last. */
function* parseMask(io: Io, text: string): Routine<readonly number[]> {
  const digits = text.replace(/^0[xX]/, "");
  if (!/^[0-9a-fA-F]*$/.test(digits)) return yield* io.die(`bad affinity '${digits}'`);
  const bits = BigInt(`0x0${digits}`);
  return Array.from({ length: MASK_BITS }, (_, cpu) => cpu).filter((cpu) => ((bits >> BigInt(cpu)) & 1n) === 1n);
}

/** `0,2-6:2` */
function* parseList(io: Io, text: string): Routine<readonly number[]> {
  const cpus: number[] = [];
  for (const part of text.split(",")) {
    const [, from, to = from, stride = "1"] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part) ?? [];
    if (from === undefined || Number(from) > Number(to) || Number(stride) === 0) {
      return yield* io.die(`bad affinity '${text}'`);
    }
    for (let cpu = Number(from); cpu <= Math.min(Number(to), MASK_BITS); cpu += Number(stride)) cpus.push(cpu);
  }
  return cpus;
}

function formatMask(cpus: readonly number[]): string {
  return cpus.reduce((mask, cpu) => mask | (1n << BigInt(cpu)), 0n).toString(16);
}

function formatList(cpus: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < cpus.length; ) {
    const first = cpus[at] as number;
    let last = first;
    while (cpus[at + 1] === last + 1) last = cpus[++at] as number;
    parts.push(first === last ? String(first) : `${first}-${last}`);
    at++;
  }
  return parts.join(",");
}
