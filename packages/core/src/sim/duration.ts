/** How long something takes: microseconds, or a text that Go's package time would read: `10m`, `1h30m`, `250ms`. */
import { parseDuration } from "../lib/go/index.ts";

/** Microseconds, or a text in the form of Go: `10m`, `1h30m`, `250ms`. */
export type Duration = number | string;

/**
 * Any duration in microseconds.
 *
 * @throws ValueError `time: invalid duration "x"`, also for what is neither number nor text
 */
export function microsecondsOf(duration: Duration): number {
  return typeof duration === "number" ? duration : parseDuration(String(duration)) / 1000;
}
