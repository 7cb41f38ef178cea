/**
 * `--metadata-file`: what was built and from what, as JSON.
 *
 * @see docker/buildx build/provenance.go, commands/build.go
 */
import type { BuildRequest, BuildResult } from "../../../build/index.ts";
import { NO_BYTES, sha256 } from "../../../lib/index.ts";
import { goJsonLines, parseReference, referenceText } from "../../../oci/index.ts";
import { buildProvenance } from "../../build/build-provenance.ts";
import { outputProblem } from "../client-disk.ts";
import type { Session } from "../session.ts";
import { type DockerBuild, OptionError } from "./option.ts";

/** How buildx shows that it asks for it. */
export const METADATA_STEP = "resolving provenance for metadata file";
const REF_LENGTH = 25;

/** As clients name a build, or a session: by chance. */
export function buildName({ engine: { kernel } }: Session): string {
  return Array.from({ length: REF_LENGTH }, () => kernel.random.below(36).toString(36)).join("");
}

/** Writes what was asked for. @throws OptionError for a file that cannot be written */
export function writeMetadata(session: Session, file: string, document: object): void {
  const problem = session.disk && outputProblem(session, file);
  if (problem !== undefined) throw new OptionError(problem);
  session.write(file, goJsonLines(document));
}

/** The document of a build that was begun at some time and is over now. */
export function metadataOf(
  session: Session,
  request: DockerBuild,
  build: BuildRequest,
  { image, bases, startedUs }: BuildResult & { readonly startedUs: number },
): object {
  const ref = buildName(session);
  const hasImage = build.exports?.includes("image") !== false;
  const names = (build.tags ?? []).map((tag) => referenceText(parseReference(tag)));
  const mode = session.client.env.get("BUILDX_METADATA_PROVENANCE") ?? "min";
  const isWanted = !/^(?:0|f|false|disabled)$/i.test(mode);
  const upload = isUpload(request, build) ? uploadOf(session) : undefined;
  const sent = request.context === "-" ? ["dockerfile"] : ["context", "dockerfile"];
  const story = { build, args: frontendArgs(build), bases, locals: upload === undefined ? sent : [], upload, ref };
  const finishedUs = session.engine.kernel.nowUs;
  const { metadata, ...least } = buildProvenance(session.engine, { ...story, startedUs, finishedUs });
  // An image without layers has none.
  const isMade = image.config.rootfs.diff_ids.length > 0;
  return {
    ...(isWanted && isMade && { "buildx.build.provenance": mode === "max" ? { ...least, metadata } : least }),
    "buildx.build.ref": `default/default/${ref}`,
    ...(hasImage && { "containerimage.config.digest": image.id, "containerimage.digest": image.id }),
    ...(hasImage && names.length > 0 && { "image.name": names.join(",") }),
  };
}

/** An archive on standard input is the context. */
export const isUpload = ({ context }: DockerBuild, build: BuildRequest): boolean =>
  context === "-" && "tar" in build.context;

/** Where the builder gets what is sent by standard input. */
export const uploadUrl = (session: Session): string => `http://buildkit-session/${buildName(session)}`;

function uploadOf(session: Session) {
  return { uri: uploadUrl(session), digest: { sha256: sha256(session.stdin ?? NO_BYTES) } };
}

/** What the frontend of a real builder is told. @see docker/buildx build/opt.go */
function frontendArgs(build: BuildRequest): Readonly<Record<string, string>> {
  const {
    buildArgs = {},
    labels = {},
    target,
    noCache = false,
    network = "default",
    shmSizeBytes,
    rlimits = [],
  } = build;
  const hosts = Object.entries(build.extraHosts ?? {}).map(([name, given]) =>
    typeof given === "string" ? `${name}=${given}` : given.join("="),
  );
  const limits = rlimits.map(({ type, soft, hard }) => `${type.slice("RLIMIT_".length).toLowerCase()}=${soft}:${hard}`);
  return {
    ...prefixed("build-arg:", buildArgs),
    ...prefixed("label:", labels),
    ...(target !== undefined && { target }),
    ...(noCache !== false && { "no-cache": noCache === true ? "" : noCache.join(",") }),
    ...(hosts.length > 0 && { "add-hosts": hosts.join(",") }),
    ...(network !== "default" && { "force-network-mode": network }),
    ...(shmSizeBytes !== undefined && { "shm-size": String(shmSizeBytes) }),
    ...(limits.length > 0 && { ulimit: limits.join(",") }),
  };
}

const prefixed = (prefix: string, pairs: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(pairs).map(([name, value]) => [prefix + name, value]));
