/**
 * From the options of the Dockerfile frontend to what the builder is asked for, with the files of the client.
 *
 * @see BuildKit frontend/dockerfile/README.md, frontend/dockerui/config.go
 */
import {
  BuildError,
  type BuildRequest,
  type BuildResult,
  type Dockerfile,
  IgnoreMatcher,
  type Instruction,
  type LoadedFrom,
  type MountFlag,
  type MountOptions,
  type NamedContext,
  ordersOf,
  parse,
  type Secret,
  sourceKind,
  usesSsh,
} from "@bottleship/core/build";
import {
  archiveContext,
  type ContextOptions,
  type Engine,
  keepsGitDir,
  type RemoteContext,
  remoteContext,
  rlimits,
} from "@bottleship/core/engine";
import { basename, clean, concat, decode, readTar, sha256 } from "@bottleship/core/lib";
import { receiveDirectory } from "./file-sync.ts";
import { CODES, GrpcError } from "./grpc.ts";
import type { GrpcClient } from "./grpc-client.ts";
import { MESSAGES } from "./messages.ts";

/** Where clients say that an archive on their standard input is. */
const UPLOAD_HOST = "buildkit-session";
const UPLOAD = `http://${UPLOAD_HOST}/`;

/** The agent that git asks, and mounts that name none. */
const GIT_AGENT = "default";

/** The question for stages' names, which needs no contexts. */
const TARGETS = "frontend.targets";

type Options = Readonly<Record<string, string>>;

/** A build that is asked for, and the Dockerfile as the client has it. */
export interface FrontendRequest {
  readonly build: BuildRequest;
  readonly fileName: string;
  readonly text: string;
  /** Unless the Dockerfile came with a context from somewhere else. */
  readonly loadedFrom: LoadedFrom | undefined;
  /** What the client calls the directories that it has sent. */
  readonly locals: readonly string[];
  /** The archive that it has sent instead. */
  readonly upload: { readonly uri: string; readonly digest: { readonly sha256: string } } | undefined;
}

/** What a build has come to. */
export type Built = BuildResult["image"];

interface Surroundings {
  readonly engine: Engine;
  readonly session: string;
  /** What other builds have come to, by the names that `input:` contexts call it by. */
  readonly inputs: ReadonlyMap<string, Built>;
}

/** @throws GrpcError for options that have no meaning here, and for files that the client has not */
export async function frontendRequest(
  client: GrpcClient,
  options: Options,
  { engine, session, inputs }: Surroundings,
): Promise<FrontendRequest> {
  const buildArgs = withPrefix(options, "build-arg:");
  // What cannot be read of them is said before anything is loaded.
  ordersOf(buildArgs);
  const fileName = options["filename"] ?? "Dockerfile";
  const contextAgents = usesSsh(options["context"] ?? "") ? await agentsOf(client, [GIT_AGENT]) : [];
  const remote = await remoteOf(client, options["context"] ?? "", engine, {
    keepsGitDir: keepsGitDir(buildArgs),
    hasAgent: contextAgents.includes(GIT_AGENT),
  });
  const key = options["dockerfilekey"];
  // The client may have a Dockerfile of its own for a context that is somewhere else.
  const isOwn = remote === undefined || key !== undefined;
  const sent = isOwn ? await sentDefinition(client, fileName, key) : remote.tar;
  const definition = filesOf(sent);
  const text = definition.get(fileName) ?? (fileName === "Dockerfile" ? definition.get("dockerfile") : undefined);
  if (text === undefined) {
    if (!isOwn)
      throw new GrpcError(CODES.unknown, `failed to read dockerfile: open ${fileName}: no such file or directory`);
    return withoutDockerfile(fileName, sent);
  }
  const contexts = await namedContexts(client, options, inputs);
  const source =
    remote === undefined
      ? { ...(await localContext(client, options, definition.get(`${fileName}.dockerignore`))), dockerfile: text }
      : { context: remote, ...(isOwn && { dockerfile: text }) };
  const build: BuildRequest = {
    ...source,
    file: fileName,
    buildArgs,
    labels: withPrefix(options, "label:"),
    contexts,
    secrets: await secretsOf(client, text),
    ssh: await agentsOf(client, agentIds(text, contexts)),
    extraHosts: hostsOf(options["add-hosts"] ?? ""),
    ...noCacheOf(options["no-cache"]),
    ...(options["target"] ? { target: options["target"] } : {}),
    ...(options["platform"] ? { platform: onePlatform(options["platform"]) } : {}),
    ...(options["image-resolve-mode"] === "pull" ? { pull: true } : {}),
    ...(options["shm-size"] ? { shmSizeBytes: Number(options["shm-size"]) } : {}),
    ...(options["cgroup-parent"] ? { cgroupParent: options["cgroup-parent"] } : {}),
    ...(options["ulimit"] ? { rlimits: limitsOf(options["ulimit"]) } : {}),
    ...networkOf(options["force-network-mode"]),
  };
  const loadedFrom = isOwn ? ownDefinition(session, fileName, key) : uploadOf(options["context"] ?? "");
  const named = Object.entries(contexts).flatMap(([name, context]) => ("tar" in context ? [name] : []));
  const locals = [...(remote === undefined ? ["context"] : []), ...(isOwn ? ["dockerfile"] : []), ...named];
  return { build, fileName, text, loadedFrom, locals, upload: remote?.upload };
}

/** The build itself says what is wrong with what was sent for it. Nothing else is asked of the client. */
function withoutDockerfile(fileName: string, sent: Uint8Array): FrontendRequest {
  const build: BuildRequest = { context: { tar: sent }, file: fileName };
  return { build, fileName, text: "", loadedFrom: undefined, locals: ["dockerfile"], upload: undefined };
}

function ownDefinition(session: string, fileName: string, name: string | undefined): LoadedFrom {
  return { kind: "local", session, fileName, ...(name === undefined ? {} : { name }) };
}

function uploadOf(url: string): LoadedFrom | undefined {
  return url.startsWith(UPLOAD) ? { kind: "upload", url } : undefined;
}

/** An archive of the Dockerfile and what may say what is to be ignored. */
async function sentDefinition(client: GrpcClient, fileName: string, key = "dockerfile"): Promise<Uint8Array> {
  const follow = [
    fileName,
    `${fileName}.dockerignore`,
    ".dockerignore",
    ...(fileName === "Dockerfile" ? ["dockerfile"] : []),
  ];
  try {
    return await receiveDirectory(client, { name: key, follow });
  } catch (error) {
    // A client that has nothing to send does not offer to.
    if (!(error instanceof GrpcError) || error.code !== CODES.unimplemented) throw error;
    throw new BuildError("failed to read dockerfile: no local sources enabled");
  }
}

/** A context that is somewhere else, or that the client has on its standard input. */
export function isRemote(place: string): boolean {
  return sourceKind(place) !== "local";
}

async function remoteOf(
  client: GrpcClient,
  place: string,
  engine: Engine,
  given: ContextOptions,
): Promise<(RemoteContext & Partial<Pick<FrontendRequest, "upload">>) | undefined> {
  if (!place.startsWith(UPLOAD)) return remoteContext(place, engine, given);
  const call = client.call("/moby.upload.v1.Upload/Pull", {
    urlhost: [UPLOAD_HOST],
    urlpath: [place.slice(UPLOAD.length - 1)],
  });
  const parts: Uint8Array[] = [];
  for await (const message of call.messages) parts.push(MESSAGES.bytes.decode(message).data);
  call.end();
  const bytes = concat(parts);
  return { ...archiveContext(bytes), upload: { uri: place, digest: { sha256: sha256(bytes) } } };
}

function filesOf(archive: Uint8Array): Map<string, string> {
  const files = [...readTar(archive)].filter(({ header }) => header.type !== "dir");
  return new Map(files.map(({ header, data }) => [clean(header.name), decode(data)]));
}

/** What is ignored is not sent. */
async function localContext(
  client: GrpcClient,
  options: Options,
  ignored: string | undefined,
): Promise<Pick<BuildRequest, "context" | "ignoreFile">> {
  const place = options["context"];
  if (place !== undefined && !place.startsWith("local:"))
    throw new GrpcError(CODES.unknown, `failed to load ${place}: no such context`);
  const name = place?.slice("local:".length) ?? options["contextkey"] ?? "context";
  const own = ignored ?? (await ignoreFile(client, name));
  const tar = await receiveDirectory(client, { name, excludes: excludesOf(own ?? "") });
  // Lint wants to know of it, too.
  return { context: { tar }, ...(own === undefined ? {} : { ignoreFile: own }) };
}

async function ignoreFile(client: GrpcClient, name: string): Promise<string | undefined> {
  const archive = await receiveDirectory(client, { name, follow: [".dockerignore"] });
  for (const { header, data } of readTar(archive)) if (header.name === ".dockerignore") return decode(data);
  return undefined;
}

/** What the client may leave out: nothing if a pattern is none, for that is the builder's to refuse. */
function excludesOf(text: string): readonly string[] {
  const patterns = patternsOf(text);
  try {
    new IgnoreMatcher(patterns).compile();
    return patterns;
  } catch {
    return [];
  }
}

/** As .dockerignore is read: no comments, no blanks around. */
function patternsOf(text: string): readonly string[] {
  const lines = text
    .replace(/^\ufeff/, "")
    .split("\n")
    .map((line) => line.trim());
  return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

async function namedContexts(
  client: GrpcClient,
  options: Options,
  inputs: ReadonlyMap<string, Built>,
): Promise<NonNullable<BuildRequest["contexts"]>> {
  const contexts: Record<string, NamedContext> = {};
  for (const [name, place] of Object.entries(withPrefix(options, "context:"))) {
    const built = place.startsWith("input:") ? inputs.get(place.slice("input:".length)) : undefined;
    if (built !== undefined) contexts[name] = { built };
    else if (place.startsWith("docker-image://")) contexts[name] = { image: place.slice("docker-image://".length) };
    else if (place.startsWith("local:")) {
      contexts[name] = { tar: await receiveDirectory(client, { name: place.slice("local:".length) }) };
    } else if (options["requestid"] === TARGETS) continue;
    else if (/^(?:https?|git|ssh|oci-layout):|^git@/.test(place)) contexts[name] = { url: place };
    else throw new GrpcError(CODES.unknown, `unsupported context source ${place.split(":")[0]} for ${name}`);
  }
  return contexts;
}

/** Which agents the client forwards, of those that git and the mounts of the Dockerfile ask for. */
async function agentsOf(client: GrpcClient, ids: Iterable<string>): Promise<readonly string[]> {
  const found: string[] = [];
  for (const id of new Set(ids)) {
    try {
      await client.unary("/moby.sshforward.v1.SSH/CheckAgent", MESSAGES.checkAgent.encode({ ID: id }));
      found.push(id);
    } catch (error) {
      // A client without agents does not know the question.
      if (!(error instanceof GrpcError)) throw error;
    }
  }
  return found;
}

/** The secrets that the Dockerfile mounts, as far as the client has them. */
async function secretsOf(client: GrpcClient, text: string): Promise<Record<string, Secret>> {
  const secrets: Record<string, Secret> = {};
  for (const id of secretIds(text)) {
    const request = MESSAGES.getSecret.encode({ ID: id });
    try {
      const answer = await client.unary("/moby.buildkit.secrets.v1.Secrets/GetSecret", request);
      secrets[id] = MESSAGES.secret.decode(answer).data;
    } catch (error) {
      // The build itself says that a secret that it needs is not there.
      if (!(error instanceof GrpcError)) throw error;
      if (error.code !== CODES.notFound) secrets[id] = { error: error.message };
    }
  }
  return secrets;
}

function secretIds(text: string): ReadonlySet<string> {
  return new Set(
    mountsOf(instructionsOf(text))
      .map(secretId)
      .filter((id) => id !== ""),
  );
}

/** Those of mounts, and git's own if a repository is reached through ssh. */
function agentIds(text: string, contexts: NonNullable<BuildRequest["contexts"]>): readonly string[] {
  const instructions = instructionsOf(text);
  const mounts = mountsOf(instructions).map((mount) => (typeof mount === "string" ? fieldsOf(mount) : mount));
  const places = [
    ...instructions.flatMap((one) => (one.kind === "ADD" ? one.sources : [])),
    ...Object.values(contexts).flatMap((context) => ("url" in context ? [context.url] : [])),
  ];
  return [
    ...mounts.flatMap(({ type, id = GIT_AGENT }) => (type === "ssh" ? [id] : [])),
    // A variable may turn out to be such an address.
    ...(places.some((place) => place.includes("$") || usesSsh(place)) ? [GIT_AGENT] : []),
  ];
}

function instructionsOf(text: string): readonly Instruction[] {
  return parsed(text)?.stages.flatMap((stage) => stage.instructions) ?? [];
}

function mountsOf(instructions: readonly Instruction[]): readonly MountFlag[] {
  return instructions.flatMap((one) => (one.kind === "RUN" ? (one.mounts ?? []) : []));
}

/** The id of a secret: what it is called, or how its file is called; "" for a mount of another kind. */
function secretId(mount: MountFlag): string {
  const fields = typeof mount === "string" ? fieldsOf(mount) : mount;
  return fields.type === "secret" ? (fields.id ?? basename(fields.target ?? "")) : "";
}

function fieldsOf(text: string): Pick<MountOptions, "id" | "target"> & { readonly type?: string } {
  const pairs = text.split(",").map((field) => field.split("=", 2) as [string, string?]);
  const fields = Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value ?? ""]));
  const { type, id = fields["source"] ?? fields["src"], target = fields["dst"] ?? fields["destination"] } = fields;
  return {
    ...(type === undefined ? {} : { type }),
    ...(id === undefined ? {} : { id }),
    ...(target === undefined ? {} : { target }),
  };
}

/** What is wrong with a Dockerfile is said by the build. */
function parsed(text: string): Dockerfile | undefined {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function withPrefix(options: Options, prefix: string): Record<string, string> {
  const entries = Object.entries(options).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value]));
}

/** `name=address,name=address` */
function hostsOf(text: string): readonly (readonly [name: string, address: string])[] {
  const pairs = text
    .toLowerCase()
    .split(",")
    .filter((pair) => pair.includes("="));
  return pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
}

/** `nofile=20:30,nproc=5` */
function limitsOf(text: string): NonNullable<BuildRequest["rlimits"]> {
  const limits = text.split(",").map((limit) => {
    const [name = "", values = ""] = limit.split("=");
    const [soft = "", hard = soft] = values.split(":");
    return { Name: name, Soft: Number(soft), Hard: Number(hard) };
  });
  return rlimits(limits);
}

/** Without a value everything, else the stages that it names. */
function noCacheOf(value: string | undefined): Pick<BuildRequest, "noCache"> {
  if (value === undefined) return {};
  return { noCache: value === "" ? true : value.split(",") };
}

function networkOf(mode: string | undefined): Pick<BuildRequest, "network" | "allow"> {
  if (mode === "none") return { network: "none" };
  return mode === "host" ? { network: "host", allow: ["network.host"] } : {};
}

/** @throws GrpcError for several */
function onePlatform(text: string): string {
  if (!text.includes(",")) return text;
  throw new GrpcError(CODES.unimplemented, "multiple platforms feature is currently not supported for docker driver");
}
