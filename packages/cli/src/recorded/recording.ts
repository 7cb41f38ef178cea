/** Recordings of scripts in real containers: the files' format, checked. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "../terminal.ts";

const COMPARE = z.enum(["exact", "sorted-lines", "skip"]);

const RUN_CASE = z.object({
  name: z.string(),
  why: z.string(),
  /** Options of `docker run`. */
  options: z.array(z.string()),
  /** The container's command. */
  cmd: z.array(z.string()),
  stdin: z.string().nullable(),
  /** Docker commands before and after, without the word `docker`. */
  setup: z.array(z.array(z.string())).optional(),
  teardown: z.array(z.array(z.string())).optional(),
  exitCode: z.number().int(),
  stdout: z.string(),
  stderr: z.string(),
  compare: z.object({ stdout: COMPARE, stderr: COMPARE }),
});

export const RUN_RECORDING = z.object({ category: z.string(), cases: z.array(RUN_CASE) });

/** One script with what was observed of it: exit code, stdout, stderr. */
export type RunCase = z.infer<typeof RUN_CASE>;
/** A file of such cases, which have a category in common. */
export type RunRecording = z.infer<typeof RUN_RECORDING>;

/** Reads a file of recorded scripts. @throws UsageError if it is none */
export function readRecording(path: string): RunRecording {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = RUN_RECORDING.safeParse(json);
  if (!parsed.success) throw new UsageError(`${path}: no recording of scripts: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/**
 * Every recording in a directory, or in its subdirectory `run`, in the order of their names.
 *
 * @throws UsageError if there is none
 */
export function readRecordings(directory: string): readonly RunRecording[] {
  for (const place of [join(directory, "run"), directory]) {
    const names = filesIn(place).filter((name) => name.endsWith(".json"));
    if (names.length > 0) return names.sort().map((name) => readRecording(join(place, name)));
  }
  throw new UsageError(`${directory}: no recordings (*.json) in it`);
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
