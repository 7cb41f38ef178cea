/**
 * `docker update`: other limits for a container, at once if it runs.
 *
 * @see moby daemon/update.go, container/container_unix.go UpdateContainer
 */
import { Errno } from "../../abi/index.ts";
import { quote } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { HostConfig } from "../docker/create-body.ts";
import type { Container } from "./container.ts";
import { resources } from "./resources.ts";
import { type MachineLimits, verifySettings } from "./verify.ts";

export type UpdateBody = Partial<HostConfig>;

/** What a body asks to change. @throws StatusError invalid-argument for limits that cannot be */
export function checkedChanges(body: UpdateBody, machine: MachineLimits): UpdateBody {
  const isGiven = (value: unknown): boolean => value !== 0 && value !== "" && value !== null && value !== undefined;
  // No processes at all is no limit.
  const given = Object.entries(body).filter(([name, value]) => isGiven(value) || (name === "PidsLimit" && value === 0));
  const { RestartPolicy: policy, ...rest } = Object.fromEntries(given) as UpdateBody;
  const withPolicy = policy === undefined || policy.Name === "" ? {} : { RestartPolicy: policy };
  const changes: UpdateBody = { ...rest, ...withPolicy };
  // With the limit of swap alone goes the limit of memory that there is.
  const alone = changes.Memory === undefined && changes.MemorySwap !== undefined && changes.MemorySwap > 0;
  verifySettings({}, alone ? { ...changes, MemorySwap: 0 } : changes, machine);
  return changes;
}

/** @throws StatusError conflict for what does not go with what the container has */
export function updateContainer(container: Container, changes: UpdateBody): void {
  const restarts = changes.RestartPolicy !== undefined && changes.RestartPolicy.Name !== "no";
  if (restarts && container.hostConfig.AutoRemove === true) {
    throw cannot(container, "Restart policy cannot be updated because AutoRemove is enabled for the container");
  }
  checkMemory(container, changes);
  checkCpus(container, changes);
  const before = container.hostConfig;
  const { PidsLimit: pids = 0 } = changes;
  container.hostConfig = {
    ...container.hostConfig,
    ...changes,
    ...(pids !== null && pids < 0 ? { PidsLimit: 0 } : {}),
  };
  try {
    apply(container);
  } catch (error) {
    container.hostConfig = before;
    throw error;
  }
}

/** @throws StatusError internal for what the kernel refuses, in runc's words */
function apply(container: Container): void {
  const cgroup = container.oci?.cgroup;
  if (cgroup === undefined) return;
  const refuse = (why: string): StatusError =>
    new StatusError(
      "internal",
      `Cannot update container ${container.id}: runc did not terminate successfully: exit status 1: ${why}`,
    );
  const { Memory: memory = 0, MemorySwap: swap = 0 } = container.hostConfig;
  if (swap > 0 && memory === 0) throw refuse("unable to set swap limit without memory limit");
  if (swap > 0 && swap < memory) throw refuse("memory+swap limit should be >= memory limit");
  const limits = resources(container.hostConfig);
  const isFreed = container.hostConfig.PidsLimit === 0;
  for (const [name, value] of Object.entries(isFreed ? { ...limits, "pids.max": "max" } : limits)) {
    try {
      cgroup.write(name, value);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      const path = `/sys/fs/cgroup${cgroup.path}/${name}`;
      throw refuse(`failed to write ${quote(value)}: write ${path}: ${error.message.toLowerCase()}`);
    }
  }
}

function checkCpus(container: Container, { NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0 }: UpdateBody): void {
  const { NanoCpus: nano = 0, CpuPeriod: period = 0, CpuQuota: quota = 0 } = container.hostConfig;
  const conflicts: readonly (readonly [isOne: boolean, what: string, other: string])[] = [
    [NanoCpus > 0 && period > 0, "Nano CPUs", "CPU Period"],
    [NanoCpus > 0 && quota > 0, "Nano CPUs", "CPU Quota"],
    [CpuPeriod > 0 && nano > 0, "CPU Period", "NanoCPUs"],
    [CpuQuota > 0 && nano > 0, "CPU Quota", "NanoCPUs"],
  ];
  const found = conflicts.find(([isOne]) => isOne);
  if (found === undefined) return;
  const [, what, other] = found;
  throw cannot(container, `Conflicting options: ${what} cannot be updated as ${other} has already been set`);
}

function checkMemory(container: Container, changes: UpdateBody): void {
  const { Memory: memory = 0, MemorySwap: swap = 0 } = changes;
  const { MemorySwap: total = 0 } = container.hostConfig;
  if (memory !== 0 && swap === 0 && memory > total) {
    throw cannot(
      container,
      "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time",
    );
  }
}

function cannot({ id }: Container, why: string): StatusError {
  return new StatusError("conflict", `Cannot update container ${id}: ${why}`);
}
