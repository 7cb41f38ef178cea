/** The layers that caches from elsewhere offer, by the keys of the steps that made them. */
import type { SourceStatus } from "./plan.ts";
import type { StepRecord } from "./step-records.ts";

/** A layer together with all below it. */
export interface OfferedLayer {
  /** Its committed snapshot, once it is fetched. */
  readonly snapshot: string;
  /** Makes the snapshot, if it is not there. @throws StatusError */
  readonly fetch?: (tell: SourceStatus) => Promise<void>;
}

/** What a cache knows. */
export interface OfferedCache {
  readonly records: readonly StepRecord[];
  /** By their numbers; one that cannot be had is `undefined`. */
  readonly layers: readonly (OfferedLayer | undefined)[];
}

export class OfferedLayers {
  readonly #offers = new Map<string, OfferedLayer>();

  /** Of several layers for a step, the first that was offered is taken. */
  add({ records, layers: offered }: OfferedCache): void {
    for (const { digest, layers } of records) {
      const layer = offered[layers?.[0]?.layer ?? -1];
      if (layer !== undefined && !this.#offers.has(digest)) this.#offers.set(digest, layer);
    }
  }

  get isEmpty(): boolean {
    return this.#offers.size === 0;
  }

  find(key: string): OfferedLayer | undefined {
    return this.#offers.get(key);
  }
}
