/**
 * Journals: everything that came into a world from outside, in its order, so that a world that began like it can be told
 * the same again. Between one input and the next nothing is noted: a world does by itself what it did before.
 */

/** A place in the life of a world. */
export interface Moment {
  /** Turns of processes, and timers, before it. */
  readonly turn: number;
  /** Microseconds since the beginning. */
  readonly uptimeUs: number;
  /** The trace's hash at the end of the last turn. */
  readonly traceHash: string;
}

/** An object of a world: the subject of the journal, or the result of an earlier input, and the way from there. */
export interface Reference {
  readonly root: number | undefined;
  readonly path: readonly PropertyKey[];
}

/** What was done from outside. */
export type Act =
  | { readonly kind: "call"; readonly on: Reference; readonly method: PropertyKey; readonly args: readonly unknown[] }
  | { readonly kind: "set"; readonly on: Reference; readonly property: PropertyKey; readonly value: unknown }
  /** The signal that an earlier call was given was aborted. */
  | { readonly kind: "abort"; readonly input: number; readonly reason: unknown }
  /** Time moved with the host's. */
  | { readonly kind: "clock"; readonly uptimeUs: number };

/** One thing that came from outside, with its moment. */
export interface Input extends Moment {
  readonly act: Act;
  /**
   * Numbers of earlier inputs whose calls had returned since the input before this one: this one may be a consequence
   * of them.
   */
  readonly ended: readonly number[];
  /** The same synchronous code made it as the one before: nothing ran in between. */
  readonly isNext: boolean;
}

/** Everything that came into a world from outside, in its order. */
export interface Journal<Subject = unknown> {
  readonly seed: number | string;
  readonly inputs: readonly Input[];
  /** How far the world had come. */
  readonly end: Moment;
  /** Something like the subject at its beginning: an engine, or a cluster. */
  readonly make: () => Subject;
}

/** A line for people: `1.25 s: containers.stop("web")`. */
export function inputText({ act, uptimeUs }: Input): string {
  return `${uptimeUs / 1e6} s: ${actText(act)}`;
}

function actText(act: Act): string {
  switch (act.kind) {
    case "call":
      return `${wayText(act.on, act.method)}(${act.args.map(valueText).join(", ")})`;
    case "set":
      return `${wayText(act.on, act.property)} = ${valueText(act.value)}`;
    case "abort":
      return `input ${act.input} is aborted`;
    case "clock":
      return `it is ${act.uptimeUs / 1e6} s`;
  }
}

function wayText({ root, path }: Reference, last: PropertyKey): string {
  const way = [...path, last].map(String).join(".");
  return root === undefined ? way : `(result of input ${root}).${way}`;
}

const LONGEST_VALUE = 200;

function valueText(value: unknown): string {
  if (typeof value === "function") return "…";
  try {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
  } catch {
    return "…";
  }
}
