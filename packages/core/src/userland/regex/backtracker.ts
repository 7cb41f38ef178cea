/**
 * Walks a program step by step, preferring the first of two ways: finds what the groups hold, and back-references.
 *
 * Without back-references a step that was tried at a position need not be tried there again, which bounds the work by
 * steps × length; with them the contents of the referenced groups count too.
 *
 * Unlike POSIX, and like glibc, a group holds what the preferred way through the expression put there, not the longest.
 */
import { otherCase } from "./byte-set.ts";
import { holds, type Neighbour, neighbour, type Program } from "./program.ts";

/** Begin and end of each group, group 0 first; -1 where a group took no part. */
export type Captures = readonly number[];

interface Way {
  readonly step: number;
  readonly at: number;
  readonly captures: readonly number[];
}

export interface WalkOptions {
  readonly newlineAnchors: boolean;
  readonly ignoreCase: boolean;
  /** What stands before the first byte of the text. */
  readonly before: Neighbour;
  /** Where the text begins. */
  readonly origin: number;
}

/**
 * The captures of the match of `text` from `start`: the one that ends at `end`, or without `end` the longest.
 */
export function walk(
  program: Program,
  text: string,
  range: { readonly start: number; readonly end: number | undefined },
  options: WalkOptions,
): Captures | undefined {
  const { start, end } = range;
  const none: number[] = new Array<number>(2 * (program.groups + 1)).fill(-1);
  const tried = new Set<number | string>();
  const ways: Way[] = [{ step: program.start, at: start, captures: none }];
  let best: number[] | undefined;
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    let { step: number, at, captures } = way;
    for (;;) {
      const step = program.steps[number];
      if (step === undefined) break;
      if (step.kind === "match") {
        if (end !== undefined ? at !== end : best !== undefined && at <= (best[1] ?? -1)) break;
        best = captures.with(0, start).with(1, at);
        if (at === (end ?? text.length)) return best;
        break;
      }
      if (step.kind === "byte") {
        if (at >= (end ?? text.length) || !step.set.has(text.charCodeAt(at) & 0xff)) break;
        at++;
      } else if (step.kind === "open") {
        captures = captures.with(2 * step.group, at).with(2 * step.group + 1, -1);
      } else if (step.kind === "close") {
        captures = captures.with(2 * step.group + 1, at);
      } else if (step.kind === "assertion") {
        if (!holds(step.assertion, beforeOf(text, at, options), afterOf(text, at, options))) break;
      } else if (step.kind === "back-reference") {
        const length = matchReference(text, at, captures, step.group, options.ignoreCase);
        if (length < 0) break;
        at += length;
      } else {
        const key = keyOf(program, number, at - start, captures);
        if (tried.has(key)) break;
        tried.add(key);
        ways.push({ step: step.other, at, captures });
      }
      number = step.next;
    }
  }
  return best;
}

function keyOf(program: Program, step: number, offset: number, captures: Captures): number | string {
  const key = offset * program.steps.length + step;
  if (program.referenced.length === 0) return key;
  return `${key} ${program.referenced.map((group) => `${captures[2 * group]} ${captures[2 * group + 1]}`).join(" ")}`;
}

/** How long the repeated text of a group is at `at`; -1 if it is not there. */
function matchReference(text: string, at: number, captures: Captures, group: number, ignoreCase: boolean): number {
  const from = captures[2 * group] ?? -1;
  const to = captures[2 * group + 1] ?? -1;
  if (from < 0 || to < 0) return -1;
  for (let i = 0; i < to - from; i++) {
    const wanted = text.charCodeAt(from + i);
    const given = text.charCodeAt(at + i);
    if (wanted !== given && !(ignoreCase && otherCase(wanted) === given)) return -1;
  }
  return to - from;
}

function beforeOf(text: string, at: number, options: WalkOptions): Neighbour {
  return at === options.origin ? options.before : neighbour(text.charCodeAt(at - 1), options.newlineAnchors);
}

function afterOf(text: string, at: number, options: WalkOptions): Neighbour {
  return at === text.length ? "edge" : neighbour(text.charCodeAt(at), options.newlineAnchors);
}
