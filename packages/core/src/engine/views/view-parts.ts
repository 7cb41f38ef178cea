/** What views look at. */
import type { Kernel } from "../../kernel/index.ts";
import type { ContainerService } from "../containers.ts";
import type { NetworkService } from "../networks.ts";

export interface ViewParts {
  readonly kernel: Kernel;
  readonly containers: ContainerService;
  readonly networks: NetworkService;
}
