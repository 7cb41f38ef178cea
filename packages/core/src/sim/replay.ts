/**
 * Replays: the inputs of a journal, told to a world that began as the recorded one did, each at its moment.
 */
import { StatusError } from "../lib/index.ts";
import { type Duration, microsecondsOf } from "./duration.ts";
import { type Input, inputText, type Journal, type Reference } from "./journal.ts";
import { isPlain, OwnSignal, Referred } from "./recorder.ts";
import type { World } from "./world.ts";

/** How far a journal is replayed. */
export interface ReplayOptions {
  /** How far: a time since the beginning (`1m30s`), with all that happens up to its end; or a turn, with some of the inputs up to it. By default to the end. */
  readonly until?: Duration | { readonly turn: number; readonly inputs?: number };
}

/** How many breaths of the host something that should have ended by now is given before the replay fails. */
const PATIENCE = 200;

export class Replayer {
  readonly #world: World;
  readonly #subject: object;
  readonly #journal: Journal;
  readonly #results = new Map<number, unknown>();
  readonly #pending = new Set<number>();
  readonly #aborts = new Map<number, AbortController[]>();

  constructor(world: World, subject: object, journal: Journal) {
    this.#world = world;
    this.#subject = subject;
    this.#journal = journal;
  }

  /** @throws StatusError failed-precondition if the world goes another way than the recorded one */
  async run({ until }: ReplayOptions): Promise<void> {
    const { inputs, end, seed } = this.#journal;
    const world = this.#world;
    if (world.seed !== seed)
      throw refused(`the journal is of a world with the seed ${seed}, this one has ${world.seed}`);
    if (world.turns > 0) throw refused("a journal is told to a world in which nothing has happened");
    const bound = until !== undefined && typeof until === "object" ? until.turn : end.turn;
    const { inputs: count = inputs.length } = typeof until === "object" ? until : {};
    const endUs = Math.min(endOf(until), end.uptimeUs);
    const last = { turn: Math.min(bound, end.turn), timeUs: world.clock.startUs + endUs };
    try {
      for (const [number, input] of inputs.entries()) {
        if (number >= count || input.turn > last.turn || world.clock.startUs + input.uptimeUs > last.timeUs) break;
        if (!input.isNext) {
          await world.runTo({ turn: input.turn });
          await this.#untilEnded(number, input);
          this.#check(number, input);
        }
        this.#act(number, input);
      }
      await world.runTo(last);
      if (world.turns < last.turn) world.clock.moveTo(Math.max(world.clock.nowUs, last.timeUs));
    } finally {
      world.letGo();
    }
  }

  /** Waits until the inputs have ended that had ended before this one when it was recorded. */
  async #untilEnded(number: number, { ended }: Input): Promise<void> {
    for (let tries = 0; ended.some((one) => this.#pending.has(one)); tries++) {
      if (tries === PATIENCE) throw refused(this.#lost(number, "what came before it does not end"));
      await this.#world.runTo({ turn: this.#world.turns, fails: tries > PATIENCE / 2 });
      await this.#world.breathe();
    }
  }

  #check(number: number, { turn, traceHash }: Input): void {
    const { turns, hashOfTurns } = this.#world;
    if (turns !== turn) throw refused(this.#lost(number, `the world rests after ${turns} turns instead of ${turn}`));
    if (hashOfTurns !== traceHash) throw refused(this.#lost(number, "something else has happened"));
  }

  #lost(number: number, why: string): string {
    const input = this.#journal.inputs[number];
    return `the replay has gone another way before input ${number}, ${input ? inputText(input) : "the end"}: ${why}`;
  }

  #act(number: number, { act }: Input): void {
    switch (act.kind) {
      case "clock":
        this.#world.clock.moveTo(this.#world.clock.startUs + act.uptimeUs);
        return;
      case "abort":
        for (const controller of this.#aborts.get(act.input) ?? []) controller.abort(act.reason);
        return;
      case "set":
        Reflect.set(this.#find(act.on) as object, act.property, this.#thawed(number, act.value));
        return;
      case "call":
        this.#call(number, act.on, act.method, act.args);
    }
  }

  #call(number: number, on: Reference, method: PropertyKey, recorded: readonly unknown[]): void {
    try {
      const target = this.#find(on) as object;
      const work = Reflect.get(target, method) as (...args: unknown[]) => unknown;
      const result = work.apply(
        target,
        recorded.map((arg) => this.#thawed(number, arg)),
      );
      this.#results.set(number, result);
      if (!(result instanceof Promise)) return;
      this.#pending.add(number);
      result
        .then((value: unknown) => this.#results.set(number, value))
        .catch(() => {})
        .finally(() => this.#pending.delete(number));
    } catch {
      // It failed when it was recorded, too. If not, the trace will differ, which is noticed.
    }
  }

  #find({ root, path }: Reference): unknown {
    let at: unknown = root === undefined ? this.#subject : this.#results.get(root);
    for (const key of path) at = Reflect.get(at as object, key);
    return at;
  }

  /** A recorded argument, for this world. */
  #thawed(number: number, value: unknown): unknown {
    if (value instanceof Referred) return this.#find(value.at);
    if (value instanceof OwnSignal) {
      const controller = new AbortController();
      this.#aborts.set(number, [...(this.#aborts.get(number) ?? []), controller]);
      return controller.signal;
    }
    if (value instanceof Request) return value.clone();
    if (Array.isArray(value)) return value.map((one: unknown) => this.#thawed(number, one));
    if (!isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.#thawed(number, one)] as const));
  }
}

function endOf(until: ReplayOptions["until"]): number {
  if (until === undefined || typeof until === "object") return Number.POSITIVE_INFINITY;
  const us = microsecondsOf(until);
  if (us >= 0) return us;
  throw new StatusError("invalid-argument", `${until} is before the beginning`);
}

const refused = (message: string): StatusError => new StatusError("failed-precondition", message);

/** What lives in a world: an engine, a cluster. */
export interface Inhabitant {
  readonly world: World;
}

/**
 * The subject of a journal as it was at a moment. Nothing goes on in it until somebody waits for something.
 *
 * @throws StatusError failed-precondition if it goes another way than the recorded one; invalid-argument for what is no
 * journal (one that has been through JSON no longer is) and for a time before the beginning
 */
export async function replay<Subject extends Inhabitant>(
  journal: Journal<Subject>,
  options: ReplayOptions = {},
): Promise<Subject> {
  if (typeof journal?.make !== "function") {
    throw new StatusError("invalid-argument", "a journal is what an engine or a cluster has as `journal`");
  }
  const subject = journal.make();
  await subject.world.replay(journal, options);
  return subject;
}

/** What `firstMoment` has found. */
export interface FirstMoment<Subject> {
  /** The turn after which it held. */
  readonly turn: number;
  /** Microseconds since the beginning. */
  readonly uptimeUs: number;
  /** Inputs up to then; the last one may be the reason. */
  readonly inputs: readonly Input[];
  /** As it was at that moment. */
  readonly subject: Subject;
}

/**
 * The first moment from which on something holds, found by bisection over replays. It has to hold from then on up to
 * the end, which is that of the journal unless an earlier one is named; `undefined` if it does not hold there.
 */
export async function firstMoment<Subject extends Inhabitant>(
  journal: Journal<Subject>,
  holds: (subject: Subject) => boolean,
  options: ReplayOptions = {},
): Promise<FirstMoment<Subject> | undefined> {
  const at = (turn: number): Promise<Subject> => replay(journal, { until: { turn } });
  let subject = await replay(journal, options);
  if (!holds(subject)) return undefined;
  let [before, after] = [-1, subject.world.turns];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    const probe = await at(middle);
    if (holds(probe)) [after, subject] = [middle, probe];
    else before = middle;
  }
  return await amongInputs(journal, holds, { turn: after, subject });
}

/** Of several inputs at that turn the first after which it holds. */
async function amongInputs<Subject extends Inhabitant>(
  journal: Journal<Subject>,
  holds: (subject: Subject) => boolean,
  found: { readonly turn: number; readonly subject: Subject },
): Promise<FirstMoment<Subject>> {
  const { turn } = found;
  let { subject } = found;
  let before = journal.inputs.filter((input) => input.turn < turn).length - 1;
  let after = journal.inputs.filter((input) => input.turn <= turn).length;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    const probe = await replay(journal, { until: { turn, inputs: middle } });
    if (holds(probe)) [after, subject] = [middle, probe];
    else before = middle;
  }
  return { turn, uptimeUs: subject.world.clock.uptimeUs, inputs: journal.inputs.slice(0, after), subject };
}
