/**
 * What a container uses.
 *
 * @see moby daemon/stats.go, api/types/container/stats.go
 */
import type { Container } from "./container.ts";
import { timeOf } from "./documents/time.ts";
import type { Engine } from "./engine.ts";
import { processesOf } from "./top.ts";

const NEVER = "0001-01-01T00:00:00Z";

/** What was measured before. */
export interface PreviousStats {
  readonly read: string;
  readonly cpu_stats: unknown;
}

/** What a container uses now; zeros if it does not run. */
export function measureStats(engine: Engine, container: Container, previous: PreviousStats | undefined) {
  const isRunning = container.isRunning;
  const { cpus, memoryBytes } = engine.kernel.machine;
  const processes = processesOf(container);
  const usedUs = processes.reduce((sum, { cpuUs, childrenCpuUs }) => sum + cpuUs + childrenCpuUs, 0);
  const cgroup = container.oci?.cgroup;
  const limit = container.hostConfig.Memory ?? 0;
  const none = { cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 }, ...THROTTLING };
  const cpu = {
    cpu_usage: {
      total_usage: usedUs * 1000,
      usage_in_kernelmode: Math.floor(usedUs / 2) * 1000,
      usage_in_usermode: Math.ceil(usedUs / 2) * 1000,
    },
    system_cpu_usage: engine.world.clock.uptimeUs * cpus * 1000,
    online_cpus: cpus,
    ...THROTTLING,
  };
  return {
    name: `/${container.name}`,
    id: container.id,
    read: isRunning ? timeOf(engine.kernel.nowUs) : NEVER,
    preread: previous?.read ?? NEVER,
    num_procs: 0,
    pids_stats: isRunning ? { current: processes.length } : {},
    blkio_stats: NO_BLOCK_IO,
    storage_stats: {},
    cpu_stats: isRunning ? cpu : none,
    precpu_stats: previous?.cpu_stats ?? none,
    memory_stats: isRunning
      ? {
          usage: cgroup?.memory.currentBytes ?? 0,
          stats: memoryStat(cgroup?.read("memory.stat") ?? ""),
          limit: limit > 0 ? limit : memoryBytes,
        }
      : {},
    ...(isRunning ? { networks: networksOf(container) } : {}),
  };
}

/** The lines of memory.stat, by their names. */
function memoryStat(text: string): Readonly<Record<string, number>> {
  const lines = text.split("\n").filter((line) => line !== "");
  return Object.fromEntries(lines.map((line) => line.split(" ")).map(([key = "", value = ""]) => [key, Number(value)]));
}

const THROTTLING = { throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 } };

const NO_BLOCK_IO = {
  io_service_bytes_recursive: null,
  io_serviced_recursive: null,
  io_queue_recursive: null,
  io_service_time_recursive: null,
  io_wait_time_recursive: null,
  io_merged_recursive: null,
  io_time_recursive: null,
  sectors_recursive: null,
};

/** The devices are there; nothing counts what goes through them yet. */
function networksOf(container: Container): Readonly<Record<string, unknown>> {
  const names = Object.keys(container.endpoints).filter((name) => name !== "none" && name !== "host");
  const zero = { rx_bytes: 0, rx_packets: 0, rx_errors: 0, rx_dropped: 0 };
  const sent = { tx_bytes: 0, tx_packets: 0, tx_errors: 0, tx_dropped: 0 };
  return Object.fromEntries(names.map((_, index) => [`eth${index}`, { ...zero, ...sent }]));
}
