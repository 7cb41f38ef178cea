/** What the engine tells of itself: versions, the machine, what is on its disk. */
import { expect } from "vitest";
import { onEngines } from "./engines.ts";

onEngines("sys", (it) => {
  it("has versions that a client can rely on", async ({ docker, refused }) => {
    const version = "{{.Server.APIVersion}} {{.Server.MinAPIVersion}} {{.Server.Os}} {{.Server.Arch}}";
    expect(await docker(["version", "-f", version])).toBe("1.51 1.24 linux amd64\n");
    expect(await docker("version -f {{.Server.Version}}")).toMatch(/^28\.5\.2/);
    expect(await refused("version -f {{.Nope}}")).toMatch(
      /^1: template: version:1:2: executing "version" at <\.Nope>: can't evaluate field Nope in type system\.versionInfo\n/,
    );
    expect(await refused("sytem")).toMatch(
      /^1: docker: unknown command: docker sytem\n\nRun 'docker --help' for more information\n$/,
    );
  });

  it("counts containers, and describes the machine", async ({ docker, seconds }) => {
    const count = async () =>
      (await docker("info -f '{{.Containers}} {{.ContainersRunning}} {{.ContainersPaused}} {{.ContainersStopped}}'"))
        .trim()
        .split(" ")
        .map(Number);
    const [all = 0] = await count();
    await docker("run -d --name sys-run busybox sleep 1000");
    await docker("run -d --name sys-pause busybox sleep 1000");
    await docker("create --name sys-new busybox true");
    await docker("pause sys-pause");
    await seconds(0.1);
    const [more = 0, running = 0, paused = 0, stopped = 0] = await count();
    expect(more - all).toBeGreaterThanOrEqual(3);
    expect(running + paused + stopped).toBe(more);
    expect([running > 0, paused > 0, stopped > 0]).toEqual([true, true, true]);
    expect(
      await docker("info -f '{{.OSType}} {{.Driver}} {{.LoggingDriver}} {{.DefaultRuntime}} {{.LiveRestoreEnabled}}'"),
    ).toBe("linux overlay2 json-file runc false\n");
    expect(Number(await docker("info -f {{.NCPU}}"))).toBeGreaterThan(0);
    expect(Number(await docker("info -f {{.MemTotal}}"))).toBeGreaterThan(100_000_000);
  });

  it("tells of itself in text: the client first, which knows itself without an engine", async ({ docker, refused }) => {
    const info = await docker("info");
    const server = info.slice(info.indexOf("Server:\n"));
    expect(info).toMatch(/^Client:\n Version: {4}28\.2\.2\n Context: {4}default\n Debug Mode: false\n/);
    expect(server).toMatch(
      /^Server:\n Containers: \d+\n {2}Running: \d+\n {2}Paused: \d+\n {2}Stopped: \d+\n Images: \d+\n/,
    );
    expect(server).toMatch(
      /\n Plugins:\n {2}Volume: local\n {2}Network: bridge host ipvlan macvlan null overlay\n {2}Log: /,
    );
    expect(server).toMatch(/\n Swarm: \w+\n/);
    expect(server).toMatch(/\n Runtimes: .*\brunc\b.*\n Default Runtime: runc\n Init Binary: docker-init\n/);
    expect(server).toMatch(/\n Security Options:\n {2}seccomp\n {3}Profile: builtin\n/);
    expect(server).toMatch(/\n CPUs: \d+\n Total Memory: [\d.]+GiB\n Name: \S+\n ID: /);
    expect(server).toMatch(
      /\n Insecure Registries:\n {2}::1\/128\n {2}127\.0\.0\.0\/8\n Live Restore Enabled: false\n\n$/,
    );
    const client =
      / Version: {11}28\.2\.2\n API version: {7}1\.50\n Go version: +\S+\n Git commit: +\w+\n Built: +\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}\n/;
    const version = await docker("version");
    expect(version).toMatch(client);
    expect(version).toMatch(
      /\n Engine:\n {2}Version: {10}28\.5\.2\S*\n {2}API version: {6}1\.51 \(minimum version 1\.24\)\n/,
    );
    expect(await refused("-H tcp://127.0.0.1:9 version")).toMatch(
      /^1: Cannot connect to the Docker daemon at tcp:\/\/127\.0\.0\.1:9\. Is the docker daemon running\?\n$/,
    );
  });

  it("adds up what is on its disk", async ({ docker, sh }) => {
    await docker("volume create sys-vol");
    await sh("-v sys-vol:/v", "head -c 5000 /dev/zero > /v/f");
    await docker(["run", "--name", "sys-wrote", "busybox", "sh", "-c", "head -c 3000 /dev/zero > /f"]);
    const rows = (await docker("system df --format '{{.Type}}|{{.TotalCount}}|{{.Active}}|{{.Size}}'"))
      .trimEnd()
      .split("\n");
    expect(rows.map((row) => row.split("|")[0])).toEqual(["Images", "Containers", "Local Volumes", "Build Cache"]);
    const verbose = await docker("system df -v");
    expect(verbose).toMatch(/\nsys-vol +0 +5kB\n/);
    expect(verbose).toMatch(/ +3kB +.* sys-wrote\n/);
    expect(await docker("ps -as --filter name=sys-wrote --format {{.Size}}")).toMatch(/^3kB \(virtual [\d.]+MB\)\n$/);
  });
});
