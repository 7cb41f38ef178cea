/**
 * `--since` and `--until`: a duration before now, a date, or seconds since 1970.
 *
 * Model: moby api/types/time GetTimestamp.
 */

import type { Moment } from "../../../lib/go/index.ts";
import { parseDuration, quote, readOr } from "../../../lib/go/index.ts";
import { parseByLayout } from "../go/parse-time.ts";
import { ValueError } from "../problem.ts";

/**
 * The moment that a text means.
 *
 * `now` is in seconds since 1970; like Docker, a duration is counted in whole seconds.
 * @throws ValueError `failed to parse value as time or duration: "…"`; `docker logs` puts `invalid value for "since": ` before.
 */
export function parseTimestamp(text: string, now: number): Moment {
  const duration = text === "0" ? undefined : durationOf(text);
  if (duration !== undefined) return { seconds: Math.floor(now - duration / 1e9), nanoseconds: 0 };
  try {
    return parseByLayout(layoutOf(text), text);
  } catch (error) {
    if (!(error instanceof ValueError) || text.includes("-")) throw error;
  }
  const [, seconds, fraction = ""] = /^([+-]?\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (seconds === undefined) throw new ValueError(`failed to parse value as time or duration: ${quote(text)}`);
  return { seconds: Number(seconds), nanoseconds: Number(fraction.slice(0, 9).padEnd(9, "0")) };
}

function durationOf(text: string): number | undefined {
  return readOr(
    () => parseDuration(text),
    () => undefined,
  );
}

function layoutOf(text: string): string {
  const local = !/[zZ+]/.test(text) && text.split("-").length !== 4;
  const zone = local ? "" : "Z07:00";
  if (text.includes(".")) return `2006-01-02T15:04:05.999999999${zone}`;
  if (!text.includes("T")) return `2006-01-02${zone}`;
  const colons = text.split(":").length - 1;
  const inTime = !local && !/[zZ]/.test(text) && colons > 0 ? colons - 1 : colons;
  return `2006-01-02T15${["", ":04"][inTime] ?? ":04:05"}${zone}`;
}
