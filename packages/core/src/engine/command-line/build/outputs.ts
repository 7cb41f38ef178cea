/**
 * `--output`: where the result of a build goes - an image, a registry, a directory or an archive of the client's disk.
 *
 * @see docker/buildx util/buildflags/export.go, build/opt.go; BuildKit exporter/local, exporter/tar
 */
import type { BuildExport, BuildResult } from "../../../build/index.ts";
import { layerToTar } from "../../../content/index.ts";
import { isTrue } from "../../../lib/go/index.ts";
import { StatusError } from "../../../lib/index.ts";
import { absolute, kindOf, openProblem, writable } from "../client-disk.ts";
import { placeAll } from "../copy.ts";
import type { Session } from "../session.ts";
import { type DockerBuild, fieldsOf, OptionError } from "./option.ts";
import { notForDriver } from "./unsupported.ts";

export interface Output {
  /** "" does nothing. */
  readonly type: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly dest: string;
}

const STDOUT = "-";
const KNOWN = ["", "cacheonly", "docker", "image", "local", "moby", "oci", "registry", "tar"];

/** @throws StatusError for an output that cannot be had */
export function outputsOf(session: Session, request: DockerBuild): readonly Output[] {
  const outputs = request.outputs.map(outputOf);
  for (const output of outputs) checkOutput(session, output, request.tags.length > 0);
  const isFile = outputs.some(({ type }) => type === "local" || type === "tar");
  if (isFile && request.iidFile !== "")
    throw new OptionError("local and tar exporters are incompatible with image ID file");
  return outputs;
}

/** `DIRECTORY` and `-` are short for a directory and for an archive on standard output. */
function outputOf(text: string): Output {
  if (text !== "" && !/[=,]/.test(text)) {
    const type = text === STDOUT ? "tar" : "local";
    return { type, fields: new Map([["type", type]]), dest: text };
  }
  // Here, and nowhere else, names may have blanks around them.
  const given = fieldsOf(text === "" ? "type=docker" : text);
  const fields = new Map([...given].map(([name, value]) => [name.trim(), value]));
  return { type: fields.get("type") ?? "", fields, dest: fields.get("dest") ?? "" };
}

function checkOutput(session: Session, { type, fields, dest }: Output, hasTag: boolean): void {
  if (type === "oci") throw notForDriver("OCI exporter", "build-exporters");
  if (type === "docker" && dest !== "") throw notForDriver("Docker exporter", "build-exporters");
  if (isPush({ type, fields }) && !hasTag && !fields.has("name"))
    throw invalid("tag is needed when pushing to registry");
  if (!KNOWN.includes(type)) throw invalid(`failed to solve: exporter ${JSON.stringify(type)} could not be found`);
  if (type === "local") {
    if (dest === "") throw invalid("dest is required for local exporter");
    if (dest === STDOUT) throw invalid("dest cannot be stdout for local exporter");
    if (kindOf(session.disk, absolute(session.cwd, dest), true) === "other")
      throw invalid(`destination directory ${dest} is a file`);
  }
  if (type === "tar" && dest !== "" && dest !== STDOUT) checkFile(session, dest);
}

function checkFile(session: Session, dest: string): void {
  const path = absolute(session.cwd, dest);
  if (kindOf(session.disk, path, true) === "dir") throw invalid(`destination file ${dest} is a directory`);
  const problem = openProblem(session, dest);
  if (problem !== undefined) throw invalid(`failed to open open ${dest}: ${problem}`);
}

function isPush({ type, fields }: Pick<Output, "type" | "fields">): boolean {
  return type === "registry" || isTrue(fields.get("push") ?? "");
}

/** What the builder is to do; and under which names an image is wanted. */
export function exportsOf(outputs: readonly Output[], tags: readonly string[]) {
  if (outputs.length === 0) return { tags };
  const exports = outputs.flatMap(({ type }) => exportOf(type));
  const names = outputs.flatMap(({ fields }) => (fields.get("name") ?? "").split(",").filter((name) => name !== ""));
  return { exports, tags: names.length > 0 ? names : tags };
}

function exportOf(type: string): readonly BuildExport[] {
  if (type === "local") return ["directory"];
  if (type === "tar") return ["tarball"];
  return type === "" || type === "cacheonly" ? [] : ["image"];
}

/** Writes files and pushes names. @throws StatusError */
export async function carryOut(
  session: Session,
  outputs: readonly Output[],
  { image, epochUs }: BuildResult,
  tags: readonly string[],
): Promise<void> {
  const { archives, images } = session.engine;
  for (const output of outputs) {
    const { type, dest } = output;
    if (type === "local") {
      const disk = writable(session.disk, dest);
      const path = absolute(session.cwd, dest);
      disk.mkdirSync(path, { recursive: true, mode: 0o700 });
      placeAll(disk, path, archives.image(image, epochUs));
    } else if (type === "tar") {
      const bytes = layerToTar(archives.image(image, epochUs));
      if (dest === "" || dest === STDOUT) session.out(bytes);
      else writable(session.disk, dest).writeFileSync(absolute(session.cwd, dest), bytes);
    } else if (isPush(output)) for (const tag of tags) await session.call("ImagePush", tag, () => images.push(tag));
  }
}

function invalid(message: string): StatusError {
  return new StatusError("invalid-argument", message);
}
