/** What options say of a service, as data: what nobody has said is not there. */
import type { DriverSpec } from "../../swarm/payloads.ts";
import type {
  GenericResource,
  NetworkTarget,
  PortConfig,
  ResourceAmounts,
  TaskContainerSpec,
  TaskRestartPolicy,
  UpdateConfig,
} from "../../swarm/service-spec.ts";
import type { HealthConfig, MountBody, StringMap, Ulimit } from "../create-body.ts";

/** A secret or a config that a service is to see as a file. */
export interface PayloadWish {
  readonly source: string;
  readonly target: string;
  readonly uid: string;
  readonly gid: string;
  readonly mode: number;
}

/** What `docker service create` and `update` are told in the same way. Amounts of 0 are no amounts. */
export interface ServiceSettings {
  readonly container: Partial<TaskContainerSpec>;
  readonly limits: ResourceAmounts;
  readonly reservations: ResourceAmounts;
  readonly restart: TaskRestartPolicy;
  readonly update: Partial<UpdateConfig>;
  readonly rollback: Partial<UpdateConfig>;
  readonly maxReplicas: number | undefined;
  readonly logDriver: DriverSpec | undefined;
}

/** Things that come and things, by their names, that go. */
export interface Edit<Added, Removed = string> {
  readonly add: readonly Added[];
  readonly remove: readonly Removed[];
}

export interface MapEdit {
  readonly add: StringMap;
  readonly remove: readonly string[];
}

/** What `docker service update` changes. */
export interface ServiceChanges extends ServiceSettings {
  readonly image: string | undefined;
  readonly force: boolean;
  readonly replicas: number | undefined;
  readonly endpointMode: string | undefined;
  /** `NONE` as the test ends all checks. */
  readonly health: HealthConfig;
  /** Capabilities to add and to drop. */
  readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] };
  readonly labels: MapEdit;
  readonly containerLabels: MapEdit;
  readonly sysctls: MapEdit;
  readonly env: Edit<string>;
  readonly groups: Edit<string>;
  /** `ADDRESS NAME` comes, `NAME[:ADDRESS]` goes. */
  readonly hosts: Edit<string>;
  readonly dns: { readonly servers: Edit<string>; readonly search: Edit<string>; readonly options: Edit<string> };
  readonly constraints: Edit<string>;
  /** Labels to spread over. */
  readonly preferences: Edit<string>;
  readonly mounts: Edit<MountBody>;
  readonly ports: Edit<PortConfig, PortConfig>;
  readonly networks: Edit<NetworkTarget>;
  readonly ulimits: Edit<Ulimit>;
  readonly genericResources: Edit<GenericResource>;
  readonly secrets: Edit<PayloadWish>;
  readonly configs: Edit<PayloadWish>;
}
