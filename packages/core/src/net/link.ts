/**
 * Links: what lies between two devices. Latency and loss are data, and can be changed while packets are under way.
 *
 * A link keeps the order of frames as long as its latency stays.
 */
import type { Clock, Prng, Timer } from "../sim/index.ts";

export interface LinkQuality {
  /** Microseconds from one end to the other. */
  latencyUs: number;
  /** Frames lost in a million. */
  lossPerMillion: number;
}

interface Flight {
  readonly timer: Timer;
  readonly arrive: () => void;
}

export class Link {
  readonly quality: LinkQuality;
  readonly #clock: Clock;
  readonly #random: Prng;
  readonly #flights = new Set<Flight>();

  constructor(clock: Clock, random: Prng, latencyUs: number) {
    this.#clock = clock;
    this.#random = random;
    this.quality = { latencyUs, lossPerMillion: 0 };
  }

  /** Calls `arrive` when what was sent is there, if it gets there. */
  carry(arrive: () => void): void {
    const { latencyUs, lossPerMillion } = this.quality;
    if (lossPerMillion > 0 && this.#random.chance(lossPerMillion, 1_000_000)) return;
    const flight: Flight = {
      arrive,
      timer: this.#clock.after(latencyUs, () => {
        this.#flights.delete(flight);
        arrive();
      }),
    };
    this.#flights.add(flight);
  }

  /** What is under way arrives now: the link is about to go. */
  flush(): void {
    for (const { timer, arrive } of [...this.#flights]) {
      timer.cancel();
      arrive();
    }
    this.#flights.clear();
  }
}
