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
import { knownWord, ownFunction, StatusError } from "../lib/index.ts";
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
import { UNLIMITED, USUAL_LIMITS, type WaitLimits, type WaitOptions, Waits } from "./waits.ts";

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
  readonly #waits: Waits;
  readonly #narrators = new Set<() => Iterable<string>>();
  #turns = 0;
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
  /** Microtasks that have passed since the pump was started, up to its first turn. */
  #hops = 0;
  #wake: (() => void) | undefined;

  /** @throws StatusError invalid-argument for an unknown policy or order, and for limits that are no amounts */
  constructor(options: WorldOptions = {}) {
    const { timeoutUs, turns } = options.limits ?? {};
    checkAmounts({ startUs: options.startUs, "limits.timeoutUs": timeoutUs, "limits.turns": turns });
    this.policy = knownWord(POLICIES, options.policy ?? "skip", "policy of time");
    this.#host = options.host ?? DEFAULT_HOST;
    const startUs = options.startUs ?? (this.policy === "real" ? this.#host.nowUs?.() : undefined);
    this.seed = options.seed ?? 1;
    // The order of what is simultaneous.
    const chance = options.order === "random" ? new Prng(`${this.seed}:order`) : undefined;
    this.clock = new Clock(startUs, chance);
    const usual = this.policy === "real" ? UNLIMITED : USUAL_LIMITS;
    this.#waits = new Waits(this, { limits: options.limits ?? {}, usual, chance });
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
    this.#waits.follow();
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
    return this.#waits.add(done, options);
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
    if (this.#bound === undefined && this.#waits.isEmpty) return;
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
    lines.push(...this.#waits.narrate());
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
      if (how === "begins" && !this.#waits.isDriving) this.#waits.serve();
      if (how !== "ends") pause = this.#run();
      // What others did while the host breathed may fulfil a wait that only follows.
      if (pause === undefined && !this.#waits.isDriving) this.#waits.serve();
    } catch (bug) {
      this.#waits.breakAll(bug);
    }
    if (pause !== undefined) {
      pause.then(this.#goOn, this.#fallOver);
      return;
    }
    this.#pumping = false;
    // Waits that only follow are asked once more.
    if (this.#wokenAgain && this.#waits.hasAwake) this.wake();
  }

  /** After a pause, whose outcome is false if nothing can happen any more. */
  readonly #goOn = ownFunction((outcome: unknown): void => this.#pump(outcome === false ? "ends" : "goes on"));

  readonly #fallOver = ownFunction((bug: unknown): void => {
    this.#waits.breakAll(bug);
    this.#pump("ends");
  });

  /** Runs until nobody waits any more, or until a pause is due: that is answered. */
  #run(): Promise<unknown> | undefined {
    while (this.#waits.isDriving || this.#bound !== undefined) {
      if (this.#waits.serve()) {
        if (this.#bound !== undefined || !this.#waits.isEmpty) return this.#host.breathe();
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
    this.#waits.askAll();
    const bound = this.#bound;
    if (this.#waits.serve()) return true;
    const isIdle = this.scheduler.readyCount === 0 && this.clock.nextUs === undefined;
    if (bound?.fails === true && isIdle) this.#waits.failAll();
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
    this.#waits.askAll();
    if (this.scheduler.readyCount > 0 || this.clock.nextUs !== undefined || this.#waits.serve()) return true;
    this.#waits.failAll();
    // Nothing can happen any more before the bound: it counts as reached.
    this.#bound?.reached();
    if (!this.#waits.isDriving || this.#bound !== undefined) return false;
    await this.#untilWoken();
    return true;
  }

  async #untilWoken(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
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
