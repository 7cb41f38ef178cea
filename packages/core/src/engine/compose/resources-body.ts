/** What a service may use, as the API's body has it. Model: compose's getDeployResources. */
import type { Resource, Service } from "../../compose/index.ts";
import { orNull } from "../../lib/index.ts";
import type { Resources, ThrottleDevice, Ulimit } from "../docker/create-body.ts";

export function serviceResources(service: Service): Partial<Resources> {
  const limits: Resource = service.deploy?.resources?.limits ?? {};
  const reservations: Resource = service.deploy?.resources?.reservations ?? {};
  const cpus = limits.cpus ?? service.cpus;
  const pids = limits.pids ?? service.pids_limit;
  return {
    CgroupParent: service.cgroup_parent ?? "",
    Memory: limits.memory ?? service.mem_limit ?? 0,
    MemorySwap: service.memswap_limit ?? 0,
    MemorySwappiness: service.mem_swappiness ?? null,
    MemoryReservation: reservations.memory ?? service.mem_reservation ?? 0,
    OomKillDisable: service.oom_kill_disable ?? false,
    CpuCount: service.cpu_count ?? 0,
    CpuPeriod: service.cpu_period ?? 0,
    CpuQuota: service.cpu_quota ?? 0,
    CpuRealtimePeriod: service.cpu_rt_period ?? 0,
    CpuRealtimeRuntime: service.cpu_rt_runtime ?? 0,
    CpuShares: service.cpu_shares ?? 0,
    NanoCpus: cpus === undefined ? 0 : Math.trunc(Math.fround(cpus) * 1e9),
    CpuPercent: Math.trunc((service.cpu_percent ?? 0) * 100),
    CpusetCpus: service.cpuset ?? "",
    DeviceCgroupRules: service.device_cgroup_rules ?? null,
    PidsLimit: pids ?? null,
    Devices: orNull(
      (service.devices ?? []).map(({ source = "", target = "", permissions = "rwm" }) => ({
        PathOnHost: source,
        PathInContainer: target,
        CgroupPermissions: permissions,
      })),
    ),
    Ulimits: orNull(ulimits(service)),
    ...blockDevices(service),
  };
}

function ulimits({ ulimits: given = {} }: Service): readonly Ulimit[] {
  return Object.entries(given)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Name, limit]) => ({
      Name,
      Hard: limit?.hard || (limit?.single ?? 0),
      Soft: limit?.soft || (limit?.single ?? 0),
    }));
}

function blockDevices({ blkio_config: config }: Service): Partial<Resources> {
  if (config === undefined) return {};
  const rates = (list: readonly { readonly path?: string; readonly rate?: number }[] = []): readonly ThrottleDevice[] =>
    list.map(({ path = "", rate = 0 }) => ({ Path: path, Rate: rate }));
  return {
    BlkioWeight: config.weight ?? 0,
    BlkioWeightDevice: (config.weight_device ?? []).map(({ path = "", weight = 0 }) => ({
      Path: path,
      Weight: weight,
    })),
    BlkioDeviceReadBps: rates(config.device_read_bps),
    BlkioDeviceReadIOps: rates(config.device_read_iops),
    BlkioDeviceWriteBps: rates(config.device_write_bps),
    BlkioDeviceWriteIOps: rates(config.device_write_iops),
  };
}
