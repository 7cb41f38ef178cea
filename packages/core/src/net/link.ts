/**
 * Links: what lies between two devices. Latency and loss are data, and can be changed while packets are under way.
 *
 * A link keeps the order of frames in each direction: a frame that would overtake another one arrives together with it.
 * Unlike with Linux's netem, jitter therefore reorders nothing.
 *
 * @see tc-netem(8)
 */
import { type Clock, type Prng, Timer } from "../sim/index.ts";
import type { Frame } from "./packet.ts";

export interface LinkQuality {
  /** Microseconds from one end to the other. */
  latencyUs: number;
  /** Frames lost in a million. */
  lossPerMillion: number;
}

/** What somebody makes of a link for a while, on top of its quality. What is left out stays as it is. */
export interface LinkConditions {
  /** Added to the latency, in microseconds. */
  readonly latencyUs?: number | undefined;
  /** The added latency varies by so much to both sides, evenly. */
  readonly jitterUs?: number | undefined;
  /** Frames lost in a million. */
  readonly lossPerMillion?: number | undefined;
  /** Bits a second in each direction. */
  readonly bitsPerSecond?: number | undefined;
  /** Nothing gets through. */
  readonly isCut?: boolean | undefined;
}

/** Conditions of frames that it applies to, and the queue of those that wait for bandwidth, for each direction. */
export interface Impairment {
  readonly conditions: LinkConditions;
  applies(frame: Frame, direction: number): boolean;
}

/** Frames that wait for bandwidth. @see tc-netem(8): limit */
const QUEUE_LIMIT = 1000;
const US_PER_SECOND = 1_000_000;
const NONE: readonly Impairment[] = [];

/** Where a frame comes out. */
export interface LinkExit {
  arrive(frame: Frame): void;
}

/** A frame under way: the timer of its arrival, and its place among the link's others. */
class Flight extends Timer {
  readonly #link: Link;
  readonly #frame: Frame;
  readonly #exit: LinkExit;
  earlier: Flight | undefined = undefined;
  later: Flight | undefined = undefined;

  constructor(clock: Clock, link: Link, frame: Frame, exit: LinkExit) {
    super(clock);
    this.isOrdered = true;
    this.#link = link;
    this.#frame = frame;
    this.#exit = exit;
  }

  override fire(): void {
    this.#link.landed(this);
    this.#exit.arrive(this.#frame);
  }
}

interface Queue {
  /** When the last frame has been sent. */
  freeUs: number;
  /** When each of those that wait will have been sent. */
  waiting: number[];
}

export class Link {
  readonly quality: LinkQuality;
  /** Who has something to say about frames of this link; `undefined` while nobody has. */
  impairments: (() => readonly Impairment[]) | undefined = undefined;
  readonly #clock: Clock;
  readonly #random: Prng;
  /** Frames under way, in the order in which they were sent: few links are ever asked for them. */
  #firstFlight: Flight | undefined;
  #lastFlight: Flight | undefined;
  readonly #queues = new Map<Impairment, [Queue, Queue]>();
  /** Nothing arrives before, by direction. */
  readonly #lastUs: [number, number] = [0, 0];

  constructor(clock: Clock, random: Prng, latencyUs: number) {
    this.#clock = clock;
    this.#random = random;
    this.quality = { latencyUs, lossPerMillion: 0 };
  }

  /** What is sent comes out at `exit`, if it gets there. `direction` is 0 from one end, 1 from the other. */
  carry(frame: Frame, direction: 0 | 1, exit: LinkExit): void {
    const { latencyUs, lossPerMillion } = this.quality;
    if (lossPerMillion > 0 && this.#isLost(lossPerMillion)) return;
    const impairments = this.impairments?.() ?? NONE;
    const clock = this.#clock;
    // What was held up is not overtaken when the cause has gone.
    const isPlain = impairments.length === 0 && this.#lastUs[direction] <= clock.nowUs;
    const delayUs = isPlain ? latencyUs : this.#impaired(impairments, frame, direction);
    if (delayUs === undefined) return;
    const flight = new Flight(clock, this, frame, exit);
    flight.earlier = this.#lastFlight;
    if (this.#lastFlight === undefined) this.#firstFlight = flight;
    else this.#lastFlight.later = flight;
    this.#lastFlight = flight;
    flight.arm(clock.nowUs + Math.max(0, delayUs));
  }

  /** A frame is no longer under way. */
  landed({ earlier, later }: Flight): void {
    if (earlier === undefined) this.#firstFlight = later;
    else earlier.later = later;
    if (later === undefined) this.#lastFlight = earlier;
    else later.earlier = earlier;
  }

  /** What is under way arrives now: the link is about to go. */
  flush(): void {
    const flights: Flight[] = [];
    for (let flight = this.#firstFlight; flight !== undefined; flight = flight.later) flights.push(flight);
    for (const flight of flights) {
      flight.cancel();
      flight.fire();
    }
  }

  /** How long the frame takes; `undefined` if it is lost. */
  #impaired(impairments: readonly Impairment[], frame: Frame, direction: 0 | 1): number | undefined {
    let delayUs = this.quality.latencyUs;
    for (const impairment of impairments) {
      if (!impairment.applies(frame, direction)) continue;
      const { conditions } = impairment;
      if (conditions.isCut === true || this.#isLost(conditions.lossPerMillion ?? 0)) return undefined;
      const waitUs = this.#queued(impairment, direction, frame.length);
      if (waitUs === undefined) return undefined;
      delayUs += waitUs + this.#varied(conditions);
    }
    const nowUs = this.#clock.nowUs;
    const dueUs = Math.max(nowUs + delayUs, this.#lastUs[direction]);
    this.#lastUs[direction] = dueUs;
    return dueUs - nowUs;
  }

  #varied({ latencyUs = 0, jitterUs = 0 }: LinkConditions): number {
    if (jitterUs === 0) return latencyUs;
    return Math.max(0, latencyUs - jitterUs + this.#random.below(2 * jitterUs + 1));
  }

  /** How long it takes until the frame is on the wire; `undefined` if too many wait. */
  #queued(impairment: Impairment, direction: 0 | 1, bytes: number): number | undefined {
    const { bitsPerSecond } = impairment.conditions;
    if (bitsPerSecond === undefined) return 0;
    const queue = this.#queueOf(impairment, direction);
    const nowUs = this.#clock.nowUs;
    queue.waiting = queue.waiting.filter((us) => us > nowUs);
    if (queue.waiting.length >= QUEUE_LIMIT) return undefined;
    queue.freeUs = Math.max(queue.freeUs, nowUs) + Math.ceil((bytes * 8 * US_PER_SECOND) / bitsPerSecond);
    queue.waiting.push(queue.freeUs);
    return queue.freeUs - nowUs;
  }

  #queueOf(impairment: Impairment, direction: 0 | 1): Queue {
    let queues = this.#queues.get(impairment);
    if (queues === undefined) {
      queues = [
        { freeUs: 0, waiting: [] },
        { freeUs: 0, waiting: [] },
      ];
      this.#queues.set(impairment, queues);
    }
    return queues[direction];
  }

  #isLost(perMillion: number): boolean {
    return perMillion > 0 && this.#random.chance(perMillion, 1_000_000);
  }
}
