/**
 * What cannot be asked of a service, in the manager's words.
 *
 * @see swarmkit manager/controlapi/service.go, moby daemon/cluster/convert/service.go
 */
import { quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import { parseReference } from "../../oci/index.ts";
import { ValueError } from "../docker/problem.ts";
import { expandedContainer, type TaskValues } from "./expand.ts";
import { parseConstraints } from "./placement.ts";
import { credentialProblem } from "./privileges.ts";
import { rpcError } from "./rpc-error.ts";
import {
  type EndpointSpec,
  portKey,
  type ServiceSpec,
  type TaskContainerSpec,
  type TaskSpec,
  type UpdateConfig,
} from "./service-spec.ts";

/** What names of services and networks of a swarm look like. */
export const SWARM_NAME = /^[a-zA-Z0-9](?:[-_]*[A-Za-z0-9]+)*$/;
const LONGEST_NAME = 63;
const LEAST_NANO_CPUS = 1e6;
const LEAST_MEMORY = 4 * 1024 * 1024;
/** @see swarmkit api/types.proto: Mount.Type */
const MOUNT_TYPES: ReadonlySet<string> = new Set(["", "bind", "volume", "tmpfs", "npipe", "csi", "cluster"]);
/** Nanoseconds. */
const SHORTEST_HEALTH_TIME = 1e6;
/** The task whose values placeholders are tried with. */
const NO_TASK: TaskValues = {
  Service: { ID: "serviceid", Name: "servicename", Labels: {} },
  Node: { ID: "nodeid", Hostname: "nodeHostname", Platform: { Architecture: "architecture", OS: "os" } },
  Task: { ID: "", Name: "taskname", Slot: "1" },
};
const CONDITIONS: ReadonlySet<string> = new Set(["", "none", "on-failure", "any"]);

const refuse = (problem: string): never => {
  throw rpcError("InvalidArgument", problem);
};

/** @throws StatusError invalid-argument for most, internal for a constraint that is none (as with Docker) */
export function verifyService(spec: ServiceSpec): void {
  verifyBody(spec);
  if (spec.Name.length > LONGEST_NAME) refuse(`name must be ${LONGEST_NAME} characters or fewer`);
  if (!SWARM_NAME.test(spec.Name)) refuse("name must be valid as a DNS name component");
  verifyTask(spec.TaskTemplate);
  if ((spec.Mode.Replicated?.Replicas ?? 0) < 0) refuse("Number of replicas must be non-negative");
  const isJob = spec.Mode.ReplicatedJob !== undefined || spec.Mode.GlobalJob !== undefined;
  if (isJob && spec.UpdateConfig !== undefined) refuse("Jobs may not have an update config");
  verifyUpdate(spec.UpdateConfig);
  verifyUpdate(spec.RollbackConfig);
  verifyEndpoint(spec.EndpointSpec ?? {});
}

/** What the daemon itself sees before it asks the manager. */
function verifyBody({ TaskTemplate, Mode, UpdateConfig, RollbackConfig, EndpointSpec: endpoint }: ServiceSpec): void {
  const wrong = (problem: string): never => {
    throw new StatusError("invalid-argument", problem);
  };
  const { Condition = "" } = TaskTemplate.RestartPolicy ?? {};
  if (TaskTemplate.ContainerSpec === undefined) wrong("mismatched Runtime and *Spec fields");
  const credentials = TaskTemplate.ContainerSpec?.Privileges?.CredentialSpec ?? undefined;
  const problem = credentials && credentialProblem(credentials);
  if (problem !== undefined) wrong(problem);
  for (const { Type = "" } of TaskTemplate.ContainerSpec?.Mounts ?? []) {
    if (!MOUNT_TYPES.has(Type)) wrong(`invalid MountType: ${quote(Type)}`);
  }
  if (!CONDITIONS.has(Condition)) wrong(`invalid RestartCondition: ${quote(Condition)}`);
  if (Object.values(Mode).filter((one) => one !== undefined).length > 1) wrong("must specify only one service mode");
  const { Mode: resolution = "" } = endpoint ?? {};
  if (!["", "vip", "dnsrr"].includes(resolution)) wrong(`invalid resolution mode: ${quote(resolution)}`);
  for (const { FailureAction = "", Order = "" } of [UpdateConfig ?? {}, RollbackConfig ?? {}]) {
    if (!["", "pause", "continue", "rollback"].includes(FailureAction)) {
      wrong(`unrecognized update failure action ${FailureAction}`);
    }
    if (!["", "stop-first", "start-first"].includes(Order)) wrong(`unrecognized update order ${Order}`);
  }
}

function verifyTask({ ContainerSpec, Resources, RestartPolicy, Placement }: TaskSpec): void {
  for (const amounts of [Resources?.Limits, Resources?.Reservations]) {
    const { NanoCPUs: cpus = 0, MemoryBytes: memory = 0 } = amounts ?? {};
    if (cpus !== 0 && cpus < LEAST_NANO_CPUS) {
      refuse(`invalid cpu value ${cpus / 1e9}: Must be at least ${LEAST_NANO_CPUS / 1e9}`);
    }
    if (memory !== 0 && memory < LEAST_MEMORY) refuse(`invalid memory value ${memory}: Must be at least 4MiB`);
  }
  const { Delay = 0, Window = 0 } = RestartPolicy ?? {};
  if (Delay < 0) refuse("TaskSpec: restart-delay cannot be negative");
  if (Window < 0) refuse("TaskSpec: restart-window cannot be negative");
  parseConstraints(Placement?.Constraints ?? []);
  const { Secrets = [], Configs = [] } = ContainerSpec ?? {};
  verifyTargets(
    "secret",
    Secrets.map(({ SecretName, File }) => [SecretName, File?.Name]),
  );
  verifyTargets(
    "config",
    Configs.map(({ ConfigName, File }) => [ConfigName, File?.Name]),
  );
  if (ContainerSpec !== undefined) verifyContainer(ContainerSpec);
}

/** What it says with placeholders is tried with those of a task that there is not. */
function verifyContainer(given: TaskContainerSpec): void {
  const { Image, Mounts = [], Healthcheck: health } = expandedOrRefused(given);
  if (Image === "") refuse("ContainerSpec: image reference must be provided");
  if (!isReference(Image)) refuse(`ContainerSpec: ${quote(Image)} is not a valid repository/tag`);
  const seen = new Set<string>();
  for (const { Target = "" } of Mounts) {
    if (seen.has(Target)) refuse(`ContainerSpec: duplicate mount point: ${Target}`);
    seen.add(Target);
  }
  for (const name of ["Interval", "Timeout", "StartPeriod", "StartInterval"] as const) {
    const nanoseconds = health?.[name] ?? 0;
    if (nanoseconds !== 0 && nanoseconds < SHORTEST_HEALTH_TIME) {
      refuse(`ContainerSpec: ${name} in HealthConfig cannot be less than 1ms`);
    }
  }
  if ((health?.Retries ?? 0) < 0) refuse("ContainerSpec: Retries in HealthConfig cannot be negative");
}

function expandedOrRefused(spec: TaskContainerSpec): TaskContainerSpec {
  try {
    return expandedContainer(spec, NO_TASK);
  } catch (error) {
    if (error instanceof ValueError) return refuse(error.message);
    throw error;
  }
}

function verifyTargets(kind: string, references: readonly (readonly [string, string | undefined])[]): void {
  const seen = new Map<string, string>();
  for (const [name, target] of references) {
    if (name === "") refuse(`malformed ${kind} reference`);
    if (target === undefined) continue;
    if (target === "") refuse(`malformed ${kind} reference, no target provided`);
    const other = seen.get(target);
    if (other !== undefined) {
      refuse(`${kind} references '${other}' and '${name}' have a conflicting target: '${target}'`);
    }
    seen.set(target, name);
  }
}

function verifyUpdate(config: UpdateConfig | undefined): void {
  if (config === undefined) return;
  if ((config.Delay ?? 0) < 0) refuse("TaskSpec: update-delay cannot be negative");
  if ((config.Monitor ?? 0) < 0) refuse("TaskSpec: update-monitor cannot be negative");
  if (config.MaxFailureRatio < 0 || config.MaxFailureRatio > 1) {
    refuse("TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1");
  }
}

function verifyEndpoint({ Mode = "vip", Ports = [] }: EndpointSpec): void {
  if (Mode === "dnsrr" && Ports.some(({ PublishMode = "ingress" }) => PublishMode === "ingress")) {
    refuse("EndpointSpec: port published with ingress mode can't be used with dnsrr mode");
  }
  const seen = new Set<string>();
  for (const port of Ports) {
    if (!port.PublishedPort) continue;
    if (seen.has(portKey(port))) refuse("EndpointSpec: duplicate published ports provided");
    seen.add(portKey(port));
  }
}

function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch (error) {
    if (error instanceof StatusError) return false;
    throw error;
  }
}
