/** There is one way to a container's program: clone, init, pivot_root, and execve of a file in the image. */
import { createEngine, type Engine } from "@bottleship/core/engine";
import { World } from "@bottleship/core/sim";
import { expect, it } from "vitest";
import { docker, machine } from "./support.ts";

/** Builds an image from a Dockerfile without a context, and runs it. */
async function buildAndRun(engine: Engine, dockerfile: string, command: string) {
  await engine.build({ context: { files: {} }, dockerfile, tags: ["changed"] });
  return engine.docker(`run --rm changed ${command}`);
}

it("ends with 127 when the file of the program was deleted from the image", async () => {
  const { exitCode, stderr } = await buildAndRun(await machine(), "FROM busybox\nRUN rm /bin/date", "date");
  expect(exitCode).toBe(127);
  expect(stderr).toContain('exec: "date": executable file not found in $PATH');
});

it("ends with 126 when the file may not be executed", async () => {
  const dockerfile = "FROM busybox\nRUN cp /bin/date /bin/when && chmod 644 /bin/when";
  const { exitCode, stderr } = await buildAndRun(await machine(), dockerfile, "/bin/when");
  expect(exitCode).toBe(126);
  expect(stderr).toContain('exec: "/bin/when": permission denied');
});

it("ends with 126 for a directory", async () => {
  const { exitCode, stderr } = await (await machine()).docker("run --rm busybox /etc");
  expect(exitCode).toBe(126);
  expect(stderr).toContain('exec: "/etc": is a directory: permission denied');
});

it("makes the program number one of a pid namespace of its own", async () => {
  const engine = await machine();
  expect(await docker(engine, "run --rm busybox sh -c 'echo $$'")).toBe("1\n");
  const seen = await docker(engine, "run --rm busybox ps -o pid,args");
  expect(seen).toBe("PID   COMMAND\n    1 ps -o pid,args\n");
});

it("ends every process of the container when its first one is killed", async () => {
  const engine = await machine();
  await docker(engine, "run -d --name family busybox sh -c 'sleep 1000 & sleep 1000 & exec sleep 1000'");
  await engine.world.advance(1_000_000);
  const { cgroup, pid } = engine.containers.get("family").oci ?? {};
  expect(cgroup?.processes.size).toBe(3);
  await docker(engine, "kill family");
  expect(cgroup?.processes.size).toBe(0);
  expect(engine.kernel.processes.get(pid ?? 0)).toBeUndefined();
  expect(await docker(engine, "inspect -f '{{.State.ExitCode}}' family")).toBe("137\n");
});

it("hides the machine: its files, its host name and its processes are out of sight", async () => {
  const engine = await machine();
  expect((await engine.docker("run --rm busybox ls /var/lib/docker")).exitCode).toBe(1);
  const inside = await docker(engine, "run --rm --hostname box busybox sh -c 'hostname; ls /proc | grep -c ^[0-9]'");
  expect(inside).toBe("box\n3\n");
});

it("takes as long as the table of costs says that preparing a container does", async () => {
  const duration = async (containerSetup: number): Promise<number> => {
    const engine = createEngine({ world: new World({ costs: { containerSetup } }) });
    await docker(engine, "pull --quiet busybox");
    const startUs = engine.world.clock.nowUs;
    await docker(engine, "run --rm busybox true");
    return engine.world.clock.nowUs - startUs;
  };
  expect((await duration(2_100_000)) - (await duration(100_000))).toBe(2_000_000);
});
