/** Reads a time by a layout, with the error texts of Go's time.Parse; without a zone it is UTC. */

import { type Moment, quote, secondsOf } from "../../../lib/go/index.ts";
import { ValueError } from "../problem.ts";

/** Parts of a layout: what Go writes for them, how they look, and what they may be at most. */
const PARTS: Readonly<Record<string, { readonly pattern: RegExp; readonly name?: string; readonly most?: number }>> = {
  "2006": { pattern: /^\d{4}/ },
  "01": { pattern: /^\d{2}/, name: "month", most: 12 },
  "02": { pattern: /^\d{2}/, name: "day", most: 31 },
  "15": { pattern: /^\d{1,2}/, name: "hour", most: 23 },
  "04": { pattern: /^\d{2}/, name: "minute", most: 59 },
  "05": { pattern: /^\d{2}/, name: "second", most: 59 },
  ".999999999": { pattern: /^(?:[.,]\d+)?/ },
  "Z07:00": { pattern: /^(?:Z|[+-]\d{2}:\d{2})/ },
};
const LAYOUT = /2006|01|02|15|04|05|\.999999999|Z07:00|[-T:]/g;

/** @throws ValueError `parsing time "x" as "2006-01-02": cannot parse "x" as "2006"`, `…: month out of range`, … */
export function parseByLayout(layout: string, text: string): Moment {
  const found = new Map<string, string>();
  let rest = text;
  for (const [part] of layout.matchAll(LAYOUT)) {
    const known = PARTS[part];
    const match = known === undefined ? (rest.startsWith(part) ? part : undefined) : known.pattern.exec(rest)?.[0];
    if (match === undefined)
      throw new ValueError(
        `parsing time ${quote(text)} as ${quote(layout)}: cannot parse ${quote(rest)} as ${quote(part)}`,
      );
    rest = rest.slice(match.length);
    found.set(part, match);
    const value = Number(match);
    if (known?.most !== undefined && (value > known.most || (value === 0 && /month|day/.test(known.name ?? ""))))
      throw new ValueError(`parsing time ${quote(text)}: ${known.name} out of range`);
    if (part === "05" && !layout.includes(".9")) {
      const fraction = /^[.,]\d+/.exec(rest)?.[0] ?? "";
      found.set(".999999999", fraction);
      rest = rest.slice(fraction.length);
    }
  }
  if (rest !== "") throw new ValueError(`parsing time ${quote(text)}: extra text: ${quote(rest)}`);
  return moment(text, found);
}

function moment(text: string, found: ReadonlyMap<string, string>): Moment {
  const number = (part: string, otherwise: number): number => Number(found.get(part) ?? otherwise);
  const [year, month, day] = [number("2006", 1970), number("01", 1), number("02", 1)];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 31;
  if (day > days) throw new ValueError(`parsing time ${quote(text)}: day out of range`);
  const time = { year, month, day, hour: number("15", 0), minute: number("04", 0), second: number("05", 0) };
  const [, sign = "+", hours = "0", minutes = "0"] = /^([+-])(\d{2}):(\d{2})$/.exec(found.get("Z07:00") ?? "") ?? [];
  const offset = (Number(hours) * 3600 + Number(minutes) * 60) * (sign === "-" ? -1 : 1);
  const fraction = (found.get(".999999999") ?? "").slice(1, 10).padEnd(9, "0");
  return { seconds: secondsOf(time) - offset, nanoseconds: Number(fraction) };
}
