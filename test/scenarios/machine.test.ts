/** The machine as its owner describes it, and as programs, the engine and the end of a test see it. */
import { inspect } from "node:util";
import { type ClusterOptions, createCluster } from "@bottleship/core/cluster";
import { MemoryContentDisk } from "@bottleship/core/content";
import { createEngine, type Engine, type EngineOptions } from "@bottleship/core/engine";
import { expect, it } from "vitest";
import { docker, machine } from "./support.ts";

const MiB = 1 << 20;

it("has the processors, the memory, the swap and the name that it is described with", async () => {
  const engine = await machine({
    machine: { cpus: 3, memoryBytes: 512 * MiB, swapBytes: 256 * MiB, hostname: "dock", architecture: "aarch64" },
  });
  const script = "nproc; grep -c ^processor /proc/cpuinfo; grep -E '^(MemTotal|SwapTotal)' /proc/meminfo; uname -m";
  expect(await docker(engine, ["run", "--rm", "busybox", "sh", "-c", script])).toBe(
    "3\n3\nMemTotal:         524288 kB\nSwapTotal:        262144 kB\naarch64\n",
  );
  expect(await docker(engine, "run --rm --uts host busybox hostname")).toBe("dock\n");
  expect(await docker(engine, "info -f '{{.NCPU}} {{.MemTotal}} {{.Name}} {{.Architecture}}'")).toBe(
    `3 ${512 * MiB} dock aarch64\n`,
  );
  const { stderr } = await engine.docker("run --rm --cpus 4 busybox true");
  expect(stderr).toContain("range of CPUs is from 0.01 to 3.00, as there are only 3 CPUs available");
  const { exitCode } = await engine.docker("run --rm busybox dd if=/dev/zero of=/dev/null bs=900M count=1");
  expect(exitCode).toBe(137);
});

it("is refused if it cannot be, before anything is made", () => {
  const refusal = (options: unknown): string => {
    try {
      createEngine(options as EngineOptions);
      return "";
    } catch (error) {
      return String(error);
    }
  };
  expect(refusal({ machine: { cpus: 0 } })).toBe("StatusError: a machine's cpus is a whole number from 1 on, not 0");
  expect(refusal({ machine: { memoryBytes: "8g" } })).toContain("memoryBytes is a whole number from 1 on, not 8g");
  expect(refusal({ machine: { swapBytes: -1 } })).toContain("swapBytes is a whole number from 0 on, not -1");
  expect(refusal({ machine: { diskBytes: Number.NaN } })).toContain("diskBytes is a whole number from 1 on, not NaN");
  expect(refusal({ profile: "toString" })).toBe('StatusError: "toString" is no profile: there is modern, recorded');
  expect(refusal({ policy: "fast" })).toContain('"fast" is no policy of time: there is skip, manual, real');
  expect(refusal({ order: "lifo" })).toContain('"lifo" is no order of turns: there is fifo, random');
  expect(refusal({ machine: { cpu: 2 } })).toContain('a machine has no "cpu": it has hostname, cpus, memoryBytes, ');
  expect(refusal({ limits: { timeoutUs: -1 } })).toContain("limits.timeoutUs is a number from 0 on, not -1");
  expect(refusal({ startUs: "2025" })).toContain('startUs is a number from 0 on, not "2025"');
  expect(refusal({ allotments: { diskBytes: -1 } })).toContain("allotments.diskBytes is a number from 0 on, not -1");
  expect(refusal({ mirrors: ["mirror"] })).toContain('"mirror" is no mirror: it is like "https://mirror.example"');
  expect(refusal({ nameservers: ["dns"] })).toContain('"dns" is no IP address of a name server');
  expect(refusal({ unknownPrograms: "warn" })).toContain('"warn" is no policy for unknown programs: there is fail, ');
  const disk = new MemoryContentDisk();
  expect(refusal({ state: { disk } })).toContain("state: path is the name of a directory, not undefined");
  expect(refusal({ content: { path: "/images" } })).toContain("content: disk is not like node:fs");
  expect(refusal({ disks: { src: disk } })).toContain('a disk cannot be mounted: "src" is no absolute path');
  expect(refusal({ disks: { "/src": {} } })).toContain("what is given for /src is not like node:fs");
});

it("is one of a cluster that can be, or none", () => {
  const refusal = (options: unknown) => () => createCluster(options as ClusterOptions);
  expect(refusal({})).toThrow("the machines of a cluster are a whole number or names, not undefined");
  expect(refusal({ machines: 1.5 })).toThrow("a whole number or names, not 1.5");
  expect(refusal({ machines: ["a b"] })).toThrow('"a b" is no name of a machine');
  expect(refusal({ machines: 1, bootUs: -1 })).toThrow("bootUs is a number from 0 on, not -1");
  expect(refusal({ machines: ["red"], labels: { blue: {} } })).toThrow("no machine is called blue");
});

it("has a disk that can be full: for one container, and for all", async () => {
  const engine = await machine({ machine: { diskBytes: 32 * MiB } });
  const fill = "run --name first busybox sh -c 'head -c 100m /dev/zero > /big; stat -c %s /big'";
  const { stdout, stderr } = await engine.docker(fill);
  expect(stderr).toContain("head: standard output: I/O error");
  expect(Number(stdout)).toBeGreaterThan(20 * MiB);
  const other = await engine.docker("run --rm -v data:/data busybox sh -c 'echo text > /data/f && echo written'");
  expect(other.stdout).toBe("");
  await docker(engine, "rm first");
  expect(await docker(engine, "run --rm -v data:/data busybox sh -c 'echo text > /data/f && cat /data/f'")).toBe(
    "text\n",
  );
});

it("is a machine of the recordings, if that is asked for", async () => {
  const engine = await machine({ profile: "recorded" });
  const { stderr } = await engine.docker("run --rm busybox sh -c nope");
  expect(stderr).toBe("sh: line 0: nope: not found\n");
});

it("tells what was left behind when it is closed, and leaves nothing itself", async () => {
  const engine = await machine();
  await docker(engine, "run -d --name web -v data:/data busybox sleep 1000");
  await docker(engine, "network create app");
  expect(await engine.close()).toEqual({ containers: ["web"], volumes: ["data"], networks: ["app"] });
  expect(await engine.close()).toEqual({ containers: [], volumes: [], networks: [] });
  let closed: unknown;
  {
    await using scoped = createEngine();
    await docker(scoped, "volume create left");
    closed = scoped;
  }
  expect((closed as typeof engine).volumes.list()).toEqual([]);
});

it.each<[string, (engine: Engine) => void]>([
  ["calls fail on purpose", ({ faults }) => void faults.add({ on: "api" })],
  ["calls hang on purpose", ({ faults }) => void faults.add({ on: "api", hangs: true })],
  ["the daemon has crashed", ({ daemon }) => daemon.crash()],
  ["the daemon is being stopped", ({ daemon }) => void daemon.stop()],
  ["a rule has it away", ({ faults }) => void faults.add({ on: "daemon", effect: "restart", down: "1h" })],
])("is closed, and tells what was left, also while %s", async (_, disturb) => {
  const engine = await machine();
  await docker(engine, "run -d --name web --restart always busybox sleep 1000");
  disturb(engine);
  expect(await engine.close()).toEqual({ containers: ["web"], volumes: [], networks: [] });
  expect(engine.containers.list({ all: true })).toEqual([]);
});

it("is told of in a line where somebody prints it", async () => {
  const engine = await machine({ startUs: 1_700_000_000_000_000 });
  expect(inspect(createEngine())).toBe("Engine on bottleship, after 0s: no containers");
  await docker(engine, "run -d --name web busybox sleep 1000");
  await docker(engine, "create --name spare busybox");
  await engine.world.advance("1h");
  expect(inspect(engine)).toMatch(/^Engine on bottleship, after 1h0m0\.\d+s: web \(exited\), spare \(created\)$/);
  expect(inspect(engine.snapshot())).toMatch(/^MachineSnapshot of 2023-11-14T23:13:20\.\d+Z: 2 containers, 1 images$/);
  expect(inspect(createCluster({ machines: ["red", "blue"] }))).toBe("Cluster of red (up), blue (up)");
});
