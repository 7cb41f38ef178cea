/**
 * A syntax tree as a graph of steps (Thompson's construction), which both matchers walk.
 *
 * Steps are numbered; where a step has two successors the first is preferred, which decides what groups hold.
 */
import { ByteSet, isWordByte } from "./byte-set.ts";
import type { ParsedRegex } from "./parse.ts";
import type { Assertion, RegexNode } from "./syntax.ts";

export type Step =
  | { readonly kind: "byte"; readonly set: ByteSet; readonly next: number }
  | { readonly kind: "assertion"; readonly assertion: Assertion; readonly next: number }
  | { readonly kind: "split"; next: number; other: number }
  | { readonly kind: "open"; readonly group: number; readonly next: number }
  | { readonly kind: "close"; readonly group: number; readonly next: number }
  | { readonly kind: "back-reference"; readonly group: number; readonly next: number }
  | { readonly kind: "match" };

export interface Program {
  readonly steps: readonly Step[];
  readonly start: number;
  /** Number of groups. */
  readonly groups: number;
  /** Groups that back-references name. */
  readonly referenced: readonly number[];
  /** Bytes with which a match can begin; `undefined` if a match may be empty. */
  readonly first: ByteSet | undefined;
}

const ANYTHING: RegexNode = { kind: "star", body: { kind: "set", set: ByteSet.where(() => true) } };

/** With `approximate`, a back-reference stands for any bytes: what does not match then cannot match at all. */
export function compileProgram({ root, groups }: ParsedRegex, options = { approximate: false }): Program {
  const steps: Step[] = [{ kind: "match" }];
  const add = (step: Step): number => steps.push(step) - 1;

  /** Emits the steps of `node` that lead on to `next`; returns the first. */
  function emit(node: RegexNode, next: number): number {
    switch (node.kind) {
      case "empty":
        return next;
      case "set":
        return add({ kind: "byte", set: node.set, next });
      case "assertion":
        return add({ kind: "assertion", assertion: node.assertion, next });
      case "back-reference":
        if (options.approximate) return emit(ANYTHING, next);
        return add({ kind: "back-reference", group: node.index, next });
      case "group": {
        const close = add({ kind: "close", group: node.index, next });
        return add({ kind: "open", group: node.index, next: emit(node.body, close) });
      }
      case "sequence":
        return node.items.reduceRight((after, item) => emit(item, after), next);
      case "alternatives":
        return node.items
          .map((item) => emit(item, next))
          .reduceRight((other, first) => add({ kind: "split", next: first, other }));
      case "star": {
        const split: Step = { kind: "split", next: 0, other: next };
        const at = add(split);
        split.next = emit(node.body, at);
        return at;
      }
    }
  }

  const start = emit(root, 0);
  const referenced = new Set(steps.flatMap((step) => (step.kind === "back-reference" ? [step.group] : [])));
  return { steps, start, groups, referenced: [...referenced], first: firstBytes(steps, start) };
}

function firstBytes(steps: readonly Step[], start: number): ByteSet | undefined {
  const first = new ByteSet();
  const seen = new Set<number>();
  const pending = [start];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const step = steps[at];
    if (step === undefined || step.kind === "match" || step.kind === "back-reference") return undefined;
    if (step.kind === "byte") first.addAll(step.set);
    else pending.push(step.next);
    if (step.kind === "split") pending.push(step.other);
  }
  return first;
}

/** What stands on one side of a position, as far as assertions ask. */
export type Neighbour = "word" | "other" | "newline" | "edge" | "no-line";

/** `newline` only where the expression's anchors know newlines. */
export function neighbour(byte: number, newlineAnchors: boolean): Neighbour {
  if (byte === 10 && newlineAnchors) return "newline";
  return isWordByte(byte) ? "word" : "other";
}

/** `edge` is the beginning or end of the text; `no-line` one that is not that of a line (REG_NOTBOL). */
export function holds(assertion: Assertion, before: Neighbour, after: Neighbour): boolean {
  switch (assertion) {
    case "line-start":
      return before === "edge" || before === "newline";
    case "line-end":
      return after === "edge" || after === "newline";
    case "text-start":
      return before === "edge" || before === "no-line";
    case "text-end":
      return after === "edge" || after === "no-line";
    case "word-start":
      return before !== "word" && after === "word";
    case "word-end":
      return before === "word" && after !== "word";
    case "word-edge":
      return (before === "word") !== (after === "word");
    case "no-word-edge":
      return (before === "word") === (after === "word");
  }
}
