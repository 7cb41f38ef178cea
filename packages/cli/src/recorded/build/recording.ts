/** Recordings of builds: the files' format. */
import { z } from "zod";

/** A text is a file with mode 0644. */
const FILE = z.union([
  z.string(),
  z.strictObject({ text: z.string(), mode: z.string().optional() }),
  z.strictObject({ base64: z.string(), mode: z.string().optional() }),
  z.strictObject({ symlink: z.string() }),
  z.strictObject({ hardlink: z.string() }),
  z.strictObject({ dir: z.literal(true), mode: z.string().optional() }),
]);

const FILES = z.record(z.string(), FILE);
const DOCKERFILE = z.union([z.string(), z.strictObject({ base64: z.string() })]).nullable();

const STEP = z.strictObject({
  name: z.string(),
  cached: z.literal(true).optional(),
  error: z.string().optional(),
  state: z.literal("not started").optional(),
});

export const LAYER_ENTRY = z.looseObject({
  path: z.string(),
  type: z.string(),
  mode: z.string(),
  uid: z.number(),
  gid: z.number(),
  size: z.number(),
  link: z.string().nullable(),
  sha256: z.string().optional(),
  major: z.number().optional(),
  minor: z.number().optional(),
});

/** `docker run --rm --network none OPTIONS IMAGE CMD`. */
const RUN = z.looseObject({
  cmd: z.array(z.string()),
  options: z.array(z.string()).optional(),
  exitCode: z.number(),
  stdout: z.string(),
  stderr: z.string().optional(),
});

/** What one build did. */
const BUILT = z.object({
  exitCode: z.number(),
  error: z.string().nullable(),
  where: z.object({ file: z.string(), line: z.number(), markedLines: z.array(z.number()) }).optional(),
  steps: z.array(STEP),
  /** By step; what nobody wrote is left out. */
  output: z.array(z.object({ step: z.string(), stdout: z.string().optional(), stderr: z.string().optional() })),
  warnings: z.array(z.string()),
  warningDetails: z.array(z.object({ rule: z.string(), message: z.string(), line: z.number().nullable().optional() })),
  config: z.record(z.string(), z.unknown()).optional(),
  history: z.array(z.record(z.string(), z.unknown())).optional(),
  author: z.string().optional(),
  architecture: z.string().optional(),
  os: z.string().optional(),
  variant: z.string().optional(),
  /** How many layers the base image has. */
  baseLayers: z.number().optional(),
  /** The others. */
  layers: z.array(z.array(LAYER_ENTRY)).optional(),
  /** Texts of small files above the base image. */
  rootfsOfInterest: z.record(z.string(), z.string()).optional(),
  cached: z.array(z.string()).optional(),
  notCached: z.array(z.string()).optional(),
  run: RUN.optional(),
  runs: z.array(RUN).optional(),
  clientStdout: z.string().optional(),
});

const BUILD_CASE = z.object({
  name: z.string(),
  why: z.string(),
  dockerfile: DOCKERFILE,
  /** Where in the context it lies. */
  dockerfilePath: z.string().optional(),
  context: FILES,
  /** Files beside the context. */
  extra: FILES.optional(),
  /** The client's environment. */
  env: z.record(z.string(), z.string()).optional(),
  /** The Dockerfile comes in by standard input. */
  stdin: z.boolean().optional(),
  contextArg: z.string().optional(),
  flags: z.array(z.string()),
  /** Cases whose image must be there. */
  bases: z.array(z.string()),
  /** One build after the other; what one does not say is as in the case. */
  builds: z
    .array(
      z.strictObject({
        dockerfile: z.string().optional(),
        /** `null` deletes. */
        contextPatch: z.record(z.string(), FILE.nullable()).optional(),
        flags: z.array(z.string()).optional(),
      }),
    )
    .optional(),
  noImage: z.boolean().optional(),
  dependency: z.boolean().optional(),
  result: z.union([z.object({ builds: z.array(BUILT) }), BUILT]),
});

export const BUILD_RECORDING = z.object({ category: z.string(), cases: z.array(BUILD_CASE) });

export type BuildCase = z.infer<typeof BUILD_CASE>;
export type BuildRecording = z.infer<typeof BUILD_RECORDING>;
export type Built = z.infer<typeof BUILT>;
export type LayerEntry = z.infer<typeof LAYER_ENTRY>;
export type RecordedFile = z.infer<typeof FILE>;
export type RecordedRun = z.infer<typeof RUN>;
