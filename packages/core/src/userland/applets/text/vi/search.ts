/** Looking for a pattern in a text, from a place on or backwards, around the end if need be. @see vi(1p) "/", "?" */
import type { Regex } from "../../../regex/index.ts";
import type { Document } from "./document.ts";

export function search(document: Document, regex: Regex, from: number, step: 1 | -1): number | undefined {
  const isWanted = (at: number): boolean => (step > 0 ? at >= from : at <= from);
  const edge = step > 0 ? 0 : document.text.length - 1;
  return lineByLine(document, regex, { from, step, isWanted }) ?? lineByLine(document, regex, { from: edge, step });
}

interface Direction {
  readonly from: number;
  readonly step: 1 | -1;
  readonly isWanted?: (at: number) => boolean;
}

/** Beginning with the line at `from`. */
function lineByLine(
  document: Document,
  regex: Regex,
  { from, step, isWanted = () => true }: Direction,
): number | undefined {
  const { text } = document;
  for (let line = document.lineStart(from); line < text.length; ) {
    const places = placesIn(regex, text.slice(line, document.lineEnd(line))).map((place) => line + place);
    const found = step > 0 ? places.find(isWanted) : places.findLast(isWanted);
    if (found !== undefined) return found;
    if (step < 0 && line === 0) return undefined;
    line = step > 0 ? document.lineEnd(line) + 1 : document.previousLine(line);
  }
  return undefined;
}

/** Where in a line matches begin, also within each other. */
function placesIn(regex: Regex, line: string): readonly number[] {
  const places: number[] = [];
  for (let match = regex.find(line); match !== undefined; match = regex.find(line, { start: match.start + 1 })) {
    places.push(match.start);
    if (match.start >= line.length) break;
  }
  return places;
}
