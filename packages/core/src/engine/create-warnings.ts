/**
 * What the engine remarks on a new container without refusing it.
 *
 * @see moby daemon/container.go: verifyContainerSettings, runconfig
 */
import type { HostConfig } from "./docker/create-body.ts";

export function createWarnings({ NetworkMode, PortBindings, PublishAllPorts }: Partial<HostConfig>): readonly string[] {
  const publishes = PublishAllPorts === true || Object.keys(PortBindings ?? {}).length > 0;
  return NetworkMode === "host" && publishes ? ["Published ports are discarded when using host network mode"] : [];
}
