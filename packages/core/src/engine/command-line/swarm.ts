/**
 * Commands about a swarm: its node, secrets and configs. Its services are in `services.ts` and `service-views.ts`.
 *
 * @see docker/cli cli/command/swarm, node, secret, config
 */
import { NO_BYTES } from "../../lib/index.ts";
import { naturalCompare } from "../docker/lists/shared.ts";
import { CONFIG_COLUMNS, capital, NODE_COLUMNS, renderSwarmList, SECRET_COLUMNS } from "../docker/lists/swarm.ts";
import { failure, orFail } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import type { SwarmInspectRequest, SwarmRequest } from "../docker/requests/swarm.ts";
import { humanDuration } from "../docker/values/human.ts";
import { ENGINE_VERSION } from "../documents/versions.ts";
import { Filters } from "../select/filters.ts";
import type { Cluster } from "../swarm/cluster.ts";
import type { TokenRole } from "../swarm/cluster-keys.ts";
import type { ClusterSpec } from "../swarm/cluster-spec.ts";
import { managerStatus } from "../swarm/documents.ts";
import { NODE_FILTERS } from "../swarm/node.ts";
import { PAYLOAD_FILTERS, type PayloadKind, type PayloadStore } from "../swarm/payloads.ts";
import { managerAddress } from "../swarm/swarm.ts";
import { readProblem } from "./client-disk.ts";
import { eachNamed } from "./named.ts";
import { printServiceLogs } from "./service-logs.ts";
import { listNodeTasks, listServices, listTasks } from "./service-views.ts";
import { createService, rollBackService, scaleServices, updateService } from "./services.ts";
import type { Session } from "./session.ts";
import { joinSwarm, printRoot, printUnlockKey, unlockLines, unlockSwarm } from "./swarm-keys.ts";

export async function runSwarm(session: Session, request: Exclude<SwarmRequest, SwarmInspectRequest>): Promise<number> {
  const { swarm } = session.engine;
  switch (request.command) {
    case "swarm init":
      return initSwarm(session, request);
    case "swarm leave":
      await session.call("SwarmLeave", "", () => swarm.leave({ force: request.force }));
      session.lines(["Node left the swarm."]);
      return 0;
    case "swarm join":
      return joinSwarm(session, request);
    case "swarm unlock":
      return unlockSwarm(session);
    case "swarm unlock-key":
      return printUnlockKey(session, request);
    case "swarm ca":
      return printRoot(session, request);
    case "swarm join-token":
      return printToken(session, request);
    case "node update":
      return updateNode(session, request);
    case "node promote":
    case "node demote":
      return changeRoles(session, request);
    case "node rm":
      return eachNamed(session, request.nodes, (name) =>
        session.call("NodeDelete", name, () => swarm.cluster.nodes.remove(name, { force: request.force })),
      );
    case "node ls":
    case "secret ls":
    case "config ls":
    case "service ls":
      return listed(session, request);
    case "secret create":
    case "config create":
      return createPayload(session, request);
    case "secret rm":
    case "config rm": {
      const kind = kindOf(request.command);
      return eachNamed(session, request.names, (name) =>
        session.call(CALLS[kind].remove, name, () => storeOf(swarm.cluster, kind).remove(name)),
      );
    }
    case "service create":
      return createService(session, request);
    case "service scale":
      return scaleServices(session, request);
    case "service update":
      return updateService(session, request);
    case "service rollback":
      return rollBackService(session, request);
    case "swarm update":
      await updateCluster(session, request.spec);
      session.lines(["Swarm updated."]);
      if (request.spec.EncryptionConfig?.AutoLockManagers === true) await tellUnlockKey(session);
      return 0;
    case "service ps":
      return listTasks(session, request);
    case "node ps":
      return listNodeTasks(session, request);
    case "service logs":
      return printServiceLogs(session, request);
    case "service rm":
      return eachNamed(session, request.names, (name) =>
        session.call("ServiceDelete", name, () => swarm.cluster.services.remove(name)),
      );
  }
}

async function initSwarm(session: Session, request: RequestOf<"swarm init">): Promise<number> {
  const { swarm } = session.engine;
  const id = await session.call("SwarmInit", "", () =>
    swarm.init({
      ListenAddr: request.listenAddress,
      AdvertiseAddr: request.advertiseAddress,
      DataPathPort: request.dataPathPort,
      DefaultAddrPool: request.addressPools,
      SubnetSize: request.subnetSize,
      ForceNewCluster: request.forceNewCluster,
      Spec: request.spec,
      AutoLockManagers: request.autolock,
      Availability: request.availability,
    }),
  );
  session.lines([
    `Swarm initialized: current node (${id}) is now a manager.`,
    "",
    ...joinLines(await inspected(session), "worker", swarm.node?.address ?? ""),
    "To add a manager to this swarm, run 'docker swarm join-token manager' and follow the instructions.",
  ]);
  if (request.autolock) session.lines(unlockLines(swarm.cluster.keys.unlockKey));
  return 0;
}

const inspected = (session: Session): Promise<Cluster> =>
  session.call("SwarmInspect", "", () => session.engine.swarm.cluster);

async function updateCluster(session: Session, spec: Partial<ClusterSpec>, rotated: readonly TokenRole[] = []) {
  const { version } = (await inspected(session)).object;
  const rotations = { tokens: rotated, unlockKey: false };
  await session.call("SwarmUpdate", "", () => session.engine.swarm.update(version, spec, rotations));
}

const joinLines = (cluster: Cluster, role: "worker" | "manager", address: string): readonly string[] => [
  `To add a ${role} to this swarm, run the following command:`,
  "",
  `    docker swarm join --token ${cluster.keys.token(role)} ${managerAddress(address)}`,
  "",
];

async function printToken(session: Session, { role, quiet, rotate }: RequestOf<"swarm join-token">): Promise<number> {
  if (rotate) await updateCluster(session, {}, [role]);
  const cluster = await inspected(session);
  if (quiet) session.lines([cluster.keys.token(role)]);
  else
    session.lines([
      ...(rotate ? [`Successfully rotated ${role} join token.`, ""] : []),
      ...joinLines(cluster, role, session.engine.swarm.node?.address ?? ""),
    ]);
  return 0;
}

/** The key that a swarm is locked with, for its keeper. */
async function tellUnlockKey(session: Session): Promise<void> {
  const key = await session.call("SwarmUnlockkey", "", () => session.engine.swarm.cluster.keys.unlockKey);
  session.lines(unlockLines(key));
}

/** What goes wrong with one ends it. @see docker/cli cli/command/node/promote.go, demote.go */
async function changeRoles(session: Session, { nodes, role }: RequestOf<"node promote" | "node demote">) {
  const { swarm } = session.engine;
  for (const name of nodes) {
    const { id, spec, version } = await session.call("NodeInspect", name, () => swarm.cluster.nodes.get(name));
    if (spec.Role === role) {
      session.lines([`Node ${id} is already a ${role}.`]);
      continue;
    }
    await session.call("NodeUpdate", name, () => swarm.cluster.nodes.update(name, version, { ...spec, Role: role }));
    session.lines([
      role === "manager" ? `Node ${name} promoted to a manager in the swarm.` : `Manager ${name} demoted in the swarm.`,
    ]);
  }
  return 0;
}

async function updateNode(session: Session, request: RequestOf<"node update">): Promise<number> {
  const { swarm } = session.engine;
  const { spec, version } = await session.call("NodeInspect", request.node, () =>
    swarm.cluster.nodes.get(request.node),
  );
  const labels = { ...spec.Labels, ...request.addLabels };
  for (const name of request.removeLabels) {
    if (!Object.hasOwn(labels, name)) throw failure(`key ${name} doesn't exist in node's labels`);
    delete labels[name];
  }
  const changed = {
    ...spec,
    Labels: labels,
    Role: request.role === "" ? spec.Role : request.role,
    Availability: request.availability === "" ? spec.Availability : request.availability,
  };
  await session.call("NodeUpdate", request.node, () => swarm.cluster.nodes.update(request.node, version, changed));
  session.lines([request.node]);
  return 0;
}

type ListRequest = RequestOf<"node ls" | "service ls" | "secret ls" | "config ls">;

const LISTS = {
  "node ls": "NodeList",
  "service ls": "ServiceList",
  "secret ls": "SecretList",
  "config ls": "ConfigList",
} as const;

async function listed(session: Session, request: ListRequest): Promise<number> {
  session.out(await session.call(LISTS[request.command], "", () => orFail(() => textOf(session, request))));
  return 0;
}

function textOf(session: Session, request: ListRequest): string {
  const { cluster } = session.engine.swarm;
  const filters = Filters.of(request.filters);
  if (request.command === "service ls") return listServices(session, request, filters);
  if (request.command === "node ls") {
    filters.check(NODE_FILTERS);
    const rows = cluster.nodes
      .list(filters)
      .toSorted((a, b) => naturalCompare(a.machine.hostname, b.machine.hostname))
      .map((node) => ({
        id: node.id,
        hostname: node.machine.hostname,
        isSelf: node === session.engine.swarm.node,
        state: node.state,
        availability: node.spec.Availability,
        managerStatus: node.votes ? shownStatus(managerStatus(cluster, node)) : "",
        engineVersion: ENGINE_VERSION,
      }));
    const star = "{{if .Self}} *{{else}} {{end}}";
    const table = `{{.ID}}${star}\t{{.Hostname}}\t{{.Status}}\t{{.Availability}}\t{{.ManagerStatus}}\t{{.EngineVersion}}`;
    return renderSwarmList(NODE_COLUMNS, rows, { ...request, table });
  }
  filters.check(PAYLOAD_FILTERS);
  const ago = (us: number): string => `${humanDuration(session.now - us / 1e6)} ago`;
  const rows = storeOf(cluster, kindOf(request.command))
    .list(filters)
    .toSorted((a, b) => naturalCompare(a.spec.Name, b.spec.Name))
    .map(({ id, spec, createdUs, updatedUs }) => {
      return { id, name: spec.Name, labels: spec.Labels, created: ago(createdUs), updated: ago(updatedUs) };
    });
  if (request.command === "config ls") {
    return renderSwarmList(CONFIG_COLUMNS, rows, {
      ...request,
      table: "{{.ID}}\t{{.Name}}\t{{.CreatedAt}}\t{{.UpdatedAt}}",
    });
  }
  const table = "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.CreatedAt}}\t{{.UpdatedAt}}";
  return renderSwarmList(SECRET_COLUMNS, rows, { ...request, table });
}

const shownStatus = ({ Leader = false, Reachability }: ReturnType<typeof managerStatus>): string =>
  Leader ? "Leader" : capital(Reachability);

async function createPayload(session: Session, request: RequestOf<"secret create" | "config create">): Promise<number> {
  const kind = kindOf(request.command);
  const { name: Name, labels: Labels, driver, templateDriver } = request;
  const content = contentOf(session, request, kind);
  const drivers = {
    ...(driver !== "" && { Driver: { Name: driver } }),
    ...(templateDriver !== "" && { Templating: { Name: templateDriver } }),
  };
  const { id } = await session.call(CALLS[kind].create, Name, () =>
    storeOf(session.engine.swarm.cluster, kind).create({ Name, Labels, ...drivers }, content),
  );
  session.lines([id]);
  return 0;
}

/** @throws CliError for a file that cannot be read */
function contentOf({ stdin = NO_BYTES, client }: Session, { file }: { readonly file: string }, kind: PayloadKind) {
  if (file === "") return NO_BYTES;
  const content = file === "-" ? stdin : client.readFile(file);
  if (typeof content !== "string" && content.length > 0) return content;
  const why = typeof content === "string" ? readProblem(file, content) : "data is empty";
  const problem = `error reading from ${file === "-" ? "STDIN" : file}: ${why}`;
  throw failure(kind === "secret" ? problem : `Error reading content from "${file}": ${problem}`);
}

const kindOf = (command: string): PayloadKind => (command.startsWith("secret") ? "secret" : "config");

const CALLS = {
  secret: { create: "SecretCreate", remove: "SecretDelete" },
  config: { create: "ConfigCreate", remove: "ConfigDelete" },
} as const;

const storeOf = (cluster: Cluster, kind: PayloadKind): PayloadStore =>
  kind === "secret" ? cluster.secrets : cluster.configs;
