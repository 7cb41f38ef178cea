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
/** The range from which chance delays a timer in the order of those that are due at the same time. */
const ORDERS_MIXED = 1000;

/** The virtual clock of a world. */
export class Clock {
  #nowUs: number;
  #armed = 0;
  /**
   * A heap by due time, then order, with four children to a node: most timers are armed for soon, and rise through all
   * of its levels. Times and orders are kept in arrays of their own, so that comparing touches no timer.
   */
  readonly #heap: Timer[] = [];
  readonly #due: number[] = [];
  readonly #order: number[] = [];
  /** Draws the order of timers that are due at the same time; without it, they fire as they were armed. */
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
    return this.#due[0];
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
    if (timer === undefined || (this.#due[0] as number) > this.#nowUs) return false;
    this.disarm(timer);
    timer.fire();
    return true;
  }

  /** Puts `timer` into the heap: used by `Timer.arm`. What is due after `Number.MAX_SAFE_INTEGER` never comes. */
  arm(timer: Timer, dueUs: number): void {
    if (timer.position >= 0) this.disarm(timer);
    if (!(dueUs <= Number.MAX_SAFE_INTEGER)) return;
    const order = this.#armed++ + (timer.isOrdered ? 0 : (this.#chance?.below(ORDERS_MIXED) ?? 0));
    const at = this.#heap.length;
    this.#put(at, timer, Math.max(Math.ceil(dueUs), this.#nowUs), order);
    this.#siftUp(at);
  }

  /** Takes `timer` out of the heap: used by `Timer.cancel`. */
  disarm(timer: Timer): void {
    const at = timer.position;
    if (at < 0) return;
    const last = this.#heap.pop();
    const dueUs = this.#due.pop();
    const order = this.#order.pop();
    assert(last !== undefined && dueUs !== undefined && order !== undefined, "an armed timer is in the heap");
    if (last !== timer) {
      this.#put(at, last, dueUs, order);
      this.#siftUp(at);
      this.#siftDown(last.position);
    }
    timer.position = -1;
  }

  /** When `timer` is due; `undefined` if it is not armed. */
  dueUs(timer: Timer): number | undefined {
    return this.#due[timer.position];
  }

  #put(at: number, timer: Timer, dueUs: number, order: number): void {
    this.#heap[at] = timer;
    this.#due[at] = dueUs;
    this.#order[at] = order;
    timer.position = at;
  }

  /** Negative if the timer at `at` of the heap is due before that time and order, positive if after. */
  #compare(at: number, dueUs: number, order: number): number {
    return (this.#due[at] as number) - dueUs || (this.#order[at] as number) - order;
  }

  #siftUp(from: number): void {
    const heap = this.#heap;
    const due = this.#due;
    const orders = this.#order;
    const timer = heap[from] as Timer;
    const dueUs = due[from] as number;
    const order = orders[from] as number;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      if (this.#compare(parent, dueUs, order) <= 0) break;
      this.#put(at, heap[parent] as Timer, due[parent] as number, orders[parent] as number);
      at = parent;
    }
    this.#put(at, timer, dueUs, order);
  }

  /** The index of the child of `at` that is due first; beyond the heap if it has none. */
  #firstBelow(at: number): number {
    const end = Math.min(4 * at + 5, this.#heap.length);
    let first = 4 * at + 1;
    for (let other = first + 1; other < end; other++) {
      if (this.#compare(other, this.#due[first] as number, this.#order[first] as number) < 0) first = other;
    }
    return first;
  }

  #siftDown(from: number): void {
    const heap = this.#heap;
    const due = this.#due;
    const orders = this.#order;
    const timer = heap[from] as Timer;
    const dueUs = due[from] as number;
    const order = orders[from] as number;
    let at = from;
    for (;;) {
      const child = this.#firstBelow(at);
      if (child >= heap.length || this.#compare(child, dueUs, order) >= 0) break;
      this.#put(at, heap[child] as Timer, due[child] as number, orders[child] as number);
      at = child;
    }
    this.#put(at, timer, dueUs, order);
  }
}

/** Something that happens at a time. It can be armed again after it fired or was cancelled. */
export class Timer {
  readonly #clock: Clock;
  readonly #action: (() => void) | undefined;
  /** It never fires before those that were armed before it for the same time. */
  isOrdered = false;
  /** Index in the clock's heap; -1 while not armed. */
  position = -1;

  /** A subclass that overrides `fire` needs no `action`. */
  constructor(clock: Clock, action?: () => void) {
    this.#clock = clock;
    this.#action = action;
  }

  /** Its time has come: called by the clock. */
  fire(): void {
    this.#action?.();
  }

  get armed(): boolean {
    return this.position >= 0;
  }

  /** When it will fire; `undefined` while it is not armed. */
  get dueUs(): number | undefined {
    return this.#clock.dueUs(this);
  }

  arm(dueUs: number): void {
    this.#clock.arm(this, dueUs);
  }

  cancel(): void {
    this.#clock.disarm(this);
  }
}
