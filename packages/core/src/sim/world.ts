/**
 * The world: one clock, one seed, one scheduler.
 *
 * Nothing happens unless somebody waits for it. `until` is the only way to wait: while somebody waits, coroutines get
 * their turns, and when all of them sleep, time moves to the next timer. Several waiters are served in the order in which
 * they are satisfied; between one and the next the host breathes, so that the code that was waiting goes on before the
 * world does.
 *
 * Policies: `skip` moves time at once, `manual` only by `advance`, `real` with the host's clock.
 */
import { knownWord, ownFunction, SmallSet, StatusError } from "../lib/index.ts";
import { type AllotmentOptions, Allotments } from "./allotment.ts";
import { checkAmounts } from "./amounts.ts";
import { Clock, type Timer } from "./clock.ts";
import { type CostTable, DEFAULT_COSTS } from "./cost.ts";
import { type Duration, microsecondsOf } from "./duration.ts";
import { DEFAULT_HOST, type Host } from "./host.ts";
import type { Journal } from "./journal.ts";
import { Prng, type PrngState } from "./prng.ts";
import type { Recorder } from "./recorder.ts";
import { Replayer, type ReplayOptions } from "./replay.ts";
import { Scheduler, type TurnOrder } from "./scheduler.ts";
import { Trace, type TraceState } from "./trace.ts";
import type { Waiter, WaitQueue } from "./wait-queue.ts";

/** How time moves: at once (`skip`), only by `advance` (`manual`), or with the host's clock (`real`). */
export type TimePolicy = "skip" | "manual" | "real";

/** What a world begins with. */
export interface WorldOptions {
  /** All chance in the world follows from it. Default 1. */
  readonly seed?: number | string;
  /** Wall time at the beginning, microseconds since 1970. Default 2025-01-01T00:00:00Z. */
  readonly startUs?: number;
  readonly policy?: TimePolicy;
  readonly order?: TurnOrder;
  readonly costs?: Partial<CostTable>;
  readonly host?: Host;
  /** Limits of waits that name none themselves. */
  readonly limits?: WaitLimits;
  /** How much of the host's memory it may really take. */
  readonly allotments?: AllotmentOptions;
}

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

/** Options of `World.sleep`. */
export interface SleepOptions extends WaitOptions {
  /** Ends it before its time. */
  readonly unless?: (() => boolean) | undefined;
}

/** What another world needs to go on from here. */
export interface WorldState {
  readonly startUs: number;
  readonly nowUs: number;
  readonly chance: PrngState;
  /** The scheduler's chance: the order of turns. */
  readonly turns: PrngState;
  readonly trace: TraceState;
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
/** For waits that are ended by somebody outside of the world. */
export const UNLIMITED = {
  timeoutUs: Number.POSITIVE_INFINITY,
  turns: Number.POSITIVE_INFINITY,
} as const satisfies WaitLimits;
/** How many microtasks pass between the first wait and the first turn. */
const MICROTASKS_BEFORE_START = 8;
const POLICIES: readonly TimePolicy[] = ["skip", "manual", "real"];
const ORDERS: readonly TurnOrder[] = ["fifo", "random"];
const NEVER = (): boolean => false;
const NEXT_MICROTASK = Promise.resolve();
/** Turns between two breaths of the host. */
const TURNS_PER_BREATH = 5_000;
/**
 * Under `real`, how many turns pass between two looks at the host's clock: after `BREATH_US` without a breath it gets
 * one.
 */
const TURNS_PER_LOOK = 16;
const BREATH_US = 10_000;
/**
 * How far time may lag behind the host's before processes are charged for it: at first JavaScript has to be compiled.
 */
const BEHIND_US = 200_000;
/**
 * After so many breaths, JavaScript that was not declared to wait for the outside is taken to wait for the world
 * itself, which stands still for it: a deadlock.
 */
const BREATHS_UNTIL_STUCK = 100;

export interface HoldOptions {
  /** Called if the promise outlasts `BREATHS_UNTIL_STUCK`. Without it the promise may take as long as it likes. */
  readonly onStuck?: () => void;
}

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

/** A moment up to which a world goes whether or not anybody waits, and at which it stops. */
export interface Bound {
  readonly turn: number;
  /** Nothing that is due later than this happens. */
  readonly timeUs?: number;
  /** If the world comes to rest before the bound, waits fail: what they wait for can never come. */
  readonly fails?: boolean;
}

/** One clock, one seed, one scheduler, for one machine or several. */
export class World {
  readonly clock: Clock;
  readonly seed: number | string;
  readonly prng: Prng;
  readonly scheduler: Scheduler;
  readonly trace = new Trace();
  readonly costs: CostTable;
  readonly allotments: Allotments;
  readonly policy: TimePolicy;
  readonly #host: Host;
  /** Draws the order of simultaneous timers. */
  readonly #chance: Prng | undefined;
  readonly #limits: WaitLimits;
  readonly #narrators = new Set<() => Iterable<string>>();
  /** Waits that are asked after every step whether they have ended. */
  readonly #waits: Wait[] = [];
  /** Waits that are asked only when their queue is woken. */
  readonly #sleeping = new SmallSet<Wait>();
  /** The earliest deadline of the sleeping waits. */
  #deadlineUs = Number.POSITIVE_INFINITY;
  /** The earliest turn at which a sleeping wait fails. */
  #lastTurn = Number.POSITIVE_INFINITY;
  #turns = 0;
  /** The count of turns when a wait was last fulfilled: up to then, turns were not in vain. */
  #fruitfulTurn = 0;
  #hashOfTurns = "";
  #bound: (Bound & { readonly reached: () => void }) | undefined;
  /** Who lives in it: an engine, or a cluster. */
  subject: object | undefined = undefined;
  /** Who notes what comes from outside. */
  recorder: Recorder<object> | undefined = undefined;
  /** When the host breathed last, by its clock. */
  #breathedUs = 0;
  readonly #held = new Map<Promise<unknown>, HoldOptions>();
  #letGo: (() => void) | undefined;
  /** Under `manual`, how far `advance` has allowed time to go. */
  #allowedUs: number;
  #pumping = false;
  /** Somebody has called `wake` while the pump was about to stop. */
  #wokenAgain = false;
  /** How many waits make the world go on: those that do not merely follow. */
  #driving = 0;
  /** Microtasks that have passed since the pump was started, up to its first turn. */
  #hops = 0;
  #wake: (() => void) | undefined;

  /** @throws StatusError invalid-argument for an unknown policy or order, and for limits that are no amounts */
  constructor(options: WorldOptions = {}) {
    const { timeoutUs, turns } = options.limits ?? {};
    checkAmounts({ startUs: options.startUs, "limits.timeoutUs": timeoutUs, "limits.turns": turns });
    this.policy = knownWord(POLICIES, options.policy ?? "skip", "policy of time");
    this.#host = options.host ?? DEFAULT_HOST;
    this.#limits = options.limits ?? {};
    const startUs = options.startUs ?? (this.policy === "real" ? this.#host.nowUs?.() : undefined);
    this.seed = options.seed ?? 1;
    this.#chance = options.order === "random" ? new Prng(`${this.seed}:order`) : undefined;
    this.clock = new Clock(startUs, this.#chance);
    this.prng = new Prng(this.seed);
    this.scheduler = new Scheduler(
      knownWord(ORDERS, options.order ?? "fifo", "order of turns"),
      this.prng.fork("scheduler"),
    );
    this.costs = { ...DEFAULT_COSTS, ...options.costs };
    this.allotments = new Allotments(options.allotments);
    this.#allowedUs = this.clock.nowUs;
  }

  /**
   * The host's clock under the policy `real`, once the world's has fallen behind it: from then on computing takes the
   * time that it takes the host. Otherwise `undefined`; also while a journal is recorded, for a replay could not know
   * how long that was.
   */
  get hostUs(): number | undefined {
    if (this.policy !== "real" || this.recorder !== undefined) return undefined;
    const hostUs = this.#host.nowUs?.() ?? 0;
    return hostUs - this.clock.nowUs > BEHIND_US ? hostUs : undefined;
  }

  /** Turns of processes, and timers, since the beginning. */
  get turns(): number {
    return this.#turns;
  }

  /** The trace's hash at the end of the last turn; only kept up to date while somebody records or replays. */
  get hashOfTurns(): string {
    return this.#hashOfTurns;
  }

  /** What has come from outside, if that is recorded. */
  get journal(): Journal | undefined {
    return this.recorder?.journal;
  }

  /**
   * Repeats what is in a journal on the subject that lives here, each input at its moment. Afterwards nothing goes on
   * until somebody waits for something.
   *
   * @throws StatusError failed-precondition for the journal of another seed, in a world where something has happened, and
   * if it goes another way than the recorded one
   */
  async replay(journal: Journal, options: ReplayOptions = {}): Promise<void> {
    if (this.subject === undefined) throw new StatusError("failed-precondition", "nobody lives in this world");
    await new Replayer(this, this.subject, journal).run(options);
  }

  /** Runs up to the bound, whether or not anybody waits, and rests there until the next `runTo` or `letGo`. */
  runTo(bound: Bound): Promise<void> {
    return new Promise((resolve) => {
      this.#bound = { ...bound, reached: resolve };
      this.wake();
    });
  }

  /** Takes `runTo` back. Waits that have begun by now only follow: they do not make the world go on. */
  letGo(): void {
    this.#bound = undefined;
    this.#driving = 0;
    for (const wait of [...this.#waits, ...this.#sleeping]) wait.follows = true;
  }

  /** Time and chance as they stand. */
  get state(): WorldState {
    const { startUs, nowUs } = this.clock;
    return { startUs, nowUs, chance: this.prng.state, turns: this.scheduler.chance, trace: this.trace.state };
  }

  /**
   * Goes on from `state`, with the same chance unless `keepsChance` is false. A world that began later keeps its own
   * time.
   */
  resume({ nowUs, chance, turns, trace }: WorldState, { keepsChance = true } = {}): void {
    if (nowUs > this.clock.nowUs) this.clock.moveTo(nowUs);
    this.#allowedUs = Math.max(this.#allowedUs, this.clock.nowUs);
    if (!keepsChance) return;
    this.prng.state = chance;
    this.scheduler.chance = turns;
    this.trace.state = trace;
  }

  /** Does one thing: a turn of a ready coroutine, else the next timer, moving time there. False if there is nothing to do. */
  step(): boolean {
    if (this.#held.size > 0) return false;
    if (this.scheduler.step()) return true;
    if (this.clock.fireNext()) return true;
    const next = this.clock.nextUs;
    if (next === undefined || next > this.#horizonUs()) {
      this.#catchUp();
      return false;
    }
    this.clock.moveTo(next);
    this.trace.add(next);
    return this.clock.fireNext();
  }

  /** Runs what can run now; time does not move. */
  settle(): void {
    while (this.#held.size === 0 && (this.scheduler.step() || this.clock.fireNext()));
  }

  /**
   * Runs the world until `done()` holds.
   *
   * @throws StatusError unavailable if nothing can ever make it hold, or it does not within `timeoutUs` or `turns`; the
   * message says who sleeps on what. Rejects with the signal's reason when that is aborted.
   */
  until(done: () => boolean, options: WaitOptions = {}): Promise<void> {
    if (options.signal?.aborted === true) return Promise.reject(options.signal.reason);
    if (done()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const { follows = false } = options;
      const { timeoutUs, turns, turnsPerSecond } = this.#limitsOf(options);
      if (!follows) this.#driving++;
      const wait: Wait = {
        done,
        resolve,
        reject,
        begunUs: this.clock.nowUs,
        deadlineUs: this.clock.nowUs + timeoutUs,
        firstTurn: this.#turns,
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
      this.#waits.push(wait);
      if (wait.aborted !== undefined) options.signal?.addEventListener("abort", wait.aborted, { once: true });
      this.wake();
    });
  }

  #limitsOf({ follows = false, timeoutUs, turns = this.#limits.turns }: WaitOptions) {
    const usual = this.policy === "real" ? UNLIMITED : { timeoutUs: WAIT_LIMIT_US, turns: TURNS_LIMIT };
    const isTimed = Number.isFinite(timeoutUs) && turns === undefined;
    return {
      timeoutUs: timeoutUs ?? (follows ? UNLIMITED.timeoutUs : (this.#limits.timeoutUs ?? usual.timeoutUs)),
      turns: follows ? UNLIMITED.turns : (turns ?? usual.turns),
      turnsPerSecond: isTimed ? TURNS_PER_SECOND : 0,
    };
  }

  /** The count of turns at which the wait fails, as things stand. */
  #lastTurnOf({ firstTurn, turns, turnsPerSecond, begunUs }: Wait): number {
    const earned = Math.floor(((this.clock.nowUs - begunUs) * turnsPerSecond) / 1e6);
    return Math.max(firstTurn, this.#fruitfulTurn) + turns + earned;
  }

  #sleep(wait: Wait): void {
    this.#sleeping.add(wait);
    this.#deadlineUs = Math.min(this.#deadlineUs, wait.deadlineUs);
    this.#lastTurn = Math.min(this.#lastTurn, this.#lastTurnOf(wait));
    wait.on?.add(wait);
  }

  /** The queue of a sleeping wait was woken: it is asked again. */
  #ask(wait: Wait): void {
    if (!this.#sleeping.delete(wait)) return;
    wait.on?.remove(wait);
    this.#waits.push(wait);
  }

  #aborted(wait: Wait): void {
    this.#ask(wait);
    this.wake();
  }

  #askAll(): void {
    this.#deadlineUs = Number.POSITIVE_INFINITY;
    this.#lastTurn = Number.POSITIVE_INFINITY;
    for (const wait of [...this.#sleeping]) this.#ask(wait);
  }

  /**
   * Lets time pass, with everything that happens in it, to the end of its last microsecond.
   *
   * @param duration microseconds, or a text such as `1m30s` @throws ValueError for a text that is no duration;
   * StatusError invalid-argument for a time that does not pass
   */
  async advance(duration: Duration): Promise<void> {
    const byUs = microsecondsOf(duration);
    if (!(byUs >= 0)) throw new StatusError("invalid-argument", `"${duration}" is no time that passes`);
    const endUs = this.clock.nowUs + byUs;
    this.#allowedUs = Math.max(this.#allowedUs, endUs);
    const timer = this.clock.after(byUs, () => {});
    const isOver = (): boolean =>
      this.clock.nowUs >= endUs && this.scheduler.readyCount === 0 && (this.clock.nextUs ?? endUs + 1) > endUs;
    try {
      await this.until(isOver, { timeoutUs: byUs + 1, what: `${byUs} µs to pass` });
    } finally {
      timer.cancel();
    }
  }

  /** Waits until so much time has passed. Unlike `advance` it does not allow time to move under `manual`. */
  sleep(us: number, options: SleepOptions = {}): Promise<void> {
    const {
      unless = NEVER,
      timeoutUs = us + 1,
      turns,
      signal,
      what = `${us} µs to pass`,
      follows,
      isPatient,
      on,
    } = options;
    let isOver = false;
    const timer = this.clock.after(us, () => {
      isOver = true;
      on?.wakeAll();
    });
    const slept = this.until(() => isOver || unless(), { timeoutUs, turns, signal, what, follows, isPatient, on });
    return orCancel(timer, slept);
  }

  /**
   * While `promise` is pending, time stands still and nobody gets a turn: a program awaits a promise of the host.
   *
   * @returns a function that lets the world go on before the promise is settled.
   */
  hold(promise: Promise<unknown>, options: HoldOptions = {}): () => void {
    const own = promise.then(
      () => {},
      () => {},
    );
    this.#held.set(own, options);
    const release = (): void => {
      if (this.#held.delete(own)) this.#letGo?.();
    };
    own.then(release);
    return release;
  }

  /** Something happened outside (a request came in, a wait was aborted): a sleeping pump looks again. */
  wake(): void {
    if (this.scheduler.readyCount === 0 && this.#held.size === 0) this.#catchUp();
    this.#wake?.();
    this.#letGo?.();
    if (this.#pumping) {
      this.#wokenAgain = true;
      return;
    }
    // Nobody waits: there is nothing to look for.
    if (this.#bound === undefined && this.#waits.length + this.#sleeping.size === 0) return;
    this.#pumping = true;
    this.#wokenAgain = false;
    this.#hops = 0;
    this.#hop();
  }

  /** Lets the host's own code (promises, timers, I/O) go on for one round of its event loop. */
  breathe(): Promise<void> {
    return this.#host.breathe();
  }

  /** Adds a source of lines for `explain`. Returns its removal. */
  narrate(lines: () => Iterable<string>): () => void {
    this.#narrators.add(lines);
    return () => this.#narrators.delete(lines);
  }

  /** What is waited for, what is due next, and every process with what it waits for, a line each. */
  explain(): string {
    const { uptimeUs, startUs, nextUs } = this.clock;
    const lines = [`time ${uptimeUs} µs since start, ${this.scheduler.readyCount} ready`];
    for (const { what, follows } of [...this.#waits, ...this.#sleeping]) {
      if (!follows) lines.push(`somebody waits for ${what}`);
    }
    lines.push(nextUs === undefined ? "nothing is due" : `the next thing is due at ${nextUs - startUs} µs`);
    if (this.policy === "manual")
      lines.push(`time may move up to ${this.#allowedUs - startUs} µs: \`advance\` moves it`);
    const held = this.#held.size;
    if (held > 0) lines.push(`time stands still for JavaScript that is awaited: ${held} promises`);
    for (const narrator of this.#narrators) lines.push(...narrator());
    return lines.join("\n");
  }

  #horizonUs(): number {
    if (this.policy === "skip") return Number.POSITIVE_INFINITY;
    return this.policy === "manual" ? this.#allowedUs : (this.#host.nowUs?.() ?? this.clock.nowUs);
  }

  /** Under `real`, moves time to the host's, unless something is due before that. */
  #catchUp(): void {
    if (this.policy !== "real") return;
    const hostUs = Math.floor(this.#horizonUs());
    if (hostUs > this.clock.nowUs && (this.clock.nextUs ?? Number.POSITIVE_INFINITY) > hostUs) {
      this.clock.moveTo(hostUs);
      this.recorder?.moved();
    }
  }

  /** Code that was started together (`Promise.all`) gets to its own wait before the world goes on. */
  readonly #hop = ownFunction((): void => {
    // An `await` here would take half as long again.
    if (this.#hops++ < MICROTASKS_BEFORE_START) void NEXT_MICROTASK.then(this.#hop);
    else this.#pump("begins");
  });

  /** Runs until nobody waits any more. No asynchronous function: mostly there is nothing that it has to wait for itself. */
  #pump(how: "begins" | "goes on" | "ends"): void {
    let pause: Promise<unknown> | undefined;
    try {
      if (how === "begins" && this.#driving === 0) this.#serve();
      if (how !== "ends") pause = this.#run();
      // What others did while the host breathed may fulfil a wait that only follows.
      if (pause === undefined && this.#driving === 0) this.#serve();
    } catch (bug) {
      this.#fail(bug);
    }
    if (pause !== undefined) {
      pause.then(this.#goOn, this.#fallOver);
      return;
    }
    this.#pumping = false;
    // Waits that only follow are asked once more.
    if (this.#wokenAgain && this.#waits.length > 0) this.wake();
  }

  /** After a pause, whose outcome is false if nothing can happen any more. */
  readonly #goOn = ownFunction((outcome: unknown): void => this.#pump(outcome === false ? "ends" : "goes on"));

  readonly #fallOver = ownFunction((bug: unknown): void => {
    this.#fail(bug);
    this.#pump("ends");
  });

  #fail(bug: unknown): void {
    this.#askAll();
    for (const wait of this.#waits.splice(0)) wait.reject(bug);
    this.#driving = 0;
  }

  /** Runs until nobody waits any more, or until a pause is due: that is answered. */
  #run(): Promise<unknown> | undefined {
    while (this.#driving > 0 || this.#bound !== undefined) {
      if (this.#serve()) {
        if (this.#bound !== undefined || this.#waits.length + this.#sleeping.size > 0) return this.#host.breathe();
      } else if (this.#held.size > 0) return this.#untilReleased();
      else if (this.#isAtBound()) return this.#rest();
      else if (this.step()) {
        if (this.recorder !== undefined || this.#bound !== undefined) this.#hashOfTurns = this.trace.hash;
        this.#turns++;
        if (this.#isBreathless()) return this.#breathe();
      } else return this.#idle();
    }
    return undefined;
  }

  /**
   * Whether the host needs a breath. Under `real` that is a matter of its clock: clients wait for answers meanwhile.
   */
  #isBreathless(): boolean {
    if (this.#turns % TURNS_PER_BREATH === 0) return true;
    if (this.policy !== "real" || this.#turns % TURNS_PER_LOOK !== 0) return false;
    return (this.#host.nowUs?.() ?? 0) - this.#breathedUs > BREATH_US;
  }

  async #breathe(): Promise<void> {
    await this.#host.breathe();
    this.#breathedUs = this.#host.nowUs?.() ?? 0;
  }

  #isAtBound(): boolean {
    if (this.#bound === undefined) return false;
    const { turn, timeUs = Number.POSITIVE_INFINITY } = this.#bound;
    return this.#turns >= turn || (this.scheduler.readyCount === 0 && this.#dueUs > timeUs);
  }

  /** When the next thing happens, if nobody is ready. */
  get #dueUs(): number {
    return this.clock.nextUs ?? Number.POSITIVE_INFINITY;
  }

  /** At the bound the host breathes once. True if that has given the world something to do. */
  async #rest(): Promise<boolean> {
    await this.#host.breathe();
    this.#askAll();
    const bound = this.#bound;
    if (this.#serve()) return true;
    const isIdle = this.scheduler.readyCount === 0 && this.clock.nextUs === undefined;
    if (bound?.fails === true && isIdle) this.#failAll();
    bound?.reached();
    return false;
  }

  /** Waits until one of the promises that hold the world lets go of it. */
  async #untilReleased(): Promise<void> {
    const isOver = new Promise<true>((resolve) => {
      this.#letGo = ownFunction(() => resolve(true));
    });
    const holds = [...this.#held.values()];
    const isImpatient = holds.every(({ onStuck }) => onStuck !== undefined);
    if (!isImpatient) await isOver;
    for (let breaths = 0; isImpatient && breaths < BREATHS_UNTIL_STUCK; breaths++) {
      if ((await Promise.race([isOver, this.#host.breathe()])) === true) return;
    }
    if (isImpatient) for (const { onStuck } of holds) onStuck?.();
  }

  /** Settles every wait that has ended one way or the other. True if any was. */
  #serve(): boolean {
    if (this.clock.nowUs > this.#deadlineUs || this.#turns >= this.#lastTurn) this.#askAll();
    // Mostly one wait ends at a time: a list of several is only made where there are such.
    let settled: (() => void) | undefined;
    let several: (() => void)[] | undefined;
    for (let i = 0; i < this.#waits.length; ) {
      const wait = this.#waits[i] as Wait;
      const settle = this.#outcome(wait);
      if (settle === undefined && wait.on === undefined) {
        i++;
        continue;
      }
      if (i === this.#waits.length - 1) this.#waits.pop();
      else this.#waits.splice(i, 1);
      if (settle === undefined) this.#sleep(wait);
      else {
        if (wait.aborted !== undefined) wait.signal?.removeEventListener("abort", wait.aborted);
        if (!wait.follows) this.#driving--;
        if (settled === undefined) settled = settle;
        else if (several === undefined) several = [settled, settle];
        else several.push(settle);
      }
    }
    if (several === undefined) settled?.();
    else {
      this.#chance?.shuffle(several);
      for (const settle of several) settle();
    }
    return settled !== undefined;
  }

  /** How a wait has ended; `undefined` if it has not. */
  #outcome(wait: Wait): (() => void) | undefined {
    if (wait.signal?.aborted === true) return () => wait.reject(wait.signal?.reason);
    if (wait.done()) {
      this.#fruitfulTurn = this.#turns;
      return wait.resolve;
    }
    const isLate = this.clock.nowUs > wait.deadlineUs;
    if (!isLate && this.#turns < this.#lastTurnOf(wait)) return undefined;
    const failure = this.#stuck(wait, isLate ? tooLong(wait) : this.#tooMany(wait));
    return () => wait.reject(failure);
  }

  #tooMany(wait: Wait): string {
    const turns = this.#lastTurnOf(wait) - Math.max(wait.firstTurn, this.#fruitfulTurn);
    return `has not come in ${turns} turns: something never comes to rest (${howToRaise("turns")})`;
  }

  /** Nothing can run. Waits for the host if that can change it, else fails every wait. True if it may go on. */
  async #idle(): Promise<boolean> {
    if (this.policy === "manual" && this.#bound === undefined) {
      await this.#untilWoken();
      return true;
    }
    if (this.policy === "real" && this.#host.sleep !== undefined) {
      const delayUs = Math.max(0, (this.clock.nextUs ?? Number.POSITIVE_INFINITY) - this.#horizonUs());
      const sleep = this.#host.sleep(delayUs);
      this.#wake = sleep.wake;
      await sleep.done;
      this.#wake = undefined;
      // Whoever woke it may have given it something to do, which then happens at the host's time.
      this.#catchUp();
      return true;
    }
    // Code that was just let go may be about to give the world something to do.
    await this.#host.breathe();
    this.#askAll();
    if (this.scheduler.readyCount > 0 || this.clock.nextUs !== undefined || this.#serve()) return true;
    this.#failAll();
    // Nothing can happen any more before the bound: it counts as reached.
    this.#bound?.reached();
    if (this.#driving === 0 || this.#bound !== undefined) return false;
    await this.#untilWoken();
    return true;
  }

  /** Tells all that wait that what they wait for can never come, unless it may come from outside. */
  #failAll(): void {
    this.#askAll();
    for (const wait of this.#waits.filter(({ follows, isPatient }) => !follows && !isPatient)) {
      this.#waits.splice(this.#waits.indexOf(wait), 1);
      this.#driving--;
      wait.reject(this.#stuck(wait, "can never come: every process sleeps"));
    }
  }

  async #untilWoken(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }

  #stuck(wait: Wait, why: string): StatusError {
    return new StatusError("unavailable", `${wait.what} ${why}\n${this.explain()}`);
  }
}

/** Cancels the timer once the wait is over, however it ends. */
async function orCancel(timer: Timer, wait: Promise<void>): Promise<void> {
  try {
    await wait;
  } finally {
    timer.cancel();
  }
}

function tooLong({ begunUs, deadlineUs }: Wait): string {
  return `has not come in ${(deadlineUs - begunUs) / 1e6} s of virtual time (${howToRaise("timeoutUs")})`;
}

function howToRaise(limit: keyof WaitLimits): string {
  return `\`${limit}\` of this wait, or of \`limits\` of createEngine, allows more`;
}
