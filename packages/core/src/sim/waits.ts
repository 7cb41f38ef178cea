/**
 * Who waits for what in a world: conditions of code outside of it, which are asked after every step, or when a queue is
 * woken. A wait that can only be a mistake fails rather than lasts for ever.
 */
import { SmallSet, StatusError } from "../lib/index.ts";
import type { Clock } from "./clock.ts";
import type { Prng } from "./prng.ts";
import type { Waiter, WaitQueue } from "./wait-queue.ts";

/**
 * When a wait is taken for a mistake, and fails with `explain()` rather than last for ever. Under the policy `real` a wait
 * has no limits but those that are said: it takes as long as it takes.
 */
export interface WaitLimits {
  /** Virtual microseconds. Default `WAIT_LIMIT_US`; `advance` has the time that it was given. */
  readonly timeoutUs?: number | undefined;
  /**
   * Turns of processes, and timers, since a wait last came to its end. Default `TURNS_LIMIT`, and `TURNS_PER_SECOND` more
   * with each virtual second that passes where it is said how much time may pass, as `advance` does.
   */
  readonly turns?: number | undefined;
}

/** Options of a wait. */
export interface WaitOptions extends WaitLimits {
  readonly signal?: AbortSignal | undefined;
  /** What is waited for, in a message. */
  readonly what?: string | undefined;
  /**
   * Only follows what others make happen (`logs -f`, `events`): such a wait by itself moves neither processes nor time,
   * and has no time-out.
   */
  readonly follows?: boolean | undefined;
  /** What is waited for may come from outside of the world: when every process sleeps, the wait lasts until `wake`. */
  readonly isPatient?: boolean | undefined;
  /**
   * Woken when the condition may have come to hold. With it the wait is asked only then, not after every step, as
   * thousands of waits may be.
   */
  readonly on?: WaitQueue | undefined;
}

/** A wait that lasts longer than this in virtual time is taken for a mistake: a day. */
export const WAIT_LIMIT_US = 86_400 * 1_000_000;
/** More turns than this, some seconds' worth on a fast computer, are taken for a program that never comes to rest. */
export const TURNS_LIMIT = 1_000_000;
/**
 * A shell that loops without a pause takes some 30,000 turns a virtual second, one that sleeps for a second in each
 * round nine: this lies between.
 */
export const TURNS_PER_SECOND = 20_000;
/** Where nothing else is said. */
export const USUAL_LIMITS = { timeoutUs: WAIT_LIMIT_US, turns: TURNS_LIMIT } as const satisfies WaitLimits;
/** For waits that are ended by somebody outside of the world. */
export const UNLIMITED = {
  timeoutUs: Number.POSITIVE_INFINITY,
  turns: Number.POSITIVE_INFINITY,
} as const satisfies WaitLimits;

interface Wait extends Waiter {
  readonly done: () => boolean;
  readonly begunUs: number;
  readonly deadlineUs: number;
  readonly firstTurn: number;
  /** How many turns it has, */
  readonly turns: number;
  /** and how many more for each virtual second since `begunUs`. */
  readonly turnsPerSecond: number;
  readonly what: string;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  readonly signal: AbortSignal | undefined;
  follows: boolean;
  readonly isPatient: boolean;
  /** `done` is not asked before this queue is woken. */
  readonly on: WaitQueue | undefined;
  /** Called when the signal is aborted, if it has one. */
  readonly aborted: (() => void) | undefined;
}

/** What waits are to know of the world in which they are. */
export interface WaitingWorld {
  readonly clock: Clock;
  /** How many turns there have been. */
  readonly turns: number;
  /** Somebody is to be asked. */
  wake(): void;
  explain(): string;
}

export interface WaitsOptions {
  /** Limits of waits that name none themselves. */
  readonly limits: WaitLimits;
  /** Where nobody has named any. */
  readonly usual: { readonly timeoutUs: number; readonly turns: number };
  /** Draws the order of those that end together; without it they end as they have begun. */
  readonly chance: Prng | undefined;
}

/** The waits of one world. */
export class Waits {
  readonly #world: WaitingWorld;
  readonly #options: WaitsOptions;
  /** Those that are asked after every step whether they have ended. */
  readonly #awake: Wait[] = [];
  /** Those that are asked only when their queue is woken. */
  readonly #asleep = new SmallSet<Wait>();
  /** The earliest deadline of those that sleep. */
  #deadlineUs = Number.POSITIVE_INFINITY;
  /** The earliest turn at which one that sleeps fails. */
  #lastTurn = Number.POSITIVE_INFINITY;
  /** The count of turns when a wait was last fulfilled: up to then, turns were not in vain. */
  #fruitfulTurn = 0;
  #driving = 0;

  constructor(world: WaitingWorld, options: WaitsOptions) {
    this.#world = world;
    this.#options = options;
  }

  /** Whether any makes the world go on: one that does not merely follow. */
  get isDriving(): boolean {
    return this.#driving > 0;
  }

  get isEmpty(): boolean {
    return this.#awake.length + this.#asleep.size === 0;
  }

  /** Whether any is to be asked at the next step. */
  get hasAwake(): boolean {
    return this.#awake.length > 0;
  }

  /** Lines of `explain`. */
  *narrate(): Iterable<string> {
    for (const { what, follows } of [...this.#awake, ...this.#asleep]) if (!follows) yield `somebody waits for ${what}`;
  }

  /** Begins a wait, whose condition does not hold. */
  add(done: () => boolean, options: WaitOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const { follows = false } = options;
      const { nowUs } = this.#world.clock;
      const { timeoutUs, turns, turnsPerSecond } = this.#limitsOf(options);
      if (!follows) this.#driving++;
      const wait: Wait = {
        done,
        resolve,
        reject,
        begunUs: nowUs,
        deadlineUs: nowUs + timeoutUs,
        firstTurn: this.#world.turns,
        turns,
        turnsPerSecond,
        what: options.what ?? "a condition",
        signal: options.signal,
        follows,
        isPatient: options.isPatient ?? false,
        on: options.on,
        notify: () => this.#ask(wait),
        aborted: options.signal && (() => this.#aborted(wait)),
      };
      this.#awake.push(wait);
      if (wait.aborted !== undefined) options.signal?.addEventListener("abort", wait.aborted, { once: true });
      this.#world.wake();
    });
  }

  /** From now on those that there are merely follow. */
  follow(): void {
    this.#driving = 0;
    for (const wait of [...this.#awake, ...this.#asleep]) wait.follows = true;
  }

  /** All are asked at the next step. */
  askAll(): void {
    this.#deadlineUs = Number.POSITIVE_INFINITY;
    this.#lastTurn = Number.POSITIVE_INFINITY;
    for (const wait of [...this.#asleep]) this.#ask(wait);
  }

  /** Settles every one that has ended one way or the other. True if any has. */
  serve(): boolean {
    const { clock, turns } = this.#world;
    if (clock.nowUs > this.#deadlineUs || turns >= this.#lastTurn) this.askAll();
    // Mostly one ends at a time: a list of several is only made where there are such.
    let settled: (() => void) | undefined;
    let several: (() => void)[] | undefined;
    for (let i = 0; i < this.#awake.length; ) {
      const wait = this.#awake[i] as Wait;
      const settle = this.#outcome(wait);
      if (settle === undefined && wait.on === undefined) {
        i++;
        continue;
      }
      if (i === this.#awake.length - 1) this.#awake.pop();
      else this.#awake.splice(i, 1);
      if (settle === undefined) this.#sleep(wait);
      else {
        this.#forget(wait);
        if (settled === undefined) settled = settle;
        else if (several === undefined) several = [settled, settle];
        else several.push(settle);
      }
    }
    if (several === undefined) settled?.();
    else {
      this.#options.chance?.shuffle(several);
      for (const settle of several) settle();
    }
    return settled !== undefined;
  }

  /** Tells all that what they wait for can never come, unless it may come from outside. */
  failAll(): void {
    this.askAll();
    for (const wait of this.#awake.filter(({ follows, isPatient }) => !follows && !isPatient)) {
      this.#awake.splice(this.#awake.indexOf(wait), 1);
      this.#driving--;
      wait.reject(this.#stuck(wait, "can never come: every process sleeps"));
    }
  }

  /** The world itself has failed. */
  breakAll(bug: unknown): void {
    this.askAll();
    for (const wait of this.#awake.splice(0)) wait.reject(bug);
    this.#driving = 0;
  }

  #limitsOf({ follows = false, timeoutUs, turns = this.#options.limits.turns }: WaitOptions) {
    const { limits, usual } = this.#options;
    const isTimed = Number.isFinite(timeoutUs) && turns === undefined;
    return {
      timeoutUs: timeoutUs ?? (follows ? UNLIMITED.timeoutUs : (limits.timeoutUs ?? usual.timeoutUs)),
      turns: follows ? UNLIMITED.turns : (turns ?? usual.turns),
      turnsPerSecond: isTimed ? TURNS_PER_SECOND : 0,
    };
  }

  /** The count of turns at which it fails, as things stand. */
  #lastTurnOf({ firstTurn, turns, turnsPerSecond, begunUs }: Wait): number {
    const earned = Math.floor(((this.#world.clock.nowUs - begunUs) * turnsPerSecond) / 1e6);
    return Math.max(firstTurn, this.#fruitfulTurn) + turns + earned;
  }

  #sleep(wait: Wait): void {
    this.#asleep.add(wait);
    this.#deadlineUs = Math.min(this.#deadlineUs, wait.deadlineUs);
    this.#lastTurn = Math.min(this.#lastTurn, this.#lastTurnOf(wait));
    wait.on?.add(wait);
  }

  /** The queue of one that sleeps was woken: it is asked again. */
  #ask(wait: Wait): void {
    if (!this.#asleep.delete(wait)) return;
    wait.on?.remove(wait);
    this.#awake.push(wait);
  }

  #aborted(wait: Wait): void {
    this.#ask(wait);
    this.#world.wake();
  }

  #forget(wait: Wait): void {
    if (wait.aborted !== undefined) wait.signal?.removeEventListener("abort", wait.aborted);
    if (!wait.follows) this.#driving--;
  }

  /** How it has ended; `undefined` if it has not. */
  #outcome(wait: Wait): (() => void) | undefined {
    if (wait.signal?.aborted === true) return () => wait.reject(wait.signal?.reason);
    if (wait.done()) {
      this.#fruitfulTurn = this.#world.turns;
      return wait.resolve;
    }
    const isLate = this.#world.clock.nowUs > wait.deadlineUs;
    if (!isLate && this.#world.turns < this.#lastTurnOf(wait)) return undefined;
    const failure = this.#stuck(wait, isLate ? tooLong(wait) : this.#tooMany(wait));
    return () => wait.reject(failure);
  }

  #tooMany(wait: Wait): string {
    const turns = this.#lastTurnOf(wait) - Math.max(wait.firstTurn, this.#fruitfulTurn);
    return `has not come in ${turns} turns: something never comes to rest (${howToRaise("turns")})`;
  }

  #stuck(wait: Wait, why: string): StatusError {
    return new StatusError("unavailable", `${wait.what} ${why}\n${this.#world.explain()}`);
  }
}

function tooLong({ begunUs, deadlineUs }: Wait): string {
  return `has not come in ${(deadlineUs - begunUs) / 1e6} s of virtual time (${howToRaise("timeoutUs")})`;
}

function howToRaise(limit: keyof WaitLimits): string {
  return `\`${limit}\` of this wait, or of \`limits\` of createEngine, allows more`;
}
