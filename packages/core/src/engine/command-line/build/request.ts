/**
 * From the options of `docker build` to what the builder is asked for.
 *
 * @see docker/buildx build/opt.go
 */

import {
  type BuildRequest,
  type ContextSource,
  type NamedContext,
  type OtherCache,
  openArchive,
  SOURCE_DATE_EPOCH,
  sourceKind,
  usesSsh,
} from "../../../build/index.ts";
import { problemOf } from "../../../lib/go/index.ts";
import { clean, decode, dirname, join, NO_BYTES, StatusError } from "../../../lib/index.ts";
import { familiarText, referenceProblem, withDefaultTag } from "../../../oci/index.ts";
import { archiveContext, keepsGitDir, remoteContext } from "../../build/remote-context.ts";
import { parseIp } from "../../docker/go/address.ts";
import { parseReference } from "../../docker/reference.ts";
import { rlimits as ulimits } from "../../spec.ts";
import { absolute } from "../client-disk.ts";
import type { Session } from "../session.ts";
import { checkAgents } from "./agents.ts";
import { LAYOUT, layoutUrl, readLayout } from "./oci-layout.ts";
import { type DockerBuild, fieldsOf, OptionError, pairsOf } from "./option.ts";
import { secretsOf } from "./secrets.ts";
import { checkPlatform, notForDriver, refuseUnsupported } from "./unsupported.ts";

const STDIN = "-";
/** `--platform local`: the client's platform. */
const LOCAL_PLATFORM = "local";
const HOST_GATEWAY = "host-gateway";
const IMAGE = "docker-image://";
const TARGET = "target:";
/** @throws OptionError, StatusError for options that make no sense, a context or secrets that are not there */
export async function buildRequest(session: Session, request: DockerBuild): Promise<BuildRequest> {
  const { tags, target, noCache, file } = request;
  const archive = request.context === STDIN && file !== STDIN ? archiveOf(session.stdin) : undefined;
  const isElsewhere = archive !== undefined || sourceKind(request.context) !== "local";
  const isText = archive === undefined && (request.context === STDIN || file === STDIN);
  const noCacheFilter = request.noCacheFilter.flatMap((names) => names.split(","));
  if (noCache && noCacheFilter.length > 0) {
    const message = "--no-cache and --no-cache-filter cannot currently be used together";
    throw new StatusError("invalid-argument", message);
  }
  const options = buildxOptions(session, request);
  const { env } = session.client;
  const epoch = env.get(SOURCE_DATE_EPOCH);
  const given = pairsOf(request.buildArgs, (name) => env.get(name));
  // buildx hands on when things are to count as made.
  const buildArgs = epoch ? { [SOURCE_DATE_EPOCH]: epoch, ...given } : given;
  for (const tag of tags) checkTag(tag);
  if (request.context === STDIN && file === STDIN) {
    const message = "invalid argument: can't use stdin for both build context and dockerfile";
    throw new StatusError("invalid-argument", message);
  }
  return {
    context:
      archive ??
      (await remoteContext(request.context, session.engine, {
        keepsGitDir: keepsGitDir(buildArgs),
        hasAgent: options.ssh?.includes("default") === true,
      })) ??
      contextOf(session, request.context),
    tags,
    // A filter that names nothing lets nothing through.
    noCache: noCache || noCacheFilter.join() === "" ? noCache || noCacheFilter.length > 0 : noCacheFilter,
    ...(target === "" ? {} : { target }),
    ...(isText ? sentDefinition(session, request) : {}),
    ...(isText || isElsewhere ? {} : definitionOf(session, request)),
    ...(isText || !isElsewhere || file === "" ? {} : { file }),
    buildArgs,
    labels: pairsOf(request.labels, () => ""),
    network: networkOf(request),
    extraHosts: hostsOf(request.extraHosts, session),
    pull: request.pull,
    cacheFrom: request.cacheFrom.flatMap((text) => cachesOf(session, text)),
    ...(request.shmSize > 0 ? { shmSizeBytes: request.shmSize } : {}),
    ...(request.cgroupParent === "" ? {} : { cgroupParent: request.cgroupParent }),
    rlimits: ulimits(request.ulimits),
    ...options,
  };
}

/** An archive on standard input is the context. */
function archiveOf(bytes: Uint8Array | undefined): ContextSource | undefined {
  return bytes === undefined || openArchive(bytes, { xz: false }) === undefined ? undefined : archiveContext(bytes);
}

/** What only buildx has. */
function buildxOptions(session: Session, request: DockerBuild): Partial<BuildRequest> {
  refuseUnsupported(request);
  const contexts = Object.entries(contextPairs(request.buildContexts)).map(
    ([name, value]) => [contextName(name), namedContext(session, name, value)] as const,
  );
  const platforms = request.platforms.flatMap((texts) => texts.split(","));
  for (const platform of platforms) if (platform !== LOCAL_PLATFORM) checkPlatform(platform);
  if (platforms.length > 1) throw notForDriver("Multi-platform build", "build-multi-platform");
  const [platform] = platforms;
  // A context that is reached through ssh needs the agent without being asked.
  const agents = request.ssh.length === 0 && usesSsh(request.context) ? ["default"] : request.ssh;
  checkAgents(agents, session.client);
  return {
    allow: request.allow.includes("network.host") ? ["network.host"] : [],
    secrets: secretsOf(request.secrets, session.client),
    contexts: Object.fromEntries(contexts),
    ssh: agents.map((agent) => agent.split("=", 1)[0] || "default"),
    ...(request.cacheTo.some((text) => text === "" || fieldsOf(text).get("type") === "inline") && {
      inlineCache: true,
    }),
    ...(platform === undefined ? {} : { platform: platform === LOCAL_PLATFORM ? "linux/amd64" : platform }),
  };
}

/**
 * `NAME`, `type=registry,ref=NAME`, or a cache of another kind. Local ones are looked for by the client, which drops those
 * that are not there; that of GitHub needs its address and a token.
 */
function cachesOf(session: Session, text: string): readonly (string | OtherCache)[] {
  if (!text.includes("=")) return text === "" ? [] : text.split(",");
  const { type = "", ...attributes } = Object.fromEntries(fieldsOf(text));
  if (type === "registry") return [attributes["ref"] ?? ""];
  if (type === "local") {
    const { src = "" } = attributes;
    const found = readLayout(session, src);
    if (typeof found === "string")
      session.err(`WARNING: local cache import at ${src} not found due to err: ${found}\n`);
    return [];
  }
  if (type === "gha" && (!attributes["token"] || !attributes["url"])) return [];
  return [{ type, attributes }];
}

/** @throws OptionError for a value without a name */
function contextPairs(values: readonly string[]): Readonly<Record<string, string>> {
  const bad = values.find((value) => !value.includes("="));
  if (bad !== undefined) throw new OptionError(`invalid context value: ${bad}, expected key=value`);
  if (values.some((value) => value.startsWith("="))) contextName("");
  return pairsOf(values, () => undefined);
}

/** A context is called like an image, without what needs not be said. @throws OptionError */
function contextName(name: string): string {
  const problem = referenceProblem(name);
  if (problem !== undefined) throw new OptionError(`invalid context name ${name}: ${problem}`);
  return familiarText(withDefaultTag(parseReference(name))).replace(/:latest$/, "");
}

function namedContext(session: Session, name: string, value: string): NamedContext {
  if (value.startsWith(IMAGE)) return { image: value.slice(IMAGE.length) };
  if (value.startsWith(TARGET))
    throw new StatusError("not-found", `failed to find target ${value.slice(TARGET.length)} for context ${name}`);
  if (value.startsWith(LAYOUT)) return { url: layoutUrl(session, value) };
  if (sourceKind(value) !== "local") return { url: value };
  const { disk, cwd, client } = session;
  const path = absolute(cwd, value);
  if (value === "" || disk === undefined || !client.exists(path)) {
    const message = `failed to get build context ${name}: stat ${value}: no such file or directory`;
    throw new StatusError("not-found", message);
  }
  if (typeof client.readFile(path) !== "string")
    throw new StatusError("invalid-argument", `failed to get build context path {${value} <nil>}: not a directory`);
  return { disk, path, shownAs: value };
}

/** A directory of the client's disk; nothing if the Dockerfile itself comes in by standard input. */
function contextOf({ disk, cwd }: Session, context: string): ContextSource {
  if (context === STDIN) return { files: {} };
  if (disk === undefined) {
    throw new StatusError("not-found", `unable to prepare context: path ${JSON.stringify(context)} not found`);
  }
  return { disk, path: absolute(cwd, context), shownAs: context };
}

/** Where there is nothing on standard input and no context either, nothing is sent at all. */
function sentDefinition(
  { stdin = NO_BYTES }: Session,
  { file }: DockerBuild,
): Pick<BuildRequest, "dockerfile" | "fileProblem"> {
  return stdin.length === 0 && file !== STDIN ? { fileProblem: "unsent" } : { dockerfile: decode(stdin) };
}

/**
 * `--file` is relative to where the command is called; the build knows it relative to the context. One that lies
 * elsewhere is read here.
 */
function definitionOf(
  session: Session,
  { context, file }: DockerBuild,
): Pick<BuildRequest, "file" | "fileProblem" | "dockerfile" | "ignoreFile"> {
  if (file === "") return {};
  const path = absolute(session.cwd, file);
  const root = absolute(session.cwd, context);
  // A context that is missing is reported when it is read.
  if (session.client.exists(root)) checkDirectory(session, dirname(clean(file)));
  if (path.startsWith(root === "/" ? root : `${root}/`)) return { file: path.slice(root.length).replace(/^\//, "") };
  const content = session.client.readFile(path);
  if (typeof content === "string") return { file, fileProblem: session.client.exists(path) ? "directory" : "missing" };
  const ignored = session.client.readFile(`${path}.dockerignore`);
  return {
    file,
    dockerfile: decode(content),
    ...(typeof ignored === "string" ? {} : { ignoreFile: decode(ignored) }),
  };
}

/** @throws StatusError not-found for where a Dockerfile is said to be. @see BuildKit client/solve.go, fsutil NewFS */
function checkDirectory({ client, cwd }: Session, directory: string): void {
  const isFile = (path: string): boolean => typeof client.readFile(absolute(cwd, path)) !== "string";
  for (const path of pathsTo(directory)) {
    if (!client.exists(absolute(cwd, path)))
      throw new StatusError("not-found", `resolve : lstat ${path}: no such file or directory`);
    if (!isFile(path)) continue;
    throw new StatusError(
      "not-found",
      path === directory ? `stat ${path}: not a directory` : "resolve : not a directory",
    );
  }
}

/** "a/b/c" to "a", "a/b", "a/b/c". */
function pathsTo(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.map((_, i) => parts.slice(0, i + 1).join("/") || "/");
}

/** What the Dockerfile says, for excerpts; "" if it cannot be read, of which the build will complain. */
export function dockerfileText(session: Session, { context }: DockerBuild, build: BuildRequest): string {
  if (typeof build.dockerfile === "string") return build.dockerfile;
  if (build.fileProblem !== undefined) return "";
  const root = absolute(session.cwd, context);
  const names = build.file === undefined ? ["Dockerfile", "dockerfile"] : [build.file];
  for (const name of names) {
    const content = session.client.readFile(join(root, name));
    if (typeof content !== "string") return decode(content);
  }
  return "";
}

/** What `--check` calls the Dockerfile: its path as the user would write it. */
export function shownName({ context, file }: DockerBuild): string {
  if (file !== "" && file !== STDIN) return clean(file);
  return context === STDIN || file === STDIN ? "Dockerfile" : clean(`${context}/Dockerfile`);
}

function networkOf(request: DockerBuild): "default" | "none" | "host" {
  const { network: mode } = request;
  if (mode === "" || mode === "default") return "default";
  if (mode === "none" || mode === "host") return mode;
  const hint = "you can define a custom network for your builder using the network driver-opt in buildx create";
  throw new StatusError("invalid-argument", `network mode ${JSON.stringify(mode)} not supported by buildkit - ${hint}`);
}

/** `NAME:ADDRESS` or `NAME=ADDRESS`. */
function hostsOf(hosts: readonly string[], { engine }: Session): readonly (readonly [name: string, address: string])[] {
  return hosts.map((host) => {
    const [, name = "", address = ""] = /^([^=:]+)[=:](.+)$/s.exec(host) ?? [];
    const plain = address.replace(/^\[(.*)\]$/, "$1");
    if (name === "" || (plain !== HOST_GATEWAY && parseIp(plain) === undefined))
      throw new StatusError("invalid-argument", `invalid host ${host}`);
    return [name.toLowerCase(), plain === HOST_GATEWAY ? engine.networks.hostGateway : plain] as const;
  });
}

/** @throws StatusError `invalid tag "UPPER": repository name must be lowercase` */
function checkTag(tag: string): void {
  if (problemOf(() => parseReference(tag)) === undefined) return;
  const isUpper = referenceProblem(tag.toLowerCase()) === undefined;
  const why = isUpper ? "repository name must be lowercase" : "invalid reference format";
  throw new StatusError("invalid-argument", `invalid tag ${JSON.stringify(tag)}: ${why}`);
}
