/**
 * `GET /containers/{id}/stats`: what a container uses, once or every second.
 *
 * @see moby daemon/stats.go, api/types/container/stats.go
 */
import type { Container, Engine } from "@bottleship/core/engine";
import { timeOf } from "@bottleship/core/engine";
import { encode } from "@bottleship/core/lib";
import { type ApiReply, json, stream } from "../../http/exchange.ts";
import { flag } from "../../http/query.ts";
import type { Handler } from "../../http/router.ts";
import { Channel } from "../../streams/channel.ts";
import { processesOf } from "./top.ts";
import { watch } from "./watch.ts";

const INTERVAL_US = 1_000_000;
const NEVER = "0001-01-01T00:00:00Z";

export function statsHandler(engine: Engine): Handler {
  return ({ param, query }): ApiReply => {
    const container = engine.containers.get(param("id"));
    if (!flag(query, "stream", true)) return json(measure(engine, container, undefined));
    return stream("application/json", async (output) => {
      const channel = new Channel<unknown>();
      let last = measure(engine, container, undefined);
      channel.push(last);
      const timer = engine.world.clock.timer(() => {
        last = measure(engine, container, last);
        channel.push(last);
        timer.arm(engine.world.clock.nowUs + INTERVAL_US);
      });
      timer.arm(engine.world.clock.nowUs + INTERVAL_US);
      const stopWatching = watch(engine, container, (action) => {
        if (action === "destroy") channel.close();
      });
      try {
        await channel.drain(output, (document) => encode(`${JSON.stringify(document)}\n`));
      } finally {
        timer.cancel();
        stopWatching();
      }
    });
  };
}

interface Previous {
  readonly read: string;
  readonly cpu_stats: unknown;
}

function measure(engine: Engine, container: Container, previous: Previous | undefined) {
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
      ? { usage: cgroup?.memory.currentBytes ?? 0, stats: {}, limit: limit > 0 ? limit : memoryBytes }
      : {},
    ...(isRunning ? { networks: networksOf(container) } : {}),
  };
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
