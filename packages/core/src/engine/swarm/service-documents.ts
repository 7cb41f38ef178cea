/** Services and tasks as the Engine API shows them. @see moby daemon/cluster/convert/service.go, task.go */
import { timeOf } from "../documents/time.ts";
import type { Attachment } from "./allocator.ts";
import { attachedNetwork } from "./attached-network.ts";
import type { Cluster } from "./cluster.ts";
import { objectFields } from "./object-table.ts";
import type { Service, UpdateStatus } from "./service.ts";
import { withDefaults } from "./service-spec.ts";
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
  const { spec, previous, update, ports, endpoint, virtualAddresses } = service;
  return {
    ...objectFields(service),
    Spec: insertDefaults ? withDefaults(spec) : spec,
    ...(previous === undefined ? {} : { PreviousSpec: previous }),
    Endpoint: {
      Spec: endpoint ?? {},
      ...(ports.length > 0 ? { Ports: ports } : {}),
      ...(virtualAddresses.length > 0
        ? { VirtualIPs: virtualAddresses.map((one) => virtualAddress(cluster, one)) }
        : {}),
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

function virtualAddress(cluster: Cluster, attachment: Attachment) {
  return { NetworkID: attachment.network, Addr: withLength(cluster, attachment) };
}

/** "10.0.1.2/24" */
function withLength(cluster: Cluster, { network, address }: Attachment): string {
  const length = cluster.network(network)?.bridge?.pool(4)?.pool.subnet.length;
  return length === undefined ? address : `${address}/${length}`;
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
  const { attachments = [] } = task;
  const hostPorts = cluster.hostPortsOf(task);
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
      PortStatus: hostPorts.length === 0 ? {} : { Ports: hostPorts },
    },
    DesiredState: task.desired,
    ...(attachments.length > 0 && { NetworksAttachments: attachments.map((one) => attachment(cluster, one)) }),
    ...(task.iteration === undefined ? {} : { JobIteration: task.iteration === 0 ? {} : { Index: task.iteration } }),
    Volumes: null,
  };
}

function attachment(cluster: Cluster, one: Attachment) {
  const network = cluster.network(one.network);
  return {
    ...(network === undefined ? {} : { Network: attachedNetwork(network) }),
    Addresses: [withLength(cluster, one)],
  };
}
