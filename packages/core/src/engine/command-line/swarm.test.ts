/** `docker swarm init` and `update`, secrets and configs. Texts are those of docker 28.5.2. */
import { expect, it } from "vitest";
import { createEngine } from "../index.ts";

it("gives a swarm the settings that its options say", async () => {
  const engine = createEngine({ seed: 7 });
  await engine.docker(
    "swarm init --default-addr-pool 10.20.3.4/16,10.30.0.0/16 --default-addr-pool-mask-length 26 --data-path-port 5000 " +
      "--dispatcher-heartbeat 7s --max-snapshots 2 --availability DRAIN",
  );
  const { cluster } = engine.swarm;
  expect(cluster.record.options).toMatchObject({
    ...{ addressPool: ["10.20.0.0/16", "10.30.0.0/16"], subnetSize: 26, dataPathPort: 5000 },
  });
  expect(engine.swarm.node?.spec.Availability).toBe("drain");
  expect(cluster.spec).toMatchObject({
    Dispatcher: { HeartbeatPeriod: 7e9 },
    Raft: { SnapshotInterval: 10_000, KeepOldSnapshots: 2, ElectionTick: 10 },
  });
  await engine.docker("swarm update --snapshot-interval 500 --cert-expiry 2h");
  expect(cluster.spec).toMatchObject({
    CAConfig: { NodeCertExpiry: 7200e9 },
    Raft: { SnapshotInterval: 500, KeepOldSnapshots: 2 },
  });
});

it("shows the help of an update that changes nothing", async () => {
  const engine = createEngine({ seed: 7 });
  const help = await engine.docker("swarm update --help");
  expect(help.stdout).toMatch(/^Usage: {2}docker swarm update \[OPTIONS\]\n/);
  expect(await engine.docker("swarm update")).toEqual(help);
});

it("gives files the mode that is octal only where it begins with 0", async () => {
  const engine = createEngine({ seed: 7 });
  await engine.docker("swarm init");
  await engine.docker("secret create one -", { stdin: "1" });
  const modeFor = async (mode: string): Promise<number | undefined> => {
    const { stdout } = await engine.docker(`service create -d --secret source=one,mode=${mode} busybox`);
    const { ContainerSpec: container } = engine.swarm.cluster.services.get(stdout.trim()).spec.TaskTemplate;
    return container?.Secrets?.[0]?.File?.Mode;
  };
  expect([await modeFor("0440"), await modeFor("440"), await modeFor("0x120")]).toEqual([0o440, 440, 0x120]);
});

it.each([
  ["swarm init --default-addr-pool 10.0.0.0/8,11.0.0.0/40", /invalid string being converted to CIDR: 11.0.0.0\/40\n/],
  ["swarm init --data-path-port x", /"--data-path-port" flag: strconv.ParseUint: parsing "x": invalid syntax\n/],
  ["swarm init --availability zz", /^invalid availability "zz", only active, pause and drain are supported\n$/],
  ["secret create x", /^secret file is required\n$/],
  ["secret create", /^docker: 'docker secret create' requires at least 1 and at most 2 arguments\n/],
  ["secret create -d foo x /f", /^When using secret driver secret data must be empty\n$/],
  ["secret create x /none", /^error reading from \/none: open \/none: no such file or directory\n$/],
  [
    "config create x /none",
    /^Error reading content from "\/none": error reading from \/none: open \/none: no such file or directory\n$/,
  ],
  [
    "service create --secret source=x,mode=08 busybox",
    /flag: invalid mode specified: strconv.ParseUint: parsing "08": invalid syntax\n/,
  ],
])("refuses docker %s", async (line, stderr) => {
  expect((await createEngine({ seed: 7 }).docker(line)).stderr).toMatch(stderr);
});
