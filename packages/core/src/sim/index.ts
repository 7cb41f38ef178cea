/** Floor 2: time, chance, turns. */
export { Allotment, type AllotmentOptions, Allotments } from "./allotment.ts";
export { Clock, DEFAULT_EPOCH_US, Timer } from "./clock.ts";
export { type CostTable, DEFAULT_COSTS } from "./cost.ts";
export { type Duration, microsecondsOf } from "./duration.ts";
export { DEFAULT_HOST, type Host } from "./host.ts";
export { type Act, type Input, inputText, type Journal, type Moment, type Reference } from "./journal.ts";
export { Prng, type PrngState } from "./prng.ts";
export { Recorder, replayOptions } from "./recorder.ts";
export { type FirstMoment, firstMoment, type Inhabitant, type ReplayOptions, replay } from "./replay.ts";
export { type Coroutine, Scheduler, type TurnOrder } from "./scheduler.ts";
export { Trace, type TraceState } from "./trace.ts";
export { type Waiter, WaitQueue } from "./wait-queue.ts";
export {
  TURNS_LIMIT,
  TURNS_PER_SECOND,
  UNLIMITED,
  WAIT_LIMIT_US,
  type WaitLimits,
  type WaitOptions,
} from "./waits.ts";
export { type SleepOptions, type TimePolicy, World, type WorldOptions, type WorldState } from "./world.ts";
