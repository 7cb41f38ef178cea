/** `docker service logs`. @see docker/cli cli/command/service/logs.go */
import { StatusError } from "../../lib/index.ts";
import { failure } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import { logTimeOf } from "../documents/time.ts";
import type { Service } from "../swarm/service.ts";
import type { Task } from "../swarm/task.ts";
import { linesAsked, readTaskLogs, type TaskLine } from "../swarm/task-logs.ts";
import { SHORT_ID } from "./service-views.ts";
import type { Session } from "./session.ts";
import { timeUs } from "./times.ts";

type LogsRequest = RequestOf<"service logs">;

export async function printServiceLogs(session: Session, request: LogsRequest): Promise<number> {
  const { cluster } = session.engine.swarm;
  const name = request.service;
  const service = await found(() => session.call("ServiceInspect", name, () => cluster.services.get(name)));
  if (service !== undefined) {
    const isTty = service.spec.TaskTemplate.ContainerSpec?.TTY === true;
    const { Replicas } = service.spec.Mode.Replicated ?? {};
    const width = Replicas === undefined ? 1 : `${Replicas}`.length;
    return print(session, request, {
      operation: "ServiceLogs",
      isTty,
      width,
      isWanted: (task) => task.serviceId === service.id,
    });
  }
  const task = await found(() => session.call("TaskInspect", name, () => cluster.tasks.get(name)));
  if (task === undefined) throw failure(`no such task or service: ${name}`);
  const isTty = task.spec.ContainerSpec?.TTY === true;
  const width = `${task.slot}`.length;
  return print(session, request, { operation: "TaskLogs", isTty, width, isWanted: (one) => one === task });
}

async function found<T extends Service | Task>(find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof StatusError && error.kind === "not-found") return undefined;
    throw error;
  }
}

interface Source {
  readonly operation: "ServiceLogs" | "TaskLogs";
  readonly isTty: boolean;
  /** Digits of the largest number of a task. */
  readonly width: number;
  readonly isWanted: (task: Task) => boolean;
}

async function print(session: Session, request: LogsRequest, source: Source): Promise<number> {
  const { operation, isTty, width, isWanted } = source;
  if (isTty && !request.raw) throw failure("tty service logs only supported with --raw");
  const { kernel, life } = session.engine;
  const sinceUs = timeUs(request.since, kernel.nowUs, 'invalid value for "since": ') ?? Number.NEGATIVE_INFINITY;
  const prefix = request.raw ? rawPrefix(request) : neatPrefix(session, request, width);
  const take = (line: TaskLine): void => {
    const tell = line.stream === "stdout" ? session.out.bind(session) : session.err.bind(session);
    const before = prefix(line);
    if (before !== "") tell(before);
    tell(line.bytes);
  };
  return session.call(operation, request.service, async () => {
    const tail = linesAsked(request.tail);
    const stop = readTaskLogs(session.engine, { isWanted, sinceUs, tail, follow: request.follow, take });
    try {
      if (request.follow) {
        const options = { follows: true, what: `the last line of ${request.service}`, ...session.interruptible };
        await life.until(() => false, options);
      }
    } finally {
      stop();
    }
    return 0;
  });
}

const rawPrefix =
  ({ timestamps, details }: LogsRequest) =>
  ({ timeUs: at, task }: TaskLine): string =>
    (timestamps ? `${logTimeOf(at)} ` : "") + (details ? `${contextOf(task)} ` : "");

const contextOf = ({ nodeId, serviceId, id }: Task): string =>
  `com.docker.swarm.node.id=${nodeId},com.docker.swarm.service.id=${serviceId},com.docker.swarm.task.id=${id}`;

/** Which task it was, and where; of the details nothing is left then. */
function neatPrefix({ engine }: Session, request: LogsRequest, width: number): (line: TaskLine) => string {
  const { cluster } = engine.swarm;
  return ({ timeUs: at, task }) => {
    const { id, slot, serviceId, nodeId } = task;
    const service = request.noResolve ? serviceId : (cluster.services.byId(serviceId)?.spec.Name ?? serviceId);
    const node = request.noResolve ? nodeId : cluster.nodeNameOf(task);
    const taskId = request.noTaskIds ? "" : `.${request.noTrunc ? id : id.slice(0, SHORT_ID)}`;
    const padding = " ".repeat(Math.max(0, width - `${slot}`.length));
    const time = request.timestamps ? `${logTimeOf(at)} ` : "";
    return `${time}${service}.${slot}${taskId}@${node}${padding}    | ${request.details ? " " : ""}`;
  };
}
