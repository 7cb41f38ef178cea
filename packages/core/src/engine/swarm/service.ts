/** A service: what is wanted, and how far it has come. */
import type { Attachment } from "./allocator.ts";
import type { SwarmObject } from "./object-table.ts";
import type { EndpointSpec, PortConfig, ServiceSpec } from "./service-spec.ts";

export type UpdateState =
  | "updating"
  | "paused"
  | "completed"
  | "rollback_started"
  | "rollback_paused"
  | "rollback_completed";

export interface UpdateStatus {
  readonly state: UpdateState;
  readonly startedUs: number;
  readonly completedUs: number | undefined;
  readonly message: string;
}

export interface Service extends SwarmObject {
  spec: ServiceSpec;
  previous: ServiceSpec | undefined;
  update: UpdateStatus | undefined;
  /** Published ports, with those that nobody has chosen. */
  ports: readonly PortConfig[];
  /** What its addresses were chosen by; `undefined` as long as it has had none, and no ports. */
  endpoint: EndpointSpec | undefined;
  /** Where it is reached as a whole. */
  virtualAddresses: readonly Attachment[];
  /** Of a job: which run this is, and when it began. */
  iteration: number;
  startedUs: number;
}
