/**
 * `--metadata-file`: what was built and from what, as JSON.
 *
 * @see docker/buildx build/provenance.go, commands/build.go; SLSA provenance v0.2
 */
import type { BuildRequest, BuildResult } from "../../../build/index.ts";
import { basename } from "../../../lib/index.ts";
import { parseReference, referenceText, repositoryName } from "../../../oci/index.ts";
import { openProblem, outputProblem } from "../client-disk.ts";
import type { Session } from "../session.ts";
import { type DockerBuild, OptionError } from "./option.ts";

/** How buildx shows that it asks for it. */
export const METADATA_STEP = "resolving provenance for metadata file";
const BUILD_TYPE = "https://mobyproject.org/buildkit@v1";
const REF_LENGTH = 25;
const DEFAULT_PLATFORM = "linux/amd64";

/** As clients name a build, or a session: by chance. */
export function buildName({ engine: { kernel } }: Session): string {
  return Array.from({ length: REF_LENGTH }, () => kernel.random.below(36).toString(36)).join("");
}

/** @throws OptionError for a file that cannot be written */
export function checkMetadataFile(session: Session, file: string): void {
  if (file === "" || session.disk === undefined) return;
  const problem = outputProblem(session, file);
  if (problem !== undefined) throw new OptionError(problem);
}

/** Writes the id of an image. @throws OptionError */
export function writeImageId(session: Session, file: string, id: string): void {
  if (file === "" || session.disk === undefined) return;
  const problem = openProblem(session, file);
  if (problem !== undefined) throw new OptionError(`writing image ID file: open ${file}: ${problem}`);
  session.write(file, id);
}

/** The document of a build. */
export function metadataOf(
  session: Session,
  request: DockerBuild,
  build: BuildRequest,
  { image, bases }: BuildResult,
): object {
  const hasImage = build.exports?.includes("image") !== false;
  const names = (build.tags ?? []).map((tag) => referenceText(parseReference(tag)));
  const provenance = session.client.env.get("BUILDX_METADATA_PROVENANCE") ?? "min";
  const isWanted = !/^(?:0|f|false|disabled)$/i.test(provenance);
  return {
    ...(isWanted && { "buildx.build.provenance": provenanceOf(session, request, build, bases) }),
    "buildx.build.ref": `default/default/${buildName(session)}`,
    ...(hasImage && { "containerimage.config.digest": image.id, "containerimage.digest": image.id }),
    ...(hasImage && names.length > 0 && { "image.name": names.join(",") }),
  };
}

function provenanceOf(
  session: Session,
  request: DockerBuild,
  { buildArgs = {}, labels = {}, target, file, platform }: BuildRequest,
  bases: readonly string[],
): object {
  const args = [
    ...Object.entries(buildArgs).map(([name, value]) => [`build-arg:${name}`, value] as const),
    ...Object.entries(labels).map(([name, value]) => [`label:${name}`, value] as const),
    ...(target === undefined ? [] : [["target", target] as const]),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  const locals = request.context === "-" ? ["dockerfile"] : ["context", "dockerfile"];
  return {
    builder: { id: "" },
    buildType: BUILD_TYPE,
    materials: bases.map((name) => materialOf(session, name, platform ?? DEFAULT_PLATFORM)),
    invocation: {
      configSource: { entryPoint: basename(file ?? "Dockerfile") },
      parameters: {
        frontend: "dockerfile.v0",
        ...(args.length > 0 && { args: Object.fromEntries(args) }),
        locals: locals.map((name) => ({ name })),
      },
      environment: { platform: DEFAULT_PLATFORM },
    },
  };
}

function withTag(name: string) {
  const reference = parseReference(name);
  return { ...reference, tag: reference.tag ?? "latest" };
}

/** An image that a stage starts from, as a package URL. */
function materialOf(session: Session, name: string, platform: string): object {
  const reference = withTag(name);
  const digest = reference.digest ?? session.engine.images.find(name)?.id ?? "";
  const path = repositoryName(reference).replace(/^docker\.io\/(?:library\/)?/, "");
  const uri = `pkg:docker/${path}@${reference.tag}?platform=${encodeURIComponent(platform)}`;
  return { uri, digest: { sha256: digest.replace(/^sha256:/, "") } };
}
