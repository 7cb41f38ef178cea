/** Images of services: pulled or built if they are missing. Model: compose's ensureImagesExists. */
import { type Build, ComposeError, hostList, type Project, type Service } from "../../compose/index.ts";
import type { Image } from "../../image/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { CommandOptions } from "../command-line/session.ts";
import { imageName } from "./create-body.ts";
import { imageLabels } from "./labels.ts";
import type { Operation } from "./operation.ts";

export interface ImageOptions {
  /** Services with a build section are built even if their image is there. */
  readonly build?: boolean;
  /** Nothing is built. */
  readonly noBuild?: boolean;
  /** Overrides what services say: always, missing, never. */
  readonly pull?: string | undefined;
  /** Where the client runs: build contexts are on its disk. */
  readonly client: Pick<CommandOptions, "disk" | "cwd" | "env" | "onOutput">;
  /** Builds print nothing but why they fail. */
  readonly quietBuild?: boolean;
}

/** Ids of the images, by service. @throws ComposeError, StatusError */
export async function ensureImages(
  operation: Operation,
  project: Project,
  services: Iterable<readonly [string, Service]>,
  options: ImageOptions,
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const [name, service] of services) {
    const image = imageName(project.name, name, service);
    const isThere = findImage(operation, image) !== undefined;
    const policy = options.pull ?? service.pull_policy ?? "missing";
    if (service.build !== undefined && (options.build === true || policy === "build" || !isThere)) {
      // Without its image the container is refused later.
      if (options.noBuild !== true) {
        await buildImage(operation, project, name, service, options);
        tellBuilt(operation, project, name, service);
      }
    } else if (service.build === undefined && (policy === "always" || (!isThere && policy !== "never"))) {
      await pullImage(operation, name, image);
    }
    const found = findImage(operation, image);
    if (found !== undefined) ids.set(name, found.id);
  }
  return ids;
}

/** @throws ComposeError for a name that cannot be one */
function findImage({ engine }: Operation, image: string): Image | undefined {
  try {
    return engine.images.find(image);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new ComposeError(`unable to get image '${image}': Error response from daemon: ${error.message}`);
  }
}

export async function pullImage(operation: Operation, service: string, image: string): Promise<void> {
  operation.progress({ id: service, text: "Pulling", status: "" });
  try {
    await operation.engine.images.pull(image);
  } catch (error) {
    if (error instanceof StatusError) operation.progress({ id: service, text: "Error", status: error.message });
    throw error;
  }
  operation.progress({ id: service, text: "Pulled", status: "" });
}

/** @throws ComposeError with what the build printed */
export async function buildImage(
  operation: Operation,
  project: Project,
  name: string,
  service: Service,
  { client, quietBuild: isQuiet = false }: Pick<ImageOptions, "client" | "quietBuild">,
  more: readonly string[] = [],
): Promise<void> {
  const { build } = service;
  if (build === undefined) return;
  const inline = build.dockerfile_inline;
  const { onOutput, ...silent } = client;
  const result = await operation.engine.docker(
    [
      "build",
      ...buildWords(build, project, imageLabels(project, name)),
      ...more,
      ...(isQuiet ? ["--quiet"] : []),
      "--tag",
      imageName(project.name, name, service),
      build.context ?? ".",
    ],
    { ...(isQuiet ? silent : client), cwd: project.directory, ...(inline === undefined ? {} : { stdin: inline }) },
  );
  if (result.exitCode !== 0) throw new ComposeError(isQuiet ? quietFailure(result.stderr) : result.stderr.trim());
}

export function tellBuilt(operation: Operation, project: Project, name: string, service: Service): void {
  if (service.build !== undefined) operation.progress({ id: imageName(project.name, name, service), status: "Built" });
}

/** What buildx says, without what it begins with, and with two ends to each line. */
function quietFailure(told: string): string {
  return told
    .replace(/^ERROR: failed to build: /m, "")
    .trimEnd()
    .replaceAll("\n", "\n\n")
    .concat("\n");
}

function buildWords(build: Build, project: Project, labels: Readonly<Record<string, string>>): readonly string[] {
  const pairs = (flag: string, map: Readonly<Record<string, string | null>> = {}): readonly string[] =>
    Object.entries(map).flatMap(([key, value]) => [flag, value === null ? key : `${key}=${value}`]);
  const file = build.dockerfile ?? "Dockerfile";
  const context = build.context ?? ".";
  return [
    "--file",
    build.dockerfile_inline !== undefined ? "-" : file.startsWith("/") ? file : `${context}/${file}`,
    ...pairs("--build-arg", build.args),
    ...pairs("--label", { ...build.labels, ...labels }),
    ...pairs("--build-context", build.additional_contexts),
    ...(build.target === undefined ? [] : ["--target", build.target]),
    ...(build.network === undefined ? [] : ["--network", build.network]),
    ...(build.no_cache === true ? ["--no-cache"] : []),
    ...(build.pull === true ? ["--pull"] : []),
    ...(build.shm_size === undefined ? [] : ["--shm-size", String(build.shm_size)]),
    ...(build.cache_from ?? []).flatMap((from) => ["--cache-from", from]),
    ...(build.tags ?? []).flatMap((tag) => ["--tag", tag]),
    ...hostList(build.extra_hosts ?? {}, ":").flatMap((host) => ["--add-host", host]),
    ...(build.secrets ?? []).flatMap(({ source = "", target }) => secretWords(project, source, target ?? source)),
  ];
}

function secretWords(project: Project, source: string, target: string): readonly string[] {
  const { file, environment } = project.secrets.get(source) ?? {};
  const id = target.split("/").at(-1) ?? source;
  if (file !== undefined) return ["--secret", `id=${id},src=${file}`];
  return environment === undefined ? [] : ["--secret", `id=${id},env=${environment}`];
}
