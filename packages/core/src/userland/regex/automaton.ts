/**
 * A deterministic automaton that is built while it runs: finds matches in one pass, whatever the expression.
 *
 * A state is the set of `byte` steps that may come next, together with what kind of byte came last. The transitions of
 * a state are computed when first needed, for classes of bytes that the expression does not tell apart. Assertions look
 * one byte ahead: whether a match ends before a byte is known in the transition over it.
 *
 * Model: Russ Cox, "Regular Expression Matching in the Wild" (RE2). No back-references.
 */

import type { ByteSet } from "./byte-set.ts";
import { holds, type Neighbour, neighbour, type Program } from "./program.ts";

/** When this many states exist they are forgotten, so that no expression eats the memory. */
const STATES_MAX = 4000;
const UNKNOWN = -1;
/** The state without steps: no match can follow. */
const DEAD = 0;

interface State {
  /** Targets of the last byte, before assertions are looked at. */
  readonly kernel: readonly number[];
  readonly before: Neighbour;
}

/** Bytes by class: `of[byte]` is its class, `sample[class]` one of its bytes. The class after the last is the end. */
export interface ByteClasses {
  readonly of: Uint8Array;
  readonly samples: readonly number[];
}

export class Automaton {
  readonly #program: Program;
  readonly #newlineAnchors: boolean;
  readonly #classes: ByteClasses;
  readonly #stride: number;
  /** A match may begin at any later byte too. */
  readonly #searching: boolean;
  #states: State[] = [];
  #ids = new Map<string, number>();
  /** State × class → 2 × next state + 1 if a match ends before the byte. */
  #table = new Int32Array(0);

  constructor(
    program: Program,
    classes: ByteClasses,
    options: { readonly searching: boolean; readonly newlineAnchors: boolean },
  ) {
    this.#program = program;
    this.#classes = classes;
    this.#searching = options.searching;
    this.#newlineAnchors = options.newlineAnchors;
    this.#stride = classes.samples.length + 1;
    this.#forget();
  }

  /** The end of the longest match that begins at `start` (or, when searching, any match's end); -1 if there is none. */
  run(text: string, start: number, before: Neighbour): number {
    const classOf = this.#classes.of;
    const stride = this.#stride;
    const stopsAtFirst = this.#searching;
    let state = this.#begin(before);
    let found = -1;
    for (let at = start; at < text.length; at++) {
      const byteClass = classOf[text.charCodeAt(at) & 0xff] as number;
      let move = this.#table[state * stride + byteClass] as number;
      if (move === UNKNOWN) {
        if (this.#states.length > STATES_MAX) state = this.#restart(state);
        move = this.#move(state, byteClass);
      }
      if ((move & 1) === 1) {
        found = at;
        if (stopsAtFirst) return found;
      }
      state = move >> 1;
      if (state === DEAD) return found;
    }
    let last = this.#table[state * stride + stride - 1] as number;
    if (last === UNKNOWN) last = this.#move(state, stride - 1);
    return (last & 1) === 1 ? text.length : found;
  }

  #begin(before: Neighbour): number {
    return this.#intern([this.#program.start], before);
  }

  #move(state: number, byteClass: number): number {
    const { kernel, before } = this.#states[state] as State;
    const byte = this.#classes.samples[byteClass];
    const after: Neighbour = byte === undefined ? "edge" : neighbour(byte, this.#newlineAnchors);
    const reached = this.#closure(kernel, before, after);
    const next: number[] = [];
    let matches = false;
    for (const at of reached) {
      const step = this.#program.steps[at];
      if (step === undefined) continue;
      if (step.kind === "match") matches = true;
      else if (step.kind === "byte" && byte !== undefined && step.set.has(byte)) next.push(step.next);
    }
    if (this.#searching && byte !== undefined) next.push(this.#program.start);
    const move = this.#intern(next, after) * 2 + (matches ? 1 : 0);
    this.#table[state * this.#stride + byteClass] = move;
    return move;
  }

  #closure(kernel: readonly number[], before: Neighbour, after: Neighbour): Set<number> {
    const reached = new Set<number>();
    const pending = [...kernel];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (reached.has(at)) continue;
      reached.add(at);
      const step = this.#program.steps[at];
      if (step === undefined || step.kind === "match" || step.kind === "byte") continue;
      if (step.kind === "assertion" && !holds(step.assertion, before, after)) continue;
      pending.push(step.next);
      if (step.kind === "split") pending.push(step.other);
    }
    return reached;
  }

  #intern(targets: readonly number[], before: Neighbour): number {
    const kernel = [...new Set(targets)].sort((a, b) => a - b);
    if (kernel.length === 0) return DEAD;
    const key = `${before} ${kernel.join(" ")}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#states.push({ kernel, before }) - 1;
    this.#ids.set(key, id);
    const needed = this.#states.length * this.#stride;
    if (needed > this.#table.length) {
      const grown = new Int32Array(Math.max(needed, this.#table.length * 2)).fill(UNKNOWN);
      grown.set(this.#table);
      this.#table = grown;
    }
    return id;
  }

  /** Forgets all states but `state`; returns its new number. */
  #restart(state: number): number {
    const { kernel, before } = this.#states[state] as State;
    this.#forget();
    return this.#intern(kernel, before);
  }

  #forget(): void {
    this.#states = [{ kernel: [], before: "other" }];
    this.#ids = new Map();
    this.#table = new Int32Array(this.#stride * 16).fill(UNKNOWN);
  }
}

/** Splits the bytes into classes that no step of the program distinguishes. */
export function byteClasses(program: Program, newlineAnchors: boolean): ByteClasses {
  const sets = new Set<ByteSet>();
  let contextual = false;
  for (const step of program.steps) {
    if (step.kind === "byte") sets.add(step.set);
    contextual ||= step.kind === "assertion";
  }
  const distinct = [...sets];
  const of = new Uint8Array(256);
  const samples: number[] = [];
  const known = new Map<string, number>();
  for (let byte = 0; byte < 256; byte++) {
    const context = contextual ? neighbour(byte, newlineAnchors) : "";
    const key = context + distinct.map((set) => (set.has(byte) ? "1" : "0")).join("");
    let id = known.get(key);
    if (id === undefined) {
      id = samples.push(byte) - 1;
      known.set(key, id);
    }
    of[byte] = id;
  }
  return { of, samples };
}
