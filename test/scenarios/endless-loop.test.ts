/** A container that never gives the processor back: it can be stopped all the same, and it gets no more than its share. */
import { expect, it } from "vitest";
import { docker, machine } from "./support.ts";

const LOOP = "sh -c 'while :; do :; done'";

it("ends after the two seconds of `stop -t 2`, with 137", async () => {
  const engine = await machine();
  await docker(engine, `run -d --name loop busybox ${LOOP}`);
  const startedUs = engine.world.clock.nowUs;
  await docker(engine, "stop -t 2 loop");
  expect(engine.world.clock.nowUs - startedUs).toBe(2_000_000);
  expect(await docker(engine, "inspect -f '{{.State.ExitCode}}' loop")).toBe("137\n");
});

it.each([
  ["sed", "sed ':a;ba' /etc/passwd"],
  ["sed", "sed -n 'G;D' /etc/passwd"],
  ["awk", "awk 'BEGIN { while (1); }'"],
  ["bc", "sh -c 'echo \"while (1) x = 1\" | bc'"],
  ["mkpasswd", "mkpasswd -S '$6$rounds=999999999$salt' secret"],
])("lets others go on while %s computes without end, and can be killed: %s", async (_name, command) => {
  const engine = await machine();
  await docker(engine, `run -d --name loop busybox ${command}`);
  expect(await docker(engine, "run --rm busybox echo here")).toBe("here\n");
  await docker(engine, "kill loop");
  expect(await docker(engine, "inspect -f '{{.State.ExitCode}}' loop")).toBe("137\n");
});

it("has used half a second of processor time in one second at --cpus 0.5", async () => {
  const engine = await machine();
  await docker(engine, `run -d --name loop --cpus 0.5 busybox ${LOOP}`);
  const cgroup = engine.containers.get("loop").oci?.cgroup;
  await docker(engine, "stop -t 1 loop");
  const usedMs = (cgroup?.cpuUs ?? 0) / 1000;
  expect(usedMs).toBeGreaterThan(490);
  expect(usedMs).toBeLessThan(510);
});
