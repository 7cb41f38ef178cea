/**
 * `docker update`: other limits for a container, at once if it runs.
 *
 * @see moby daemon/update.go, container/container_unix.go UpdateContainer
 */
import { StatusError } from "../lib/index.ts";
import type { Container } from "./container.ts";
import type { HostConfig } from "./docker/create-body.ts";
import { resources } from "./resources.ts";
import { type MachineLimits, verifySettings } from "./verify.ts";

export type UpdateBody = Partial<HostConfig>;

/** @throws StatusError invalid-argument for limits that cannot be */
export function updateContainer(container: Container, body: UpdateBody, machine: MachineLimits): void {
  const given = Object.entries(body).filter(([, value]) => value !== 0 && value !== "" && value !== undefined);
  const { RestartPolicy: policy, ...rest } = Object.fromEntries(given) as UpdateBody;
  const withPolicy = policy === undefined || policy.Name === "" ? {} : { RestartPolicy: policy };
  const changes: UpdateBody = { ...rest, ...withPolicy };
  verifySettings({}, changes, machine);
  if (withPolicy.RestartPolicy !== undefined && container.hostConfig.AutoRemove === true) {
    throw cannot(container, "Restart policy cannot be updated because AutoRemove is enabled for the container");
  }
  checkMemory(container, changes);
  const pids = changes.PidsLimit;
  container.hostConfig = {
    ...container.hostConfig,
    ...changes,
    ...(pids !== undefined && pids !== null && pids < 0 ? { PidsLimit: 0 } : {}),
  };
  const cgroup = container.oci?.cgroup;
  for (const [name, value] of Object.entries(resources(container.hostConfig))) cgroup?.write(name, value);
}

function checkMemory(container: Container, changes: UpdateBody): void {
  const { Memory: memory = 0, MemorySwap: swap = 0 } = changes;
  const { MemorySwap: setSwap = 0, Memory: setMemory = 0 } = container.hostConfig;
  const total = setSwap === 0 && setMemory > 0 ? 2 * setMemory : setSwap;
  if (memory !== 0 && swap === 0 && total > 0 && memory > total) {
    throw cannot(
      container,
      "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time",
    );
  }
}

function cannot({ id }: Container, why: string): StatusError {
  return new StatusError("conflict", `Cannot update container ${id}: ${why}`);
}
