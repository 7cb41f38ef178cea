/**
 * `docker buildx create`: a builder is noted, and nothing is started for it.
 *
 * @see docker/buildx builder/builder.go Create, Leave; store/nodegroup.go Update
 */
import { parsePlatform } from "../../build/index.ts";
import { parseCsv, quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import { failure } from "../docker/problem.ts";
import type { BuilderCreateRequest } from "../docker/requests/builder.ts";
import { newName } from "../names.ts";
import type { BuilderNode, ClientBuilder } from "./client-builders.ts";
import { contextHost, isContext } from "./contexts.ts";
import type { Session } from "./session.ts";

const DEFAULT = "default";
const NAME = /^[a-zA-Z][a-zA-Z0-9._-]*$/;
const CONTAINER = "docker-container";
/** What a daemon in a container is allowed, unless its flags say otherwise. */
const ENTITLEMENT = "--allow-insecure-entitlement=network.host";

/** The options that a driver has. @see docker/buildx driver/docker-container/factory.go, driver/remote/factory.go */
const OPTIONS: Readonly<Record<string, RegExp>> = {
  [CONTAINER]:
    /^(?:network|image|memory|memory-swap|cpu-period|cpu-quota|cpu-shares|cpuset-cpus|cpuset-mems|cgroup-parent|restart-policy|default-load|gpus|provenance-add-gha|env\..+)$/,
  remote: /^(?:servername|cacert|cert|key|default-load)$/,
};

export function createBuilder(session: Session, request: BuilderCreateRequest): number {
  const { builders } = session.engine;
  if (request.leave) return leave(session, request);
  checkName(request);
  const known = request.name === "" ? undefined : builders.get(request.name);
  if (known === undefined && request.append) refuse(`failed to find instance ${quote(request.name)} for append`);
  const driver = driverOf(session, request, known);
  const name = known?.name ?? (request.name === "" ? newBuilderName(session) : request.name);
  const node = nodeOf(session, request, driver);
  const nodes = withNode(known?.nodes ?? [], node, { ...request, builder: name, isMoved: request.endpoint !== "" });
  const unknown = node.driverOptions.find(([option]) => OPTIONS[driver]?.test(option) === false)?.[0];
  const last = nodes.at(-1)?.name ?? "";
  if (unknown !== undefined)
    refuse(`failed to initialize builder ${name} (${last}): invalid driver option ${unknown} for ${driver} driver`);
  if (driver === "kubernetes") {
    const why =
      "invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable";
    refuse(
      `failed to initialize builder ${name} (${last}): cannot determine Kubernetes namespace, specify manually: ${why}`,
    );
  }
  if (request.bootstrap)
    throw new StatusError("not-implemented", '"docker buildx create --bootstrap" is not implemented');
  if (known?.nodes.some((one) => one.name === request.node) === true && !request.append) {
    session.err("WARNING: new settings may not be used until builder is restarted\n");
  }
  builders.set({ name, driver, nodes, lastActivityUs: session.engine.kernel.nowUs });
  if (request.use) builders.current = name;
  session.lines([name]);
  return 0;
}

function refuse(why: string): never {
  throw failure(`ERROR: ${why}`);
}

/** @throws CliError for a name that no builder can have */
function checkName({ name, append }: BuilderCreateRequest): void {
  if (name === DEFAULT) refuse(`${DEFAULT} is a reserved name and cannot be used to identify builder instance`);
  if (append && name === "") refuse("append requires a builder name");
  if (name !== "" && !NAME.test(name)) {
    refuse(`invalid name ${name}, name needs to start with a letter and may not contain symbols, except ._-`);
  }
}

/** @throws CliError for a driver that there is not, or that the builder does not have */
function driverOf(
  { client }: Session,
  { driver, endpoint, node, append }: BuilderCreateRequest,
  known: ClientBuilder | undefined,
): string {
  const isRemote = endpoint === "" && (client.env.get("BUILDKIT_HOST") ?? "") !== "";
  const chosen = driver || (known?.driver ?? (isRemote ? "remote" : CONTAINER));
  if (known !== undefined) {
    if (node === "" && !append) {
      const how = "but no append mode, specify the node name to make changes for existing instances";
      refuse(`existing instance for ${quote(known.name)} ${how}`);
    }
    if (chosen !== known.driver)
      refuse(`existing instance for ${quote(known.name)} but has mismatched driver ${quote(known.driver)}`);
  }
  if (chosen === "docker") refuse('additional instances of driver "docker" cannot be created');
  if (![CONTAINER, "kubernetes", "remote"].includes(chosen)) refuse(`failed to find driver ${quote(chosen)}`);
  return chosen;
}

const newBuilderName = ({ engine }: Session): string =>
  newName(engine.world.prng, new Set(engine.builders.list().map(({ name }) => name)));

/** A node as it is asked for; its name may be open. @throws CliError */
function nodeOf(session: Session, request: BuilderCreateRequest, driver: string): BuilderNode {
  const driverOptions = request.driverOptions.flatMap(parseCsv).map((text): readonly [string, string] => {
    const equals = text.indexOf("=");
    if (equals < 0) refuse(`invalid value ${quote(text)}, expecting k=v`);
    return [text.slice(0, equals).toLowerCase(), text.slice(equals + 1)];
  });
  const { configFile } = request;
  if (configFile !== "" && !session.client.exists(configFile)) {
    refuse(`buildkit configuration file not found: ${configFile}: stat ${configFile}: no such file or directory`);
  }
  const flags = request.daemonFlags.split(/\s+/).filter((flag) => flag !== "");
  const isAllowed = driver !== CONTAINER || flags.some((flag) => flag.startsWith("--allow-insecure-entitlement"));
  return {
    name: request.node,
    endpoint: endpointOf(session, request.endpoint, driver),
    driverOptions: driverOptions.sort(([a], [b]) => (a < b ? -1 : 1)),
    flags: isAllowed ? flags : [...flags, ENTITLEMENT],
    platforms: request.platforms.flatMap((text) => text.split(",")).map(checkedPlatform),
  };
}

/** @throws CliError */
function endpointOf(session: Session, asked: string, driver: string): string {
  const { env } = session.client;
  if (driver === "remote") {
    const endpoint = asked || (env.get("BUILDKIT_HOST") ?? "");
    if (endpoint === "") refuse("no remote endpoint provided");
    if (!/^(?:tcp|unix|ssh|docker-container|kube-pod|npipe):\/\//.test(endpoint)) {
      refuse(`unrecognized url scheme ${/^(\w+):\/\//.exec(endpoint)?.[1] ?? ""}`);
    }
    return endpoint;
  }
  if (asked === "") return contextHost(session, DEFAULT);
  return isContext(session, asked) ? contextHost(session, asked) : asked;
}

/** @throws CliError */
function checkedPlatform(text: string): string {
  try {
    parsePlatform(text);
    return text;
  } catch {
    return refuse(`${quote(text)}: cannot parse platform specifier: invalid argument`);
  }
}

/** How a node comes to the others. */
interface Update extends Pick<BuilderCreateRequest, "append"> {
  readonly builder: string;
  /** Another endpoint was asked for. */
  readonly isMoved: boolean;
}

/** @throws CliError for a node that there is not, and for an endpoint that another has */
function withNode(
  nodes: readonly BuilderNode[],
  asked: BuilderNode,
  { append, builder, isMoved }: Update,
): readonly BuilderNode[] {
  const index = nodes.findIndex(({ name }) => name === asked.name);
  const before = nodes[index];
  if (before === undefined && !append && nodes.length > 0) {
    refuse(`node ${asked.name} not found, did you mean to append?`);
  }
  const name = asked.name || nextName(builder, nodes);
  const node = { ...asked, name, ...(before === undefined || isMoved ? {} : { endpoint: before.endpoint }) };
  const merged =
    before === undefined
      ? node
      : { ...node, driverOptions: node.driverOptions.length > 0 ? node.driverOptions : before.driverOptions };
  const others = nodes.filter((_, i) => i !== index);
  if (others.some(({ endpoint }) => endpoint === merged.endpoint))
    refuse(`invalid duplicate endpoint ${merged.endpoint}`);
  return before === undefined ? [...nodes, merged] : nodes.with(index, merged);
}

function nextName(builder: string, nodes: readonly BuilderNode[]): string {
  for (let number = 0; ; number++) {
    const name = `${builder.toLowerCase()}${number}`;
    if (!nodes.some((node) => node.name === name)) return name;
  }
}

/** A node goes. @throws CliError */
function leave({ engine }: Session, { name, node }: BuilderCreateRequest): number {
  if (name === "") refuse("leave requires instance name");
  if (node === "") refuse("leave requires node name");
  const known = engine.builders.get(name);
  if (known === undefined) return refuse(`failed to find instance ${quote(name)} for leave`);
  if (!known.nodes.some((one) => one.name === node)) refuse(`node ${quote(node)} not found for ${known.name}`);
  if (known.nodes.length === 1) refuse("can not leave last node, do you want to rm instance instead?");
  engine.builders.set({ ...known, nodes: known.nodes.filter((one) => one.name !== node) });
  return 0;
}
