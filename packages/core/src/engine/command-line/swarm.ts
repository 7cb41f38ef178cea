/**
 * Commands about a swarm: its node, secrets and configs. Its services are in `services.ts`.
 *
 * @see docker/cli cli/command/swarm, node, secret, config
 */
import { StatusError } from "../../lib/index.ts";
import { CONFIG_COLUMNS, NODE_COLUMNS, renderSwarmList, SECRET_COLUMNS } from "../docker/lists/swarm.ts";
import { failure, orFail } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import type { SwarmRequest } from "../docker/requests/swarm.ts";
import { ANY } from "../docker/template/type.ts";
import { humanDuration } from "../docker/values/human.ts";
import { ENGINE_VERSION } from "../documents/versions.ts";
import { Filters } from "../select/filters.ts";
import type { Cluster } from "../swarm/cluster.ts";
import { nodeDocument, payloadDocument } from "../swarm/documents.ts";
import { NODE_FILTERS } from "../swarm/node.ts";
import { PAYLOAD_FILTERS, type PayloadKind, type PayloadStore } from "../swarm/payloads.ts";
import { serviceDocument } from "../swarm/service-documents.ts";
import { managerAddress } from "../swarm/swarm.ts";
import { printFound } from "./inspect.ts";
import { eachNamed } from "./named.ts";
import { createService, listServices, listTasks, printServiceLogs, scaleServices, updateService } from "./services.ts";
import type { Session } from "./session.ts";
import { told } from "./told.ts";

export async function runSwarm(session: Session, request: SwarmRequest): Promise<number> {
  const { swarm } = session.engine;
  switch (request.command) {
    case "swarm init":
      return initSwarm(session, request);
    case "swarm leave":
      await swarm.leave({ force: request.force });
      session.lines(["Node left the swarm."]);
      return 0;
    case "swarm join-token":
      return printToken(session, request);
    case "node update":
      return updateNode(session, request);
    case "node rm":
      return eachNamed(session, request.nodes, async (name) => swarm.cluster.nodes.remove(name));
    case "node ls":
    case "secret ls":
    case "config ls":
    case "service ls":
      return listed(session, request);
    case "node inspect":
    case "service inspect":
    case "secret inspect":
    case "config inspect":
      return inspected(session, request);
    case "secret create":
    case "config create":
      return createPayload(session, request);
    case "secret rm":
    case "config rm": {
      const store = storeOf(swarm.cluster, request.command);
      return eachNamed(session, request.names, async (name) => store.remove(name));
    }
    case "service create":
      return createService(session, request);
    case "service scale":
      return scaleServices(session, request);
    case "service update":
      return updateService(session, request);
    case "service rollback": {
      const { services } = swarm.cluster;
      services.rollBack(request.service, services.get(request.service).version);
      session.lines([request.service]);
      return 0;
    }
    case "swarm update":
      swarm.update(swarm.cluster.object.version, request.spec, { tokens: [], unlockKey: false });
      session.lines(["Swarm updated."]);
      return 0;
    case "service ps":
      return listTasks(session, request);
    case "service logs":
      return printServiceLogs(session, request);
    case "service rm":
      return eachNamed(session, request.names, async (name) => swarm.cluster.services.remove(name));
  }
}

function initSwarm(session: Session, request: RequestOf<"swarm init">): number {
  const { swarm } = session.engine;
  const id = swarm.init({
    ListenAddr: request.listenAddress,
    AdvertiseAddr: request.advertiseAddress,
    DataPathPort: 0,
    DefaultAddrPool: [],
    SubnetSize: 0,
    ForceNewCluster: request.forceNewCluster,
    Spec: request.spec,
    AutoLockManagers: request.autolock,
    Availability: request.availability,
  });
  session.lines([
    `Swarm initialized: current node (${id}) is now a manager.`,
    "",
    ...joinLines(swarm.cluster, "worker"),
    "To add a manager to this swarm, run 'docker swarm join-token manager' and follow the instructions.",
    "",
  ]);
  return 0;
}

const joinLines = (cluster: Cluster, role: "worker" | "manager"): readonly string[] => [
  `To add a ${role} to this swarm, run the following command:`,
  "",
  `    docker swarm join --token ${cluster.token(role)} ${managerAddress(cluster.nodes.self.address)}`,
  "",
];

function printToken(session: Session, { role: given, quiet, rotate }: RequestOf<"swarm join-token">): number {
  const { cluster } = session.engine.swarm;
  const role = given === "manager" ? "manager" : "worker";
  if (rotate) cluster.rotateToken(role);
  if (quiet) session.lines([cluster.token(role)]);
  else
    session.lines([...(rotate ? [`Successfully rotated ${role} join token.`, ""] : []), ...joinLines(cluster, role)]);
  return 0;
}

function updateNode(session: Session, request: RequestOf<"node update">): number {
  const { nodes } = session.engine.swarm.cluster;
  const { spec, version } = nodes.get(request.node);
  const labels = { ...spec.Labels, ...request.addLabels };
  for (const name of request.removeLabels) {
    if (!Object.hasOwn(labels, name)) throw failure(`key ${name} doesn't exist in node's labels`);
    delete labels[name];
  }
  nodes.update(request.node, version, {
    ...spec,
    Labels: labels,
    Role: request.role === "" ? spec.Role : request.role,
    Availability: request.availability === "" ? spec.Availability : request.availability,
  });
  session.lines([request.node]);
  return 0;
}

type ListRequest = RequestOf<"node ls" | "service ls" | "secret ls" | "config ls">;

function listed(session: Session, request: ListRequest): number {
  session.out(orFail(() => textOf(session, request)));
  return 0;
}

function textOf(session: Session, request: ListRequest): string {
  const { cluster } = session.engine.swarm;
  const filters = Filters.of(request.filters);
  if (request.command === "service ls") return listServices(session, request, filters);
  if (request.command === "node ls") {
    filters.check(NODE_FILTERS);
    const rows = cluster.nodes.list(filters).map(({ id, machine, spec }) => ({
      id,
      hostname: machine.hostname,
      isSelf: id === cluster.nodes.self.id,
      availability: spec.Availability,
      engineVersion: ENGINE_VERSION,
    }));
    const star = "{{if .Self}} *{{else}} {{end}}";
    const table = `{{.ID}}${star}\t{{.Hostname}}\t{{.Status}}\t{{.Availability}}\t{{.ManagerStatus}}\t{{.EngineVersion}}`;
    return renderSwarmList(NODE_COLUMNS, rows, { ...request, table });
  }
  filters.check(PAYLOAD_FILTERS);
  const ago = (us: number): string => `${humanDuration(session.now - us / 1e6)} ago`;
  const rows = storeOf(cluster, request.command)
    .list(filters)
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

type InspectRequest = RequestOf<"node inspect" | "service inspect" | "secret inspect" | "config inspect">;

/** The first that is not there ends the search. */
function inspected(session: Session, request: InspectRequest): number {
  const { cluster } = session.engine.swarm;
  const kind = request.command.split(" ")[0] ?? "";
  const find = (name: string): unknown => {
    if (kind === "node")
      return nodeDocument(cluster, cluster.nodes.get(name === "self" ? cluster.nodes.self.id : name));
    if (kind === "service") return serviceDocument(cluster, cluster.services.get(name), { insertDefaults: true });
    return payloadDocument(kindOf(request.command), storeOf(cluster, request.command).get(name));
  };
  const found: { readonly json: unknown; readonly type: typeof ANY }[] = [];
  const problems: string[] = [];
  for (const name of request.names) {
    try {
      found.push({ json: find(name), type: ANY });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const isLost = kind === "service" && error.kind === "not-found";
      problems.push(isLost ? `Error: no such service: ${name}` : told(error));
    }
  }
  const code = printFound(session, found, request.format);
  for (const problem of problems) session.err(`${problem}\n`);
  return problems.length > 0 ? 1 : code;
}

function createPayload(session: Session, request: RequestOf<"secret create" | "config create">): number {
  const store = storeOf(session.engine.swarm.cluster, request.command);
  const content = request.file === "" ? (session.stdin ?? new Uint8Array()) : session.client.readFile(request.file);
  if (typeof content === "string") {
    throw failure(`error reading content from "${request.file}": open ${request.file}: ${content}`);
  }
  session.lines([store.create({ Name: request.name, Labels: request.labels }, content).id]);
  return 0;
}

const kindOf = (command: string): PayloadKind => (command.startsWith("secret") ? "secret" : "config");

const storeOf = (cluster: Cluster, command: string): PayloadStore =>
  kindOf(command) === "secret" ? cluster.secrets : cluster.configs;
