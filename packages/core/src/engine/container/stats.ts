/**
 * What a container uses: what its control group and its devices have counted.
 *
 * @see moby daemon/stats_unix.go statsV2, libnetwork/osl, api/types/container/stats.go
 */
import type { Cgroup } from "../../kernel/index.ts";
import { timeOf } from "../documents/time.ts";
import type { Engine } from "../engine.ts";
import type { Container } from "./container.ts";

const NEVER = "0001-01-01T00:00:00Z";

/** What was measured before. */
export interface PreviousStats {
  readonly read: string;
  readonly cpu_stats: CpuStats;
}

interface CpuStats {
  /** Nanoseconds. */
  readonly cpu_usage: {
    readonly total_usage: number;
    readonly usage_in_kernelmode: number;
    readonly usage_in_usermode: number;
  };
  /** What all processors could have done up to now; missing if nothing was measured. */
  readonly system_cpu_usage?: number;
  readonly online_cpus?: number;
  readonly throttling_data: {
    readonly periods: number;
    readonly throttled_periods: number;
    readonly throttled_time: number;
  };
}

interface NetworkStats {
  readonly rx_bytes: number;
  readonly rx_packets: number;
  readonly rx_errors: number;
  readonly rx_dropped: number;
  readonly tx_bytes: number;
  readonly tx_packets: number;
  readonly tx_errors: number;
  readonly tx_dropped: number;
}

interface BlockEntry {
  readonly major: number;
  readonly minor: number;
  readonly op: "read" | "write";
  readonly value: number;
}

/** What a container has used, as `GET /containers/{id}/stats` tells it. */
export interface ContainerStats extends PreviousStats {
  readonly name: string;
  readonly id: string;
  readonly preread: string;
  readonly num_procs: 0;
  readonly pids_stats: { readonly current?: number; readonly limit?: number };
  readonly blkio_stats: Readonly<Record<string, readonly BlockEntry[] | null>>;
  readonly storage_stats: object;
  readonly precpu_stats: CpuStats;
  readonly memory_stats: {
    readonly usage?: number;
    readonly stats?: Readonly<Record<string, number>>;
    readonly limit?: number;
  };
  /** By device; missing where there is none. */
  readonly networks?: Readonly<Record<string, NetworkStats>>;
}

/** What a container uses now; zeros if it does not run. */
export function measureStats(
  engine: Engine,
  container: Container,
  previous: PreviousStats | undefined,
): ContainerStats {
  const { id, name } = container;
  const cgroup = container.isRunning ? container.oci?.cgroup : undefined;
  return {
    name: `/${name}`,
    id,
    read: cgroup === undefined ? NEVER : timeOf(engine.kernel.nowUs),
    preread: previous?.read ?? NEVER,
    num_procs: 0,
    pids_stats: cgroup === undefined ? {} : pidsOf(cgroup),
    blkio_stats: { ...NO_BLOCK_IO, io_service_bytes_recursive: cgroup === undefined ? null : blockBytes(cgroup) },
    storage_stats: {},
    cpu_stats: cgroup === undefined ? NO_CPU : cpuOf(engine, cgroup),
    precpu_stats: previous?.cpu_stats ?? NO_CPU,
    memory_stats: cgroup === undefined ? {} : memoryOf(engine, cgroup),
    ...(cgroup === undefined ? {} : networksOf(container)),
  };
}

function cpuOf({ kernel, world }: Engine, cgroup: Cgroup): CpuStats {
  const { usage_usec = 0, user_usec = 0, system_usec = 0, ...rest } = flat(cgroup, "cpu.stat");
  const { nr_periods = 0, nr_throttled = 0, throttled_usec = 0 } = rest;
  const { cpus } = kernel.machine;
  return {
    cpu_usage: {
      total_usage: usage_usec * 1000,
      usage_in_kernelmode: system_usec * 1000,
      usage_in_usermode: user_usec * 1000,
    },
    system_cpu_usage: world.clock.uptimeUs * cpus * 1000,
    online_cpus: cpus,
    throttling_data: {
      periods: nr_periods,
      throttled_periods: nr_throttled,
      throttled_time: throttled_usec * 1000,
    },
  };
}

const NO_CPU: CpuStats = {
  cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
  throttling_data: { periods: 0, throttled_periods: 0, throttled_time: 0 },
};

/** Without a limit there is none here; whoever writes it as JSON writes the largest number of 64 bits. */
function pidsOf({ pidCount: current, pidsIfAny }: Cgroup): ContainerStats["pids_stats"] {
  const { max: limit = Number.POSITIVE_INFINITY } = pidsIfAny ?? {};
  return Number.isFinite(limit) ? { current, limit } : { current };
}

function memoryOf({ kernel }: Engine, cgroup: Cgroup): ContainerStats["memory_stats"] {
  const { currentBytes: usage, max } = cgroup.memory;
  return { usage, stats: flat(cgroup, "memory.stat"), limit: Math.min(max, kernel.machine.memoryBytes) };
}

/** The lines of a control file, by their names; none where the controller is off. */
function flat(cgroup: Cgroup, file: string): Readonly<Record<string, number>> {
  const lines = linesOf(cgroup, file).map((line) => line.split(" "));
  return Object.fromEntries(lines.map(([key = "", value = ""]) => [key, Number(value)]));
}

function linesOf(cgroup: Cgroup, file: string): readonly string[] {
  const text = cgroup.file(file) === undefined ? "" : cgroup.read(file);
  return text.split("\n").filter((line) => line !== "");
}

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

/** By device what was read and written; `null` if nothing was. */
function blockBytes(cgroup: Cgroup): readonly BlockEntry[] | null {
  const entries = linesOf(cgroup, "io.stat").flatMap((line): readonly BlockEntry[] => {
    const [, major, minor, read, written] = /^(\d+):(\d+) rbytes=(\d+) wbytes=(\d+)/.exec(line) ?? [];
    const device = { major: Number(major), minor: Number(minor) };
    return [
      { ...device, op: "read", value: Number(read) },
      { ...device, op: "write", value: Number(written) },
    ];
  });
  return entries.length === 0 ? null : entries;
}

/**
 * Counters of the devices in its network namespace, even if that is another container's. A network that was never used
 * has no devices yet, and has counted nothing.
 */
function networksOf(container: Container): Pick<ContainerStats, "networks"> {
  const { sandbox } = container.networkOf ?? container;
  const counted = (sandbox?.joined ?? []).map(({ device }, index): [string, NetworkStats] => {
    const { received, sent } = device ?? NO_DEVICE;
    return [
      device?.name ?? `eth${index}`,
      {
        rx_bytes: received.bytes,
        rx_packets: received.packets,
        rx_errors: 0,
        rx_dropped: received.dropped,
        tx_bytes: sent.bytes,
        tx_packets: sent.packets,
        tx_errors: 0,
        tx_dropped: sent.dropped,
      },
    ];
  });
  return counted.length === 0 ? {} : { networks: Object.fromEntries(counted) };
}

const NOTHING_MOVED = { bytes: 0, packets: 0, dropped: 0 };
const NO_DEVICE = { received: NOTHING_MOVED, sent: NOTHING_MOVED };
