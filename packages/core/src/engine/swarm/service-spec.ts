/**
 * What a service is asked to be: the API's body. Times are nanoseconds, memory bytes, CPUs 1e-9 of one.
 *
 * @see moby api/types/swarm: ServiceSpec, TaskSpec, ContainerSpec
 */
import type { HealthConfig, MountBody, StringMap, Ulimit } from "../docker/create-body.ts";
import type { DriverSpec } from "./payloads.ts";
import type { Privileges } from "./privileges.ts";

type Strings = readonly string[];

/** The file that a secret or config is in a task. */
export interface PayloadFile {
  readonly Name: string;
  readonly UID: string;
  readonly GID: string;
  readonly Mode: number;
}

export interface SecretReference {
  readonly File?: PayloadFile;
  readonly SecretID: string;
  readonly SecretName: string;
}

export interface ConfigReference {
  readonly File?: PayloadFile;
  readonly Runtime?: object;
  readonly ConfigID: string;
  readonly ConfigName: string;
}

export interface TaskContainerSpec {
  readonly Image: string;
  readonly Labels?: StringMap;
  readonly Command?: Strings;
  readonly Args?: Strings;
  readonly Hostname?: string;
  readonly Env?: Strings;
  readonly Dir?: string;
  readonly User?: string;
  readonly Groups?: Strings;
  readonly Init?: boolean;
  readonly Privileges?: Privileges;
  readonly StopSignal?: string;
  readonly TTY?: boolean;
  readonly OpenStdin?: boolean;
  readonly ReadOnly?: boolean;
  readonly Mounts?: readonly MountBody[];
  readonly StopGracePeriod?: number;
  readonly Healthcheck?: HealthConfig;
  readonly Hosts?: Strings;
  readonly DNSConfig?: { readonly Nameservers?: Strings; readonly Search?: Strings; readonly Options?: Strings };
  readonly Secrets?: readonly SecretReference[];
  readonly Configs?: readonly ConfigReference[];
  readonly Isolation?: string;
  readonly Sysctls?: StringMap;
  readonly CapabilityAdd?: Strings;
  readonly CapabilityDrop?: Strings;
  readonly Ulimits?: readonly Ulimit[];
  readonly OomScoreAdj?: number;
}

export interface ResourceAmounts {
  readonly NanoCPUs?: number;
  readonly MemoryBytes?: number;
  readonly Pids?: number;
  /** Kept and shown; a node has none of them, so that a task that reserves some waits. */
  readonly GenericResources?: readonly GenericResource[];
}

export interface GenericResource {
  readonly NamedResourceSpec?: { readonly Kind?: string; readonly Value?: string };
  readonly DiscreteResourceSpec?: { readonly Kind?: string; readonly Value?: number };
}

export type RestartCondition = "none" | "on-failure" | "any";

export interface TaskRestartPolicy {
  /** One of `RestartCondition`; "" is any. */
  readonly Condition?: string;
  readonly Delay?: number;
  readonly MaxAttempts?: number;
  readonly Window?: number;
}

export interface Placement {
  readonly Constraints?: Strings;
  /** Tasks are to be spread evenly over what a label says of nodes; the first preference goes before the others. */
  readonly Preferences?: readonly { readonly Spread?: { readonly SpreadDescriptor?: string } }[];
  readonly MaxReplicas?: number;
  /** Those that there is an image for. */
  readonly Platforms?: readonly { readonly Architecture?: string; readonly OS?: string }[];
}

export interface NetworkTarget {
  readonly Target: string;
  readonly Aliases?: Strings;
  readonly DriverOpts?: StringMap;
}

export interface TaskSpec {
  readonly ContainerSpec?: TaskContainerSpec;
  readonly Resources?: { readonly Limits?: ResourceAmounts; readonly Reservations?: ResourceAmounts };
  readonly RestartPolicy?: TaskRestartPolicy;
  readonly Placement?: Placement;
  readonly Networks?: readonly NetworkTarget[];
  readonly LogDriver?: DriverSpec;
  readonly ForceUpdate: number;
  readonly Runtime?: string;
}

export interface ServiceMode {
  readonly Replicated?: { readonly Replicas?: number };
  readonly Global?: object;
  readonly ReplicatedJob?: { readonly MaxConcurrent?: number; readonly TotalCompletions?: number };
  readonly GlobalJob?: object;
}

export interface UpdateConfig {
  /** Tasks at a time; 0 is all. */
  readonly Parallelism: number;
  readonly Delay?: number;
  /** "pause" (also ""), "continue" or "rollback". */
  readonly FailureAction?: string;
  readonly Monitor?: number;
  readonly MaxFailureRatio: number;
  /** "stop-first" or "start-first". */
  readonly Order?: string;
}

export interface PortConfig {
  readonly Name?: string;
  readonly Protocol?: string;
  readonly TargetPort?: number;
  readonly PublishedPort?: number;
  readonly PublishMode?: string;
}

/** "8080/tcp" */
export const portKey = ({ PublishedPort = 0, Protocol = "tcp" }: PortConfig): string => `${PublishedPort}/${Protocol}`;

/** It leads to the service from every node. */
export const isIngressPort = ({ PublishMode = "ingress" }: PortConfig): boolean => PublishMode !== "host";

export interface EndpointSpec {
  readonly Mode?: string;
  readonly Ports?: readonly PortConfig[];
}

export interface ServiceSpec {
  readonly Name: string;
  readonly Labels: StringMap;
  readonly TaskTemplate: TaskSpec;
  readonly Mode: ServiceMode;
  readonly UpdateConfig?: UpdateConfig;
  readonly RollbackConfig?: UpdateConfig;
  readonly Networks?: readonly NetworkTarget[];
  readonly EndpointSpec?: EndpointSpec;
}

export const DEFAULT_DELAY = 5e9;
export const DEFAULT_MONITOR = 5e9;
export const DEFAULT_GRACE = 10e9;

/** What restarts are like where nobody has said it all. */
export const DEFAULT_RESTART: TaskRestartPolicy = { Condition: "any", Delay: DEFAULT_DELAY, MaxAttempts: 0 };

export const DEFAULT_UPDATE: UpdateConfig = {
  Parallelism: 1,
  FailureAction: "pause",
  Monitor: DEFAULT_MONITOR,
  MaxFailureRatio: 0,
  Order: "stop-first",
};

/** With everything that is so unless somebody says otherwise: what `docker service inspect` asks for. */
export function withDefaults(spec: ServiceSpec): ServiceSpec {
  const { TaskTemplate: task } = spec;
  return {
    ...spec,
    UpdateConfig: { ...DEFAULT_UPDATE, ...spec.UpdateConfig },
    RollbackConfig: { ...DEFAULT_UPDATE, ...spec.RollbackConfig },
    EndpointSpec: spec.EndpointSpec ?? { Mode: "vip" },
    TaskTemplate: {
      ...task,
      ...(task.ContainerSpec && {
        ContainerSpec: { StopGracePeriod: DEFAULT_GRACE, DNSConfig: {}, ...task.ContainerSpec },
      }),
      Resources: task.Resources ?? { Limits: {}, Reservations: {} },
      RestartPolicy: { ...DEFAULT_RESTART, ...task.RestartPolicy },
      Placement: task.Placement ?? {},
    },
  };
}

/** The networks that tasks are to be on. */
export const networksOf = ({ TaskTemplate, Networks }: ServiceSpec): readonly NetworkTarget[] =>
  TaskTemplate.Networks !== undefined && TaskTemplate.Networks.length > 0 ? TaskTemplate.Networks : (Networks ?? []);

/** What a task of a service is made from: it knows the service's networks, too. */
export function taskSpec({ TaskTemplate, Networks }: ServiceSpec): TaskSpec {
  const { Runtime: _, ...task } = TaskTemplate;
  return Networks === undefined || task.Networks !== undefined ? task : { ...task, Networks };
}
