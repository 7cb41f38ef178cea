/** What a container is asked for. */
import type { ContainerConfig, CreateBody, HostConfig } from "../docker/create-body.ts";

/** A create request: the API's body, of which only `Image` must be given. */
export type CreateOptions = Partial<ContainerConfig> & {
  readonly Image: string;
  readonly HostConfig?: Partial<HostConfig>;
  readonly NetworkingConfig?: CreateBody["NetworkingConfig"];
};
