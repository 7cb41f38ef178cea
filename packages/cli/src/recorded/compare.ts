/** Compares what a case did with what was recorded. */
import type { RunCase } from "./recording.ts";

/** What is seen from outside: how a command line ended, and what it printed. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One text for each observable that differs, with both sides; none if the case passes. */
export function differences(wanted: RunCase, got: Outcome): readonly string[] {
  const found: string[] = [];
  if (wanted.exitCode !== got.exitCode) found.push(`exit code: recorded ${wanted.exitCode}, got ${got.exitCode}`);
  for (const stream of ["stdout", "stderr"] as const) {
    const how = wanted.compare[stream];
    if (how === "skip" || arranged(wanted[stream], how) === arranged(got[stream], how)) continue;
    found.push(`${stream}: recorded\n${indent(wanted[stream])}\ngot\n${indent(got[stream])}`);
  }
  return found;
}

function arranged(text: string, how: "exact" | "sorted-lines"): string {
  return how === "exact" ? text : text.split("\n").sort().join("\n");
}

function indent(text: string): string {
  return text.replace(/^/gm, "    ");
}
