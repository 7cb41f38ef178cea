/**
 * The virtual clock and its timers.
 *
 * Time is an integer number of microseconds and moves only when the world moves it. Timers due at the same microsecond
 * fire in the order in which they were armed, unless chance is to decide.
 */
import { assert } from "../lib/index.ts";
import type { Prng } from "./prng.ts";

/** Microseconds between the Unix epoch and 2025-01-01T00:00:00Z: when a world begins unless it says otherwise. */
export const DEFAULT_EPOCH_US = 1_735_689_600_000_000;
/** How far chance may move a timer among those that are due with it. */
const ORDERS_MIXED = 1000;

export class Clock {
  #nowUs: number;
  #armed = 0;
  readonly #heap: Timer[] = [];
  /** Draws which of those that are due together come first; absent, those that were armed first. */
  readonly #chance: Prng | undefined;
  /** Wall time at which the world began. */
  readonly startUs: number;

  constructor(startUs: number = DEFAULT_EPOCH_US, chance?: Prng) {
    this.#chance = chance;
    this.startUs = startUs;
    this.#nowUs = startUs;
  }

  /** Wall time: microseconds since the Unix epoch. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** Microseconds since the world began. */
  get uptimeUs(): number {
    return this.#nowUs - this.startUs;
  }

  /** When the earliest timer is due; `undefined` if none is armed. */
  get nextUs(): number | undefined {
    return this.#heap[0]?.dueUs;
  }

  /** Calls `fire` once, when `delayUs` have passed. */
  after(delayUs: number, fire: () => void): Timer {
    const timer = new Timer(this, fire);
    timer.arm(this.#nowUs + Math.max(0, delayUs));
    return timer;
  }

  /** The same for what must not overtake others of its kind that are due at the same time: frames on a cable. */
  afterInOrder(delayUs: number, fire: () => void): Timer {
    const timer = new Timer(this, fire);
    timer.isOrdered = true;
    timer.arm(this.#nowUs + Math.max(0, delayUs));
    return timer;
  }

  /** A timer that is not armed yet. */
  timer(fire: () => void): Timer {
    return new Timer(this, fire);
  }

  /** Moves time to `timeUs` without firing anything. The world calls it, nobody else. */
  moveTo(timeUs: number): void {
    assert(timeUs >= this.#nowUs, "time moves forward only");
    this.#nowUs = timeUs;
  }

  /** Fires the earliest timer if it is due now. False if none is. */
  fireNext(): boolean {
    const timer = this.#heap[0];
    if (timer === undefined || timer.dueUs > this.#nowUs) return false;
    this.disarm(timer);
    timer.fire();
    return true;
  }

  /** Puts `timer` into the heap: used by `Timer.arm`. What is beyond all numbers of microseconds never comes. */
  arm(timer: Timer, dueUs: number): void {
    if (timer.position >= 0) this.disarm(timer);
    if (!(dueUs <= Number.MAX_SAFE_INTEGER)) return;
    timer.dueUs = Math.max(Math.ceil(dueUs), this.#nowUs);
    timer.order = this.#armed++ + (timer.isOrdered ? 0 : (this.#chance?.below(ORDERS_MIXED) ?? 0));
    timer.position = this.#heap.length;
    this.#heap.push(timer);
    this.#siftUp(timer);
  }

  /** Takes `timer` out of the heap: used by `Timer.cancel`. */
  disarm(timer: Timer): void {
    if (timer.position < 0) return;
    const last = this.#heap.pop();
    assert(last !== undefined, "an armed timer is in the heap");
    if (last !== timer) {
      last.position = timer.position;
      this.#heap[last.position] = last;
      this.#siftUp(last);
      this.#siftDown(last);
    }
    timer.position = -1;
  }

  #siftUp(timer: Timer): void {
    const heap = this.#heap;
    let at = timer.position;
    while (at > 0) {
      const parent = heap[(at - 1) >> 1] as Timer;
      if (!timer.isBefore(parent)) break;
      heap[at] = parent;
      parent.position = at;
      at = (at - 1) >> 1;
    }
    heap[at] = timer;
    timer.position = at;
  }

  #siftDown(timer: Timer): void {
    const heap = this.#heap;
    let at = timer.position;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as Timer).isBefore(heap[child] as Timer)) child++;
      const least = heap[child] as Timer;
      if (!least.isBefore(timer)) break;
      heap[at] = least;
      least.position = at;
      at = child;
    }
    heap[at] = timer;
    timer.position = at;
  }
}

/** Something that happens at a time. It can be armed again after it fired or was cancelled. */
export class Timer {
  readonly #clock: Clock;
  readonly #action: (() => void) | undefined;
  dueUs = 0;
  order = 0;
  /** It comes after those that were armed before it. */
  isOrdered = false;
  /** Index in the clock's heap; -1 while not armed. */
  position = -1;

  /** Who says in `fire` what happens needs no `action`. */
  constructor(clock: Clock, action?: () => void) {
    this.#clock = clock;
    this.#action = action;
  }

  /** It happens. */
  fire(): void {
    this.#action?.();
  }

  get armed(): boolean {
    return this.position >= 0;
  }

  arm(dueUs: number): void {
    this.#clock.arm(this, dueUs);
  }

  cancel(): void {
    this.#clock.disarm(this);
  }

  isBefore(other: Timer): boolean {
    return this.dueUs < other.dueUs || (this.dueUs === other.dueUs && this.order < other.order);
  }
}
