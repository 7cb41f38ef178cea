/**
 * Provenance of a build: by what it was asked for, and what it was made from.
 *
 * Unlike BuildKit's, it has no low-level definition of the build, and says nothing of the machine.
 *
 * @see SLSA provenance v0.2; BuildKit solver/llbsolver/provenance
 */
import type { BuildRequest, BuildResult } from "../../build/index.ts";
import { rfc3339Nano } from "../../lib/go/index.ts";
import { basename } from "../../lib/index.ts";
import { parseReference, repositoryName } from "../../oci/index.ts";
import type { Engine } from "../engine.ts";

const BUILD_TYPE = "https://mobyproject.org/buildkit@v1";
const DEFAULT_PLATFORM = "linux/amd64";

export interface BuildStory {
  readonly build: Pick<BuildRequest, "file" | "platform">;
  /** What the frontend was told besides: "build-arg:A", "no-cache". */
  readonly args: Readonly<Record<string, string>>;
  /** Names of the images that it started from. */
  readonly bases: BuildResult["bases"];
  /** What the client calls the directories that it sent. */
  readonly locals: readonly string[];
  /** An archive that the client sent instead of its context. */
  readonly upload?: Upload | undefined;
  /** The name of the build. */
  readonly ref: string;
  readonly startedUs: number;
  readonly finishedUs: number;
}

export interface Upload {
  /** "http://buildkit-session/…" */
  readonly uri: string;
  readonly digest: { readonly sha256: string };
}

/** The predicate, its fields in the order of Go's encoder. */
export function buildProvenance(engine: Engine, story: BuildStory) {
  const { bases, build, ref, upload } = story;
  const { platform = DEFAULT_PLATFORM } = build;
  return {
    builder: { id: "" },
    buildType: BUILD_TYPE,
    materials: [...bases.map((name) => materialOf(engine, name, platform)), ...(upload === undefined ? [] : [upload])],
    invocation: invocationOf(story),
    metadata: {
      buildInvocationID: ref,
      buildStartedOn: rfc3339Nano(story.startedUs),
      buildFinishedOn: rfc3339Nano(story.finishedUs),
      completeness: { parameters: true, environment: true, materials: false },
      reproducible: false,
    },
  };
}

function invocationOf({ build: { file }, args, locals, upload }: BuildStory) {
  const given = Object.entries(args).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    configSource: { ...upload, entryPoint: basename(file ?? "Dockerfile") },
    parameters: {
      frontend: "dockerfile.v0",
      ...(given.length > 0 && { args: Object.fromEntries(given) }),
      ...(locals.length > 0 && { locals: locals.map((name) => ({ name })) }),
    },
    environment: { platform: DEFAULT_PLATFORM },
  };
}

/** An image that a stage starts from, as a package URL. */
function materialOf(engine: Engine, name: string, platform: string): object {
  const reference = parseReference(name);
  const digest = reference.digest ?? engine.images.find(name)?.id ?? "";
  const path = repositoryName(reference).replace(/^docker\.io\/(?:library\/)?/, "");
  const uri = `pkg:docker/${path}@${reference.tag ?? "latest"}?platform=${encodeURIComponent(platform)}`;
  return { uri, digest: { sha256: digest.replace(/^sha256:/, "") } };
}
