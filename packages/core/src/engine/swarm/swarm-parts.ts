/** What a swarm is made of. */
import type { Kernel } from "../../kernel/index.ts";
import type { Prng, World } from "../../sim/index.ts";
import type { ContainerService } from "../containers.ts";
import type { StringMap } from "../docker/create-body.ts";
import type { EventLog } from "../events.ts";
import type { ImageService } from "../images.ts";
import type { NetworkService } from "../networks.ts";

export interface SwarmParts {
  readonly world: World;
  readonly kernel: Kernel;
  readonly events: EventLog;
  readonly containers: ContainerService;
  readonly images: ImageService;
  readonly networks: NetworkService;
  readonly prng: Prng;
  /** Of the daemon. */
  readonly labels: StringMap;
  /** There is no daemon. */
  readonly isDown: () => boolean;
  /** Whether packets between machines at two addresses arrive now. */
  readonly hears: (from: string, to: string) => boolean;
}
