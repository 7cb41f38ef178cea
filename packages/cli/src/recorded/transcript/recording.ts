/** Recordings of docker command lines and what they printed: the files' format, checked. */
import { z } from "zod";

const COMPARE = z.enum(["exact", "sorted-lines", "json", "skip"]);

const STEP = z.object({
  /** A line for `bash -c`. */
  run: z.string(),
  exitCode: z.union([z.number().int(), z.literal("timeout")]),
  stdout: z.string(),
  stderr: z.string(),
  compare: z.object({ stdout: COMPARE.optional(), stderr: COMPARE.optional() }).optional(),
  /** What of a JSON output counts; all without it. */
  jsonKeys: z.array(z.string()).optional(),
  /** More patterns, with what replaces them. */
  norm: z.array(z.tuple([z.string(), z.string()])).optional(),
  /** How long it may take, in seconds. */
  timeout: z.number().optional(),
});

const TRANSCRIPT_CASE = z.object({
  name: z.string(),
  why: z.string(),
  /** Plugins of the client. */
  needs: z.array(z.string()).optional(),
  /** What is in the directory where the lines run. */
  files: z.record(z.string(), z.string()).optional(),
  steps: z.array(STEP),
  /** Lines that run before and after. */
  cleanup: z.array(z.string()),
});

export const TRANSCRIPT_RECORDING = z.object({ category: z.string(), cases: z.array(TRANSCRIPT_CASE) });

export type TranscriptCase = z.infer<typeof TRANSCRIPT_CASE>;
export type TranscriptRecording = z.infer<typeof TRANSCRIPT_RECORDING>;
export type TranscriptStep = z.infer<typeof STEP>;
