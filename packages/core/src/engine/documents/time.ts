/** Times of API documents: RFC 3339 with nanoseconds, of which Bottleship knows the microseconds. */
import { parseTime, rfc3339Nano, rfc3339NanoFixed } from "../../lib/go/index.ts";

/** What Go prints for a time that was never set. */
export const ZERO_TIME = "0001-01-01T00:00:00Z";

/** The text of a time in microseconds since 1970; 0 was never. */
export function timeOf(us: number): string {
  return us === 0 ? ZERO_TIME : rfc3339Nano(us);
}

/** The time of a line of a log: always nine digits after the point. */
export function logTimeOf(us: number): string {
  return rfc3339NanoFixed(us);
}

/** Seconds since 1970 of a document's time; 0 if it has none, or one before. */
export function secondsOfTime(text: string | undefined): number {
  return Math.max(0, parseTime(text ?? "")?.seconds ?? 0);
}
