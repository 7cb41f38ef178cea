/**
 * What the services of a swarm and their tasks are shown as: `docker service ls`, `ps`.
 *
 * @see docker/cli cli/command/service, task
 */
import { StatusError } from "../../lib/index.ts";
import { servicePorts } from "../docker/lists/service-ports.ts";
import { naturalCompare } from "../docker/lists/shared.ts";
import { capital, renderSwarmList, SERVICE_COLUMNS, TASK_COLUMNS } from "../docker/lists/swarm.ts";
import { orFail } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import type { SwarmListRequest, TaskListRequest } from "../docker/requests/swarm.ts";
import { humanDuration } from "../docker/values/human.ts";
import { ellipsis } from "../docker/values/width.ts";
import { Filters } from "../select/filters.ts";
import type { Cluster } from "../swarm/cluster.ts";
import { selectTasks, TASK_FILTERS } from "../swarm/select-tasks.ts";
import type { Service } from "../swarm/service.ts";
import { serviceStatus } from "../swarm/service-documents.ts";
import { isJob, modeName, SERVICE_FILTERS } from "../swarm/services.ts";
import type { Task } from "../swarm/task.ts";
import { told } from "./refusal.ts";
import type { Session } from "./session.ts";

export const SHORT_ID = 12;
/** Characters of an error that a list shows. */
const LONGEST_ERROR = 30;

export function listServices(session: Session, request: SwarmListRequest, filters: Filters): string {
  const { cluster } = session.engine.swarm;
  filters.check(SERVICE_FILTERS);
  const rows = cluster.services.list(filters).map((service) => {
    return {
      id: service.id.slice(0, SHORT_ID),
      name: service.spec.Name,
      mode: modeName(service.spec.Mode).replace("-", " "),
      replicas: replicasOf(cluster, service),
      image: shownImage(service.spec.TaskTemplate.ContainerSpec?.Image ?? ""),
      ports: servicePorts(service.ports),
    };
  });
  const sorted = rows.sort((a, b) => naturalCompare(a.name, b.name));
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

export async function listTasks(session: Session, request: RequestOf<"service ps">): Promise<number> {
  const { swarm } = session.engine;
  const known = await session.call("ServiceList", "", () => {
    const { services } = swarm.cluster;
    return new Set(request.services.filter((name) => isThere(() => services.get(name))));
  });
  const lost = request.services.filter((name) => !known.has(name));
  if (known.size > 0) {
    const { node: nodes = [] } = request.filters;
    const ids = nodes.map((name) => nodeReference(session, name));
    const own = { service: [...known], ...(ids.length > 0 && { node: ids }) };
    const filters = Filters.of({ ...request.filters, ...own }, TASK_FILTERS);
    const tasks = await session.call("TaskList", "", () => selectTasks(swarm.cluster, filters));
    // Here, unlike elsewhere, whoever asks for ids only gets whole ones.
    const shown = request.quiet ? { ...request, noTrunc: true } : request;
    session.out(orFail(() => taskTable(session, tasks, shown)));
  }
  for (const name of lost) session.err(`no such service: ${name}\n`);
  return lost.length === 0 ? 0 : 1;
}

/** "self" is the node that is asked. @see docker/cli cli/command/node/cmd.go: Reference */
const nodeReference = ({ engine }: Session, name: string): string =>
  name === "self" ? (engine.swarm.node?.id ?? "") : name;

/** A node that is none does not hide the tasks of the others. @see docker/cli cli/command/node/ps.go */
export async function listNodeTasks(session: Session, request: RequestOf<"node ps">): Promise<number> {
  const { swarm } = session.engine;
  const tasks: Task[] = [];
  const problems: string[] = [];
  for (const name of request.nodes) {
    try {
      const reference = nodeReference(session, name);
      const { id } = await session.call("NodeInspect", name, () => swarm.cluster.nodes.get(reference));
      const filters = Filters.of({ ...request.filters, node: [id] }, TASK_FILTERS);
      tasks.push(...(await session.call("TaskList", "", () => selectTasks(swarm.cluster, filters))));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      problems.push(told(error));
    }
  }
  if (problems.length === 0 || tasks.length > 0) session.out(orFail(() => taskTable(session, tasks, request)));
  for (const problem of problems) session.err(`${problem}\n`);
  return problems.length === 0 ? 0 : 1;
}

/** By their places, the newest first. @see docker/cli cli/command/task/print.go */
export function taskTable(session: Session, tasks: readonly Task[], request: TaskListRequest): string {
  const { cluster } = session.engine.swarm;
  const named = tasks
    .map((task) => ({ task, name: nameOf(cluster, task, request.noResolve) }))
    .sort((a, b) => naturalCompare(a.name, b.name) || b.task.createdUs - a.task.createdUs);
  const isTable = request.format === "" || request.format.startsWith("table");
  const rows = named.map(({ task, name }, index) => {
    const isEarlier = isTable && !request.quiet && named[index - 1]?.name === name;
    return { ...rowOf(session, cluster, task, request), name: isEarlier ? ` \\_ ${name}` : name };
  });
  const table =
    "{{.ID}}\t{{.Name}}\t{{.Image}}\t{{.Node}}\t{{.DesiredState}}\t{{.CurrentState}}\t{{.Error}}\t{{.Ports}}";
  return renderSwarmList(TASK_COLUMNS, rows, { ...request, table });
}

function nameOf(cluster: Cluster, { serviceId, slot, nodeId }: Task, isId: boolean): string {
  const service = isId ? undefined : cluster.services.byId(serviceId)?.spec.Name;
  return `${service ?? serviceId}.${slot === 0 ? nodeId : slot}`;
}

function rowOf(session: Session, cluster: Cluster, task: Task, { noTrunc: isWhole, noResolve }: TaskListRequest) {
  const { id, state, stateUs, error, desired, nodeId } = task;
  const ago = humanDuration(session.now - stateUs / 1e6).toLowerCase();
  const shown = isWhole ? error : ellipsis(error, LONGEST_ERROR);
  const { Image: image = "" } = task.spec.ContainerSpec ?? {};
  return {
    id: isWhole ? id : id.slice(0, SHORT_ID),
    image: isWhole ? image : shownImage(image),
    node: noResolve ? nodeId : cluster.nodeNameOf(task),
    desired,
    current: `${capital(state)} ${ago} ago`,
    error: shown === "" ? "" : `"${shown}"`,
    ports: cluster
      .hostPortsOf(task)
      .map(({ PublishedPort, TargetPort, Protocol }) => `*:${PublishedPort}->${TargetPort}/${Protocol}`)
      .join(","),
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
