/** Compares what a build did with what was recorded, observable by observable. */
import { isDeepStrictEqual } from "node:util";
import type { BuildCase, Built } from "./recording.ts";
import type { BuildOutcome } from "./replay.ts";

const OBSERVABLES = [
  "exitCode",
  "error",
  "where",
  "steps",
  "output",
  "warnings",
  "warningDetails",
  "config",
  "history",
  "author",
  "architecture",
  "os",
  "variant",
  "baseLayers",
  "layers",
  "rootfsOfInterest",
  "cached",
  "notCached",
  "run",
  "runs",
  "clientStdout",
] as const satisfies readonly (keyof Built)[];

/** One text for each observable that differs, with both sides; none if the case passes. */
export function buildDifferences({ result }: BuildCase, got: BuildOutcome): readonly string[] {
  const wanted = "builds" in result ? result.builds : [result];
  const did = "builds" in got ? got.builds : [got];
  return wanted.flatMap((one, index) => {
    const place = wanted.length > 1 ? `build ${index + 1}: ` : "";
    const other = did[index];
    return other === undefined ? [`${place}missing`] : differences(one, other).map((text) => place + text);
  });
}

function differences(wanted: Built, got: Built): readonly string[] {
  return OBSERVABLES.flatMap((name) => {
    // For a series of builds the recordings keep less.
    if (wanted[name] === undefined && wanted.cached !== undefined) return [];
    const [a, b] = [arranged(name, wanted[name]), arranged(name, got[name])];
    return isDeepStrictEqual(a, b) ? [] : [`${name}: recorded\n${shown(a)}\ngot\n${shown(b)}`];
  });
}

/** Warnings have no order, and each is told once. */
function arranged(name: keyof Built, value: unknown): unknown {
  if (name !== "warningDetails" || !Array.isArray(value)) return value;
  return [...new Set(value.map((one) => JSON.stringify(one)))].sort();
}

function shown(value: unknown): string {
  const text = Array.isArray(value)
    ? value.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join("\n")
    : JSON.stringify(value);
  return String(text).replace(/^/gm, "    ");
}
