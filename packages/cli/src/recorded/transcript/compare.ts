/** Compares what a step printed with what was recorded. */
import { isDeepStrictEqual } from "node:util";
import type { TranscriptStep } from "./recording.ts";

export interface StepOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One text for each observable that differs. Both sides are normalised. */
export function stepDifferences(step: TranscriptStep, got: StepOutcome): readonly string[] {
  const found: string[] = [];
  if (step.exitCode !== got.exitCode) found.push(`exit code: recorded ${step.exitCode}, got ${got.exitCode}`);
  for (const stream of ["stdout", "stderr"] as const) {
    const keys = stream === "stdout" ? step.jsonKeys : undefined;
    if (agrees(step.compare?.[stream] ?? "exact", step[stream], got[stream], keys)) continue;
    found.push(`${stream}: recorded\n${indent(step[stream])}\ngot\n${indent(got[stream])}`);
  }
  return found.length === 0 ? [] : [`$ ${step.run}`, ...found];
}

function agrees(how: string, wanted: string, got: string, keys: readonly string[] | undefined): boolean {
  if (how === "skip" || wanted === got) return true;
  if (how === "sorted-lines") return sorted(wanted) === sorted(got);
  if (how !== "json") return false;
  try {
    const [left, right] = [parseJson(wanted), parseJson(got)];
    if (keys === undefined) return isDeepStrictEqual(left, right);
    return keys.every((key) => isDeepStrictEqual(pick(left, partsOf(key)), pick(right, partsOf(key))));
  } catch {
    return false;
  }
}

const sorted = (text: string): string => text.trimEnd().split("\n").sort().join("\n");

/** One document, or one a line. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    return lines.map((line): unknown => JSON.parse(line));
  }
}

const ABSENT = "<absent>";

/** A path's parts are parted by points; `\.` is a point in a name, `*` is everything. */
function partsOf(path: string): readonly string[] {
  return path
    .replaceAll("\\.", "\0")
    .split(".")
    .map((part) => part.replaceAll("\0", "."));
}

function pick(value: unknown, [part, ...rest]: readonly string[]): unknown {
  if (part === undefined) return value;
  if (typeof value !== "object" || value === null) return ABSENT;
  if (part === "*") {
    if (Array.isArray(value)) return value.map((one) => pick(one, rest));
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, pick(one, rest)]));
  }
  const entry = Array.isArray(value)
    ? { has: value.at(Number(part)) !== undefined, value: value.at(Number(part)) as unknown }
    : { has: Object.hasOwn(value, part), value: (value as Record<string, unknown>)[part] };
  return entry.has ? pick(entry.value, rest) : ABSENT;
}

function indent(text: string): string {
  return text.replace(/^/gm, "    ");
}
