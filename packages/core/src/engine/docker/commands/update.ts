/** `docker update`. Model: docker/cli container/update.go. */
import { atLeast, command } from "../command.ts";
import { bytes, integer, single, text, unsigned } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { parseRestart } from "../values/policies.ts";
import { parseCpus, parseSwap } from "../values/size.ts";

export const UPDATE_FLAGS = {
  "blkio-weight": unsigned("Block IO (relative weight), between 10 and 1000, or 0 to disable (default 0)", 16),
  "cpu-period": integer("Limit CPU CFS (Completely Fair Scheduler) period"),
  "cpu-quota": integer("Limit CPU CFS (Completely Fair Scheduler) quota"),
  "cpu-rt-period": integer("Limit the CPU real-time period in microseconds"),
  "cpu-rt-runtime": integer("Limit the CPU real-time runtime in microseconds"),
  "cpu-shares": integer("CPU shares (relative weight)", { short: "c" }),
  cpus: single("Number of CPUs", { type: "decimal", initial: 0, read: parseCpus }),
  "cpuset-cpus": text("CPUs in which to allow execution (0-3, 0,1)"),
  "cpuset-mems": text("MEMs in which to allow execution (0-3, 0,1)"),
  "kernel-memory": bytes("Kernel memory limit (deprecated)", { hidden: true }),
  memory: bytes("Memory limit", { short: "m" }),
  "memory-reservation": bytes("Memory soft limit"),
  "memory-swap": single("Swap limit equal to memory plus swap: -1 to enable unlimited swap", {
    type: "bytes",
    initial: 0,
    read: parseSwap,
  }),
  "pids-limit": integer("Tune container pids limit (set -1 for unlimited)"),
  restart: text("Restart policy to apply when a container exits"),
};

export const update = command({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Update configuration of one or more containers",
  aliases: "docker container update, docker update",
  arity: atLeast(1),
  flags: UPDATE_FLAGS,
  read: ({ flags, operands, changed }) => {
    if (changed.size === 0) throw new ValueError("you must provide one or more flags when using this command");
    const kernelMemory = flags["kernel-memory"];
    return {
      command: "update",
      containers: operands,
      body: {
        CpuShares: flags["cpu-shares"],
        Memory: flags.memory,
        NanoCpus: flags.cpus,
        CgroupParent: "",
        BlkioWeight: flags["blkio-weight"],
        BlkioWeightDevice: null,
        BlkioDeviceReadBps: null,
        BlkioDeviceWriteBps: null,
        BlkioDeviceReadIOps: null,
        BlkioDeviceWriteIOps: null,
        CpuPeriod: flags["cpu-period"],
        CpuQuota: flags["cpu-quota"],
        CpuRealtimePeriod: flags["cpu-rt-period"],
        CpuRealtimeRuntime: flags["cpu-rt-runtime"],
        CpusetCpus: flags["cpuset-cpus"],
        CpusetMems: flags["cpuset-mems"],
        Devices: null,
        DeviceCgroupRules: null,
        DeviceRequests: null,
        ...(kernelMemory === 0 ? {} : { KernelMemory: kernelMemory }),
        MemoryReservation: flags["memory-reservation"],
        MemorySwap: flags["memory-swap"],
        MemorySwappiness: null,
        OomKillDisable: null,
        PidsLimit: flags["pids-limit"] === 0 ? null : flags["pids-limit"],
        Ulimits: null,
        CpuCount: 0,
        CpuPercent: 0,
        IOMaximumIOps: 0,
        IOMaximumBandwidth: 0,
        RestartPolicy: flags.restart === "" ? { Name: "", MaximumRetryCount: 0 } : parseRestart(flags.restart),
      },
    };
  },
});
