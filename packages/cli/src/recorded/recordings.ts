/** Recordings of every kind, as cases that can be replayed and compared: which kind a file holds is seen from its content. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "../terminal.ts";
import { buildDifferences } from "./build/compare.ts";
import type { RecordedExecutable } from "./build/image-facts.ts";
import { BUILD_RECORDING, type BuildCase, type BuildRecording, LAYER_ENTRY } from "./build/recording.ts";
import { replayBuild, type Surroundings } from "./build/replay.ts";
import { differences } from "./compare.ts";
import { RUN_RECORDING, type RunCase, type RunRecording } from "./recording.ts";
import { replayCase } from "./replay.ts";
import { TRANSCRIPT_RECORDING, type TranscriptCase, type TranscriptRecording } from "./transcript/recording.ts";
import { replayTranscript } from "./transcript/replay.ts";

/** A case of any kind, ready to be replayed. */
export interface RecordedCase {
  readonly name: string;
  readonly why: string;
  /** Replays it: one text for each observable that differs. @throws ReplayError, CaseSkipped */
  replay(): Promise<readonly string[]>;
}

/** The cases of one file. */
export interface RecordedCategory {
  readonly category: string;
  readonly cases: readonly RecordedCase[];
}

/** How cases are replayed: one text for each observable that differs. Builds are always replayed in the process. */
export interface Replayers {
  run(recorded: RunCase): Promise<readonly string[]>;
  transcript(recorded: TranscriptCase): Promise<readonly string[]>;
}

/** On engines in this process, through `engine.docker`. */
export const IN_PROCESS: Replayers = {
  run: async (recorded) => differences(recorded, await replayCase(recorded)),
  transcript: replayTranscript,
};

/** Where recordings lie below the directory of all of them. */
const PLACES = ["run", "build", "cli"];

/**
 * Every recording in a directory and in its subdirectories `run`, `build` and `cli`, in the order of names.
 *
 * @throws UsageError if there is none
 */
export function openRecordings(directory: string, replayers: Replayers = IN_PROCESS): readonly RecordedCategory[] {
  const read = [directory, ...PLACES.map((place) => join(directory, place))].flatMap(jsonFiles).map(readJson);
  const builds = new Map<string, BuildCase>();
  const categories = read.flatMap((one) => recordingOf(one));
  if (categories.length === 0) throw new UsageError(`${directory}: no recordings (*.json) in it`);
  for (const one of categories) {
    if (one.kind === "build") for (const each of one.recording.cases) builds.set(each.name, each);
  }
  const executable = read.flatMap(executableOf)[0];
  const surroundings = { findCase: (name: string) => builds.get(name), executable };
  return categories.map((one) => {
    if (one.kind === "run") return runCategory(one.recording, replayers);
    if (one.kind === "build") return buildCategory(one.recording, surroundings);
    return transcriptCategory(one.recording, replayers);
  });
}

interface JsonFile {
  readonly path: string;
  readonly json: unknown;
}

type Recording =
  | { readonly kind: "run"; readonly recording: RunRecording }
  | { readonly kind: "build"; readonly recording: BuildRecording }
  | { readonly kind: "transcript"; readonly recording: TranscriptRecording };

/** Files without cases (the list of an image's files) are no recordings. */
function recordingOf({ path, json }: JsonFile): readonly Recording[] {
  const { cases } = z.looseObject({ cases: z.array(z.looseObject({})).optional() }).parse(json);
  if (cases === undefined) return [];
  const [first] = cases;
  if (first !== undefined && "dockerfile" in first) {
    return [{ kind: "build", recording: parsed(BUILD_RECORDING, path, json, "builds") }];
  }
  if (first !== undefined && "steps" in first) {
    return [{ kind: "transcript", recording: parsed(TRANSCRIPT_RECORDING, path, json, "command lines") }];
  }
  return [{ kind: "run", recording: parsed(RUN_RECORDING, path, json, "scripts") }];
}

function parsed<T>(schema: z.ZodType<T>, path: string, json: unknown, what: string): T {
  const result = schema.safeParse(json);
  if (!result.success) throw new UsageError(`${path}: no recording of ${what}: ${z.prettifyError(result.error)}`);
  return result.data;
}

/** The list of the base image's files has one program, under many names. */
function executableOf({ json }: JsonFile): readonly RecordedExecutable[] {
  const list = z.looseObject({ layers: z.array(z.array(LAYER_ENTRY)) }).safeParse(json);
  const files = list.success ? list.data.layers.flat() : [];
  return files.flatMap(({ path, size, sha256 }) =>
    path.startsWith("bin/") && sha256 !== undefined ? [{ size, sha256 }] : [],
  );
}

function runCategory({ category, cases }: RunRecording, replayers: Replayers): RecordedCategory {
  return { category, cases: cases.map((one) => ({ ...one, replay: async () => replayers.run(one) })) };
}

/** Cases that are only there because others need them count like any other. */
function buildCategory({ category, cases }: BuildRecording, surroundings: Surroundings): RecordedCategory {
  const replay = async (one: BuildCase) => buildDifferences(one, await replayBuild(one, surroundings));
  return { category, cases: cases.map((one) => ({ name: one.name, why: one.why, replay: () => replay(one) })) };
}

function transcriptCategory({ category, cases }: TranscriptRecording, replayers: Replayers): RecordedCategory {
  return { category, cases: cases.map((one) => ({ ...one, replay: async () => replayers.transcript(one) })) };
}

function jsonFiles(directory: string): readonly string[] {
  try {
    const names = readdirSync(directory).filter((name) => name.endsWith(".json"));
    return names.sort().map((name) => join(directory, name));
  } catch {
    return [];
  }
}

function readJson(path: string): JsonFile {
  try {
    return { path, json: JSON.parse(readFileSync(path, "utf8")) };
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
