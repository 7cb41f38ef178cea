/** Rules that hold for a while rather than for single things: conditions of links, the wall clock, the daemon's absence. */
import type { Clock } from "../sim/index.ts";
import type { HeldFault, When } from "./rule.ts";
import { durationOf } from "./trigger.ts";

/** Begins after `after` and ends after `lasts`. `begin` returns what ends it. */
export function schedule(
  clock: Clock,
  { after, lasts }: Pick<When, "after" | "lasts">,
  begin: () => (() => void) | undefined,
): HeldFault {
  const delayUs = durationOf(after ?? 0);
  const lastsUs = lasts === undefined ? undefined : durationOf(lasts);
  let end: (() => void) | undefined;
  const start = (): void => {
    end = begin();
    if (lastsUs !== undefined) ending.arm(clock.nowUs + lastsUs);
  };
  const beginning = clock.timer(start);
  const ending = clock.timer(() => stop());
  const stop = (): void => {
    beginning.cancel();
    ending.cancel();
    end?.();
    end = undefined;
  };
  if (delayUs === 0) start();
  else beginning.arm(clock.nowUs + delayUs);
  return { undo: stop, [Symbol.dispose]: stop };
}
