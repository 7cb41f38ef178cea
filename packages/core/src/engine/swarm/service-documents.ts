/** Services and tasks as the Engine API shows them. @see moby daemon/cluster/convert/service.go, task.go */
import { timeOf } from "../documents/time.ts";
import type { Cluster } from "./cluster.ts";
import { objectFields } from "./object-table.ts";
import type { Service, UpdateStatus } from "./service.ts";
import { networksOf, withDefaults } from "./service-spec.ts";
import { isJob, modeName } from "./services.ts";
import type { Task } from "./task.ts";

export interface ServiceDocumentOptions {
  /** What nobody has said is shown as it is then. */
  readonly insertDefaults?: boolean;
  /** With how many of its tasks run. */
  readonly status?: boolean;
}

/** `GET /services/{id}`. */
export function serviceDocument(
  cluster: Cluster,
  service: Service,
  { insertDefaults = false, status = false }: ServiceDocumentOptions = {},
) {
  const { spec, previous, update, ports } = service;
  return {
    ...objectFields(service),
    Spec: insertDefaults ? withDefaults(spec) : spec,
    ...(previous === undefined ? {} : { PreviousSpec: previous }),
    Endpoint: {
      Spec: hasEndpoint(service) ? (spec.EndpointSpec ?? {}) : {},
      ...(ports.length > 0 ? { Ports: ports } : {}),
    },
    ...(update === undefined ? {} : { UpdateStatus: updateStatus(update) }),
    ...(status ? { ServiceStatus: serviceStatus(cluster, service) } : {}),
    ...(isJob(spec.Mode)
      ? {
          JobStatus: {
            JobIteration: service.iteration === 0 ? {} : { Index: service.iteration },
            LastExecution: timeOf(service.startedUs),
          },
        }
      : {}),
  };
}

/** Whether there is something to reach the service as a whole by. @see swarmkit manager/allocator/network.go */
function hasEndpoint({ spec, ports }: Service): boolean {
  return ports.length > 0 || (networksOf(spec).length > 0 && spec.EndpointSpec?.Mode !== "dnsrr");
}

function updateStatus({ state, startedUs, completedUs, message }: UpdateStatus) {
  return {
    State: state,
    StartedAt: timeOf(startedUs),
    ...(completedUs === undefined ? {} : { CompletedAt: timeOf(completedUs) }),
    Message: message,
  };
}

/** How many of its tasks run, are wanted and have completed. @see swarmkit manager/controlapi/service.go: ListServiceStatuses */
export function serviceStatus({ tasks }: Cluster, { id, spec, iteration }: Service) {
  const mode = modeName(spec.Mode);
  const isOfJob = isJob(spec.Mode);
  const own = tasks.of(id).filter((task) => !isOfJob || task.iteration === iteration);
  const wanted = own.filter(({ desired }) => desired === "running").length;
  const desired =
    mode === "replicated"
      ? (spec.Mode.Replicated?.Replicas ?? 1)
      : mode === "replicated-job"
        ? (spec.Mode.ReplicatedJob?.MaxConcurrent ?? 1)
        : mode === "global-job"
          ? own.filter(({ hasEnded }) => !hasEnded).length
          : wanted;
  return {
    RunningTasks: own.filter(({ state }) => state === "running").length,
    DesiredTasks: desired,
    CompletedTasks: isOfJob ? own.filter(({ state }) => state === "complete").length : 0,
  };
}

/** `GET /tasks/{id}`. */
export function taskDocument(cluster: Cluster, task: Task) {
  const container = cluster.containerOf(task);
  const hasContainer = task.nodeId !== "" && (task.containerId !== undefined || task.state === "rejected");
  return {
    ...objectFields(task),
    Labels: {},
    Spec: task.spec,
    ServiceID: task.serviceId,
    ...(task.slot === 0 ? {} : { Slot: task.slot }),
    ...(task.nodeId === "" ? {} : { NodeID: task.nodeId }),
    Status: {
      Timestamp: timeOf(task.stateUs),
      State: task.state,
      Message: task.message,
      ...(task.error === "" ? {} : { Err: task.error }),
      ...(hasContainer
        ? {
            ContainerStatus: {
              ContainerID: task.containerId ?? "",
              PID: task.state === "running" ? (container?.pid ?? 0) : 0,
              ExitCode: task.exitCode,
            },
          }
        : {}),
      PortStatus: {},
    },
    DesiredState: task.desired,
    ...(task.iteration === undefined ? {} : { JobIteration: task.iteration === 0 ? {} : { Index: task.iteration } }),
    Volumes: null,
  };
}
