import { describe, expect, it } from "vitest";
import { createEngine } from "../index.ts";
import { resources } from "./resources.ts";

const device = (Rate: number) => [{ Path: "/dev/vda", Rate }];

describe("resources", () => {
  it.each([
    [{ Memory: 64 << 20 }, { "memory.max": "67108864", "memory.swap.max": "67108864" }],
    [
      { Memory: 64 << 20, MemorySwap: 64 << 20 },
      { "memory.max": "67108864", "memory.swap.max": "0" },
    ],
    [
      { Memory: 64 << 20, MemorySwap: -1 },
      { "memory.max": "67108864", "memory.swap.max": "max" },
    ],
    [{ MemoryReservation: 32 << 20 }, { "memory.low": "33554432" }],
    [{ NanoCpus: 333_000_000 }, { "cpu.max": "33300 100000" }],
    [{ NanoCpus: 12_345_600 }, { "cpu.max": "1234 100000" }],
    [{ CpuQuota: 20_000 }, { "cpu.max": "20000 100000" }],
    [{ CpuPeriod: 50_000 }, { "cpu.max": "max 50000" }],
    [{ CpuShares: 1024 }, { "cpu.weight": "39" }],
    [{ CpuShares: 2 }, { "cpu.weight": "1" }],
    [{ CpuShares: 262_144 }, { "cpu.weight": "10000" }],
    [
      { CpusetCpus: "0,1", CpusetMems: "0" },
      { "cpuset.cpus": "0,1", "cpuset.mems": "0" },
    ],
    [{ PidsLimit: 20 }, { "pids.max": "20" }],
    [{ PidsLimit: -1 }, {}],
    [{ BlkioWeight: 500 }, { "io.weight": "4950" }],
    [{ BlkioDeviceReadBps: device(1000), BlkioDeviceWriteIOps: device(5) }, { "io.max": "254:0 rbps=1000 wiops=5" }],
  ])("%j", (hostConfig, files) => {
    expect(resources(hostConfig)).toEqual(files);
  });

  it("reach the cgroup of a container, where it sees them", async () => {
    const { containers, images } = createEngine();
    await images.pull("busybox");
    const files = ["memory.max", "memory.low", "cpu.max", "cpu.weight", "cpuset.cpus", "pids.max", "io.max"];
    const container = containers.create({
      Image: "busybox",
      Cmd: ["sh", "-c", `cd /sys/fs/cgroup; cat ${files.join(" ")}; nproc`],
      HostConfig: {
        Memory: 64 << 20,
        MemoryReservation: 32 << 20,
        NanoCpus: 1_500_000_000,
        CpuShares: 512,
        CpusetCpus: "0-1",
        PidsLimit: 20,
        BlkioDeviceWriteBps: device(1 << 20),
      },
    });
    await containers.start(container);
    await containers.wait(container);
    expect(container.logs.text()).toBe(
      "67108864\n33554432\n150000 100000\n20\n0-1\n20\n254:0 rbps=max wbps=1048576 riops=max wiops=max\n2\n",
    );
  });
});
