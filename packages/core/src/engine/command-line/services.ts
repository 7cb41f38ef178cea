/**
 * Commands about the services of a swarm. Unlike the real client's, none waits until the tasks are as they should be.
 *
 * @see docker/cli cli/command/service, task
 */
import { StatusError } from "../../lib/index.ts";
import { servicePorts } from "../docker/lists/service-ports.ts";
import { capital, renderSwarmList, SERVICE_COLUMNS, TASK_COLUMNS } from "../docker/lists/swarm.ts";
import { failure, ValueError } from "../docker/problem.ts";
import { familiarText, parseReference, withDefaultTag } from "../docker/reference.ts";
import type { RequestOf } from "../docker/request.ts";
import type { PayloadWish, SwarmListRequest } from "../docker/requests/swarm.ts";
import { humanDuration } from "../docker/values/human.ts";
import { LogLines } from "../log-lines.ts";
import { Filters } from "../select/filters.ts";
import type { Cluster } from "../swarm/cluster.ts";
import type { PayloadStore } from "../swarm/payloads.ts";
import { selectTasks, TASK_FILTERS } from "../swarm/select-tasks.ts";
import { serviceStatus } from "../swarm/service-documents.ts";
import type { ServiceMode } from "../swarm/service-spec.ts";
import { isJob, modeName, SERVICE_FILTERS, type Service } from "../swarm/services.ts";
import type { Task } from "../swarm/task.ts";
import type { Session } from "./session.ts";
import { told } from "./told.ts";

const SHORT_ID = 12;
/** Characters of an error that a list shows. */
const LONGEST_ERROR = 30;

export function createService(session: Session, { spec, secrets, configs }: RequestOf<"service create">): number {
  const { cluster } = session.engine.swarm;
  const { ContainerSpec: container, ...task } = spec.TaskTemplate;
  const files = {
    ...(secrets.length === 0 ? {} : { Secrets: secrets.map((wish) => reference(cluster.secrets, wish, "Secret")) }),
    ...(configs.length === 0 ? {} : { Configs: configs.map((wish) => reference(cluster.configs, wish, "Config")) }),
  };
  const Image = familiarText(withDefaultTag(parseReference(container?.Image ?? "")));
  const service = cluster.services.create({
    ...spec,
    TaskTemplate: { ...task, ContainerSpec: { ...container, ...files, Image } },
  });
  session.lines([service.id]);
  return 0;
}

/** @see docker/cli cli/command/service/update.go */
export function updateService(session: Session, request: RequestOf<"service update">): number {
  const { services } = session.engine.swarm.cluster;
  const { spec, version } = services.get(request.service);
  const { ContainerSpec: container, ...task } = spec.TaskTemplate;
  const nameOfVariable = (text: string): string => text.split("=", 1)[0] ?? "";
  const gone = new Set([...request.removeEnv, ...request.addEnv.map(nameOfVariable)]);
  const env = [...(container?.Env ?? []).filter((one) => !gone.has(nameOfVariable(one))), ...request.addEnv];
  const labels = Object.entries({ ...spec.Labels, ...request.addLabels }).filter(
    ([name]) => !request.removeLabels.includes(name),
  );
  const mode = request.replicas === undefined ? spec.Mode : scaled(spec.Mode, request.replicas);
  if (mode === undefined) throw failure("replicas can only be used with replicated or replicated-job mode");
  const { Env: _before, ...others } = container ?? { Image: "" };
  const image = request.image === "" ? others.Image : familiarText(withDefaultTag(parseReference(request.image)));
  services.update(request.service, version, {
    ...spec,
    Labels: Object.fromEntries(labels),
    Mode: mode,
    TaskTemplate: {
      ...task,
      ContainerSpec: { ...others, Image: image, ...(env.length === 0 ? {} : { Env: env }) },
      ForceUpdate: task.ForceUpdate + (request.force ? 1 : 0),
    },
  });
  session.lines([request.service]);
  return 0;
}

/** @throws StatusError not-found */
function reference<K extends "Secret" | "Config">(store: PayloadStore, wish: PayloadWish, kind: K) {
  const { source, target, uid: UID, gid: GID, mode: Mode } = wish;
  const payload = store.list(Filters.of({ name: [source] })).find(({ spec }) => spec.Name === source);
  if (payload === undefined) throw new ValueError(`${kind.toLowerCase()} not found: ${source}`);
  const names = { [`${kind}ID`]: payload.id, [`${kind}Name`]: source } as Record<`${K}ID` | `${K}Name`, string>;
  return { File: { Name: target, UID, GID, Mode }, ...names };
}

export function listServices(session: Session, request: SwarmListRequest, filters: Filters): string {
  const { cluster } = session.engine.swarm;
  filters.check(SERVICE_FILTERS);
  const rows = cluster.services.list(filters).map((service) => {
    return {
      id: request.format === "" && !request.quiet ? service.id.slice(0, SHORT_ID) : service.id,
      name: service.spec.Name,
      mode: modeName(service.spec.Mode).replace("-", " "),
      replicas: replicasOf(cluster, service),
      image: shownImage(service.spec.TaskTemplate.ContainerSpec?.Image ?? ""),
      ports: servicePorts(service.ports),
    };
  });
  const sorted = rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  const table = "{{.ID}}\t{{.Name}}\t{{.Mode}}\t{{.Replicas}}\t{{.Image}}\t{{.Ports}}";
  return renderSwarmList(SERVICE_COLUMNS, sorted, { ...request, table });
}

/** How many tasks run of how many; of a job, also how many have completed of how many. */
function replicasOf(cluster: Cluster, service: Service): string {
  const { Mode, TaskTemplate } = service.spec;
  const { RunningTasks, DesiredTasks, CompletedTasks } = serviceStatus(cluster, service);
  const running = `${RunningTasks}/${DesiredTasks}`;
  if (isJob(Mode)) {
    const { TotalCompletions = DesiredTasks } = Mode.ReplicatedJob ?? {};
    const total = Mode.GlobalJob === undefined ? TotalCompletions : DesiredTasks + CompletedTasks;
    return `${running} (${CompletedTasks}/${total} completed)`;
  }
  const most = Mode.Global === undefined ? (TaskTemplate.Placement?.MaxReplicas ?? 0) : 0;
  return most > 0 ? `${running} (max ${most} per node)` : running;
}

const shownImage = (text: string): string => text.replace(/@sha256:.*$/, "");

/** By their places, the newest first. */
export function listTasks(session: Session, request: RequestOf<"service ps">): number {
  const { cluster } = session.engine.swarm;
  const lost = request.services.filter((name) => !isThere(() => cluster.services.get(name)));
  const found = request.services.filter((name) => !lost.includes(name));
  if (found.length > 0) {
    const filters = Filters.of({ ...request.filters, service: found }, TASK_FILTERS);
    const tasks = [...selectTasks(cluster, filters)].sort((a, b) => a.slot - b.slot || b.createdUs - a.createdUs);
    const isTable = request.format === "" || request.format.startsWith("table");
    const rows = tasks.map((task, index) => {
      const isEarlier = isTable && !request.quiet && index > 0 && tasks[index - 1]?.slot === task.slot;
      return {
        ...rowOf(session, cluster, task, request.noTrunc),
        ...(isEarlier ? { name: ` \\_ ${nameOf(cluster, task)}` } : {}),
      };
    });
    const table =
      "{{.ID}}\t{{.Name}}\t{{.Image}}\t{{.Node}}\t{{.DesiredState}}\t{{.CurrentState}}\t{{.Error}}\t{{.Ports}}";
    session.out(renderSwarmList(TASK_COLUMNS, rows, { ...request, table }));
  }
  for (const name of lost) session.err(`no such service: ${name}\n`);
  return lost.length === 0 ? 0 : 1;
}

const nameOf = (cluster: Cluster, task: Task): string =>
  `${cluster.services.byId(task.serviceId)?.spec.Name ?? task.serviceId}.${task.slot === 0 ? task.nodeId : task.slot}`;

function rowOf(session: Session, cluster: Cluster, task: Task, isWhole: boolean) {
  const { id, state, stateUs, error, desired, nodeId } = task;
  const ago = humanDuration(session.now - stateUs / 1e6).toLowerCase();
  const shown = isWhole || error.length <= LONGEST_ERROR ? error : `${error.slice(0, LONGEST_ERROR - 1)}…`;
  return {
    id: isWhole ? id : id.slice(0, SHORT_ID),
    name: nameOf(cluster, task),
    image: shownImage(task.spec.ContainerSpec?.Image ?? ""),
    node: nodeId === "" ? "" : cluster.nodes.self.machine.hostname,
    desired,
    current: `${capital(state)} ${ago} ago`,
    error: shown === "" ? "" : `"${shown}"`,
  };
}

function isThere(find: () => unknown): boolean {
  try {
    find();
    return true;
  } catch (error) {
    if (error instanceof StatusError && error.kind === "not-found") return false;
    throw error;
  }
}

/** With another number of tasks, or completions of a job; `undefined` where every node has one. */
function scaled({ Replicated, ReplicatedJob }: ServiceMode, count: number): ServiceMode | undefined {
  if (Replicated !== undefined) return { Replicated: { Replicas: count } };
  return ReplicatedJob && { ReplicatedJob: { ...ReplicatedJob, TotalCompletions: count } };
}

/** What goes wrong with some does not stop the others. */
export function scaleServices(session: Session, { counts }: RequestOf<"service scale">): number {
  const { services } = session.engine.swarm.cluster;
  let exitCode = 0;
  for (const one of counts) {
    const [name = "", count = ""] = one.split(/=(.*)/s);
    try {
      if (!/^\d+$/.test(count)) {
        const why = `strconv.ParseUint: parsing ${JSON.stringify(count)}: invalid syntax`;
        throw new ValueError(`invalid replicas value ${count}: ${why}`);
      }
      const { spec, version } = services.get(name);
      const Mode = scaled(spec.Mode, Number(count));
      if (Mode === undefined) throw new ValueError("scale can only be used with replicated or replicated-job mode");
      services.update(name, version, { ...spec, Mode });
      session.lines([`${name} scaled to ${count}`]);
    } catch (error) {
      if (!(error instanceof ValueError || error instanceof StatusError)) throw error;
      session.err(`${name}: ${error instanceof StatusError ? told(error) : error.message}\n`);
      exitCode = 1;
    }
  }
  return exitCode;
}

export function printServiceLogs(session: Session, { service: name, raw }: RequestOf<"service logs">): number {
  const { cluster } = session.engine.swarm;
  if (!isThere(() => cluster.services.get(name))) {
    session.err(`no such task or service: ${name}\n`);
    return 1;
  }
  const { id } = cluster.services.get(name);
  for (const task of [...cluster.tasks.of(id)].sort((a, b) => a.createdUs - b.createdUs)) {
    const container = cluster.containerOf(task);
    if (container === undefined) continue;
    const { hostname } = cluster.nodes.self.machine;
    const prefix = raw ? "" : `${nameOf(cluster, task)}.${task.id.slice(0, SHORT_ID)}@${hostname}    | `;
    const lines = new LogLines();
    const past = container.logs.entries.flatMap((entry) => lines.push(entry));
    for (const { stream, bytes } of [...past, ...(container.isRunning ? [] : lines.end())]) {
      const tell = stream === "stdout" ? session.out.bind(session) : session.err.bind(session);
      if (prefix !== "") tell(prefix);
      tell(bytes);
    }
  }
  return 0;
}
