/** Requests about stacks: services of a swarm that come from compose files. */
import type { Filters } from "../values/filter.ts";
import type { TaskListRequest } from "./swarm.ts";

interface StackDeployRequest {
  readonly command: "stack deploy";
  readonly name: string;
  /** Paths; "-" is standard input. */
  readonly files: readonly string[];
  /** The client does not wait for the services. */
  readonly detach: boolean;
  readonly isDetachSaid: boolean;
  readonly prune: boolean;
  readonly quiet: boolean;
  readonly resolveImage: string;
}

interface StackConfigRequest {
  readonly command: "stack config";
  readonly files: readonly string[];
  /** Variables stay as they are written. */
  readonly isRaw: boolean;
}

interface StackListRequest {
  readonly command: "stack ls";
  readonly format: string;
}

interface StackPsRequest extends TaskListRequest {
  readonly command: "stack ps";
  readonly name: string;
}

interface StackRmRequest {
  readonly command: "stack rm";
  readonly names: readonly string[];
  readonly detach: boolean;
}

interface StackServicesRequest {
  readonly command: "stack services";
  readonly name: string;
  readonly filters: Filters;
  readonly format: string;
  readonly quiet: boolean;
}

export type StackRequest =
  | StackDeployRequest
  | StackConfigRequest
  | StackListRequest
  | StackPsRequest
  | StackRmRequest
  | StackServicesRequest;
