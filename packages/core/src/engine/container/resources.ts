/**
 * Limits of a container as control files of cgroup v2. Pure: it reads nothing but its arguments.
 *
 * @see moby daemon/daemon_unix.go getBlkioThrottleDevices, runc libcontainer/cgroups/fs2
 */
import { major, minor } from "../../abi/index.ts";
import { MACHINE_DEVICES } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { HostConfig, ThrottleDevice } from "../docker/create-body.ts";

const DEFAULT_PERIOD_US = 100_000;

/**
 * Memory plus swap that a container may use. With a limit of memory it gets as much swap again, unless MemorySwap says
 * otherwise, which is kept when the memory changes.
 */
export function swapLimit({ Memory = 0, MemorySwap }: Partial<HostConfig>): number | undefined {
  return Memory > 0 && (MemorySwap === undefined || MemorySwap === 0) ? 2 * Memory : MemorySwap;
}

/** What is to be written to which file. @throws StatusError internal for a throttled device that is not there */
export function resources(hostConfig: Partial<HostConfig>): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  const { Memory = 0, MemorySwap = 0, MemoryReservation = 0, CpuShares = 0, PidsLimit } = hostConfig;
  if (Memory > 0) {
    files["memory.max"] = String(Memory);
    const total = MemorySwap === 0 ? 2 * Memory : MemorySwap;
    files["memory.swap.max"] = total < 0 ? "max" : String(total - Memory);
  }
  if (MemoryReservation > 0) files["memory.low"] = String(MemoryReservation);
  const quota = cpuMax(hostConfig);
  if (quota !== undefined) files["cpu.max"] = quota;
  if (CpuShares > 0) files["cpu.weight"] = String(sharesToWeight(CpuShares));
  if (hostConfig.CpusetCpus) files["cpuset.cpus"] = hostConfig.CpusetCpus;
  if (hostConfig.CpusetMems) files["cpuset.mems"] = hostConfig.CpusetMems;
  if (PidsLimit !== undefined && PidsLimit !== null && PidsLimit > 0) files["pids.max"] = String(PidsLimit);
  const { BlkioWeight = 0 } = hostConfig;
  if (BlkioWeight > 0) files["io.weight"] = String(blkioToIoWeight(BlkioWeight));
  const throttled = ioMax(hostConfig);
  if (throttled !== "") files["io.max"] = throttled;
  return files;
}

function cpuMax({ NanoCpus = 0, CpuPeriod = 0, CpuQuota = 0 }: Partial<HostConfig>): string | undefined {
  if (NanoCpus > 0) return `${Math.floor(NanoCpus / 10_000)} ${DEFAULT_PERIOD_US}`;
  const period = CpuPeriod === 0 ? DEFAULT_PERIOD_US : CpuPeriod;
  if (CpuQuota > 0) return `${CpuQuota} ${period}`;
  return CpuPeriod > 0 ? `max ${period}` : undefined;
}

/** 2…262144 shares of cgroup v1 as 1…10000 of v2. @see runc libcontainer/cgroups/utils.go */
function sharesToWeight(shares: number): number {
  return 1 + Math.floor(((Math.max(2, shares) - 2) * 9999) / 262_142);
}

/** 10…1000 of cgroup v1 as 1…10000 of v2. @see runc libcontainer/cgroups/utils.go */
function blkioToIoWeight(weight: number): number {
  return 1 + Math.floor(((weight - 10) * 9999) / 990);
}

/** A line for each device. */
function ioMax(hostConfig: Partial<HostConfig>): string {
  const limits: readonly (readonly [key: string, devices: readonly ThrottleDevice[] | null | undefined])[] = [
    ["rbps", hostConfig.BlkioDeviceReadBps],
    ["wbps", hostConfig.BlkioDeviceWriteBps],
    ["riops", hostConfig.BlkioDeviceReadIOps],
    ["wiops", hostConfig.BlkioDeviceWriteIOps],
  ];
  const lines = new Map<string, string>();
  for (const [key, devices] of limits) {
    for (const { Path, Rate } of devices ?? []) {
      const device = deviceNumbers(Path);
      lines.set(device, `${lines.get(device) ?? device} ${key}=${Rate}`);
    }
  }
  return [...lines.values()].join("\n");
}

function deviceNumbers(path: string): string {
  const device = MACHINE_DEVICES.find((one) => one.path === path);
  if (device === undefined) {
    const isBelow = MACHINE_DEVICES.some((one) => path.startsWith(`${one.path}/`));
    throw new StatusError("internal", `stat ${path}: ${isBelow ? "not a directory" : "no such file or directory"}`);
  }
  return `${major(device.rdev)}:${minor(device.rdev)}`;
}
