/** Machines of a cluster lose their power, boot and come back, with what was on their disks. */
import { type Cluster, createCluster } from "@bottleship/core/cluster";
import { describe, expect, it } from "vitest";

async function cluster(seed = 3): Promise<Cluster> {
  const made = createCluster({ machines: 2, seed, bootUs: 30_000_000 });
  for (const { engine } of made.machines) await engine.docker("pull -q busybox");
  return made;
}

const STATES = "ps -a --no-trunc --format {{.Names}}={{.State}}";

it("has a swarm on each machine that is nobody else's", async () => {
  const { machines } = createCluster({ machines: 2 });
  const ids = await Promise.all(
    machines.map(async ({ engine }) => {
      await engine.docker("swarm init");
      return (await engine.docker("node ls -q")).stdout;
    }),
  );
  expect(new Set(ids).size).toBe(2);
});

describe("a machine that crashes", () => {
  it("answers nobody, and comes back after its boot with what its policies start", async () => {
    const all = await cluster();
    const [first] = all.machines;
    await first?.docker("run -d --name once busybox sleep 1000000");
    await first?.docker("run -d --name always --restart always busybox sleep 1000000");
    await first?.docker("run -d --name stopped --restart unless-stopped busybox sleep 1000000");
    await first?.docker("run -d --name failing --restart on-failure busybox sleep 1000000");
    await first?.docker("stop -t 0 stopped");
    const crashedUs = all.world.clock.nowUs;
    await first?.crash();
    expect(first?.state).toBe("down");
    expect(await first?.docker("ps")).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n",
    });
    await first?.boot();
    expect(all.world.clock.nowUs - crashedUs).toBeGreaterThanOrEqual(30_000_000);
    const { stdout = "" } = (await first?.docker(STATES)) ?? {};
    expect(stdout.split("\n").sort()).toEqual([
      "",
      "always=running",
      "failing=running",
      "once=exited",
      "stopped=exited",
    ]);
    const code = await first?.docker("inspect -f {{.State.ExitCode}} once");
    expect(code?.stdout).toBe("255\n");
  });

  it("stays down if the power fails again before its containers run", async () => {
    const all = await cluster();
    const first = all.machine("node-1");
    const names = ["one", "three", "two"];
    for (const name of names) await first.docker(`run -d --name ${name} --restart always busybox sleep 1000000`);
    await first.crash();
    let again: Promise<void> | undefined;
    first.engine.events.on("event", ({ action }) => {
      if (action === "start") again ??= first.crash();
    });
    await first.boot();
    await again;
    await all.world.advance("1m");
    expect([first.state, first.engine.daemon.state]).toEqual(["down", "stopped"]);
    expect([...first.engine.kernel.processes.values()].filter(({ name }) => name === "sleep")).toEqual([]);
    await first.boot();
    expect((await first.docker("ps --format {{.Names}}")).stdout.split("\n").sort()).toEqual(["", ...names]);
  });

  it("tells nobody of the end of its containers", async () => {
    const all = await cluster();
    const [first] = all.machines;
    await first?.docker("run -d --name once busybox sleep 1000000");
    const before = first?.engine.events.past().length;
    await first?.crash();
    expect(first?.engine.events.past()).toHaveLength(before ?? 0);
  });

  it("keeps its volumes, which no other machine has", async () => {
    const all = await cluster();
    const [first, second] = all.machines;
    await first?.docker(["run", "--rm", "-v", "data:/d", "busybox", "sh", "-c", "echo kept > /d/f"]);
    expect((await second?.docker("run --rm -v data:/d busybox ls /d"))?.stdout).toBe("");
    await first?.crash();
    await first?.boot();
    expect((await first?.docker("run --rm -v data:/d busybox cat /d/f"))?.stdout).toBe("kept\n");
  });

  it("is silent for those that were talking to it", async () => {
    const all = await cluster();
    const [first, second] = all.machines;
    await first?.docker("network create -d overlay --attachable net");
    await first?.docker("run -d --name server --network net busybox sh -c 'nc -l -p 99 > /dev/null'");
    await second?.docker("run -d --name client --network net busybox sh -c '(echo hi; sleep 1000) | nc server 99'");
    await all.world.advance(2_000_000);
    await first?.crash();
    await all.world.advance(5_000_000);
    // No FIN and no reset has come: the client still believes in its connection.
    expect((await second?.docker("inspect -f {{.State.Running}} client"))?.stdout).toBe("true\n");
  });

  it("stays down where the power fails again before it has booted", async () => {
    const [first, second] = (await cluster()).machines;
    await first?.crash();
    const booting = first?.boot();
    await second?.engine.world.advance("5s");
    await first?.crash();
    await booting;
    expect(first?.state).toBe("down");
    expect((await first?.docker("ps"))?.stderr).toContain("Is the docker daemon running?");
    await first?.boot();
    expect((await first?.docker("ps"))?.exitCode).toBe(0);
  });

  it("reboots in order: containers get their signal first", async () => {
    const all = await cluster();
    const [first] = all.machines;
    const script = "trap 'echo bye; exit 0' TERM; while :; do sleep 1; done";
    await first?.docker(["run", "-d", "--name", "polite", "--restart", "always", "busybox", "sh", "-c", script]);
    await all.world.advance(2_000_000);
    await first?.reboot();
    expect((await first?.docker("logs polite"))?.stdout).toBe("bye\n");
    expect((await first?.docker("inspect -f {{.State.Running}} polite"))?.stdout).toBe("true\n");
  });
});

describe("a cluster", () => {
  it("is the same each time for a seed", async () => {
    const run = async (seed: number): Promise<string> => {
      const all = await cluster(seed);
      const [first, second] = all.machines;
      await first?.docker("network create -d overlay --attachable net");
      await first?.docker("run -d --name a --restart always --network net busybox sleep 1000000");
      using _ = all.links.change({ network: "fabric" }, { latency: "3ms", jitter: "2ms", loss: 0.1 });
      const ping = await second?.docker("run --rm --network net busybox ping -c 20 -i 0.1 -W 1 a");
      await first?.crash();
      await first?.boot();
      return `${ping?.stdout}${all.world.clock.nowUs}${JSON.stringify(first?.engine.events.past())}`;
    };
    const once = await run(5);
    expect(await run(5)).toBe(once);
    expect(await run(6)).not.toBe(once);
  });

  it("shares registries", async () => {
    const all = await cluster();
    const [first, second] = all.machines;
    expect(second?.engine.registries).toBe(first?.engine.registries);
    expect(() => createCluster({ machines: 0 })).toThrow("at least one machine");
    expect(() => createCluster({ machines: ["a", "a"] })).toThrow("two machines have the same name");
  });
});
