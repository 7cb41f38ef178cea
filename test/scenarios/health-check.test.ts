/** Health checks in virtual time: intervals, the start period, retries, time-outs, the log. */
import { expect, it } from "vitest";
import { docker, machine } from "./support.ts";

const SECOND = 1_000_000;
const STATUS = "inspect -f '{{.State.Health.Status}} {{.State.Health.FailingStreak}}' web";

it("is starting until the first check succeeds, and unhealthy after three that fail", async () => {
  const engine = await machine();
  await docker(engine, "run -d --name web --health-cmd 'test -e /ok' --health-interval 10s busybox sleep 1000");
  expect(await docker(engine, STATUS)).toBe("starting 0\n");
  expect(await docker(engine, "ps --format {{.Status}}")).toMatch(/\(health: starting\)\n$/);
  await engine.world.advance(21 * SECOND);
  expect(await docker(engine, STATUS)).toBe("starting 2\n");
  await engine.world.advance(10 * SECOND);
  expect(await docker(engine, STATUS)).toBe("unhealthy 3\n");
  await docker(engine, "exec web touch /ok");
  await engine.world.advance(10 * SECOND);
  expect(await docker(engine, STATUS)).toBe("healthy 0\n");
  const changes = engine.events.past().filter(({ action }) => action.startsWith("health_status"));
  expect(changes.map(({ action }) => action)).toEqual(["health_status: unhealthy", "health_status: healthy"]);
});

it("does not count failures within the start period, and looks more often then", async () => {
  const engine = await machine();
  const options = "--health-cmd false --health-interval 30s --health-start-period 12s --health-start-interval 2s";
  await docker(engine, `run -d --name web ${options} busybox sleep 1000`);
  await engine.world.advance(11 * SECOND);
  expect(await docker(engine, STATUS)).toBe("starting 0\n");
  expect(await docker(engine, "inspect -f '{{len .State.Health.Log}}' web")).toBe("5\n");
  await engine.world.advance(100 * SECOND);
  expect(await docker(engine, STATUS)).toBe("unhealthy 4\n");
});

it("kills a check that takes too long, and says so", async () => {
  const engine = await machine();
  const options = "--health-cmd 'sleep 60' --health-interval 5s --health-timeout 500ms --health-retries 1";
  await docker(engine, `run -d --name web ${options} busybox sleep 1000`);
  await engine.world.advance(6 * SECOND);
  expect(await docker(engine, STATUS)).toBe("unhealthy 1\n");
  const log = await docker(engine, "inspect -f '{{range .State.Health.Log}}{{.ExitCode}} {{.Output}}{{end}}' web");
  expect(log).toBe("-1 Health check exceeded timeout (500ms)\n");
  expect(engine.containers.get("web").oci?.cgroup.processes.size).toBe(1);
});

it("stops with the container, which then counts as unhealthy", async () => {
  const engine = await machine();
  await docker(engine, "run -d --name web --health-cmd true --health-interval 1s busybox sleep 1000");
  await engine.world.advance(3 * SECOND);
  expect(await docker(engine, STATUS)).toBe("healthy 0\n");
  await docker(engine, "stop -t 1 web");
  expect(await docker(engine, STATUS)).toBe("unhealthy 0\n");
  const checks = engine.events.past().length;
  await engine.world.advance(100 * SECOND);
  expect(engine.events.past().length).toBe(checks);
});

it("kills a check that is under way when the container is paused: what it would have found does not count", async () => {
  const engine = await machine();
  const check = "echo run >> /log; test -e /fast || exec sleep 60";
  const options = ["--health-interval", "10s", "--health-timeout", "20s", "--health-cmd", check];
  await docker(engine, ["run", "-d", "--name", "web", ...options, "busybox", "sleep", "1000"]);
  await engine.world.advance(11 * SECOND);
  const { cgroup } = engine.containers.get("web").oci ?? {};
  expect(cgroup?.processes.size).toBe(2);
  await docker(engine, "pause web");
  await docker(engine, "unpause web");
  expect(cgroup?.processes.size).toBe(1);
  expect(await docker(engine, STATUS)).toBe("unhealthy 0\n");
  await docker(engine, "exec web touch /fast");
  await engine.world.advance(11 * SECOND);
  expect(await docker(engine, STATUS)).toBe("healthy 0\n");
  expect(await docker(engine, "inspect -f '{{len .State.Health.Log}}' web")).toBe("1\n");
  expect(await docker(engine, "exec web cat /log")).toBe("run\nrun\n");
});

it("says why a check could not be started", async () => {
  const engine = await machine();
  const dockerfile = 'FROM busybox\nHEALTHCHECK --interval=1s CMD ["nosuch", "a"]';
  await engine.build({ context: { files: {} }, dockerfile, tags: ["sick"] });
  await docker(engine, "run -d --name web sick sleep 1000");
  await engine.world.advance(1.5 * SECOND);
  const log = await docker(engine, "inspect -f '{{range .State.Health.Log}}{{.ExitCode}} {{.Output}}{{end}}' web");
  const why = 'exec: "nosuch": executable file not found in $PATH';
  expect(log).toBe(`-1 OCI runtime exec failed: exec failed: unable to start container process: ${why}\n`);
  expect(engine.events.past().map(({ action }) => action)).not.toContain("exec_die");
});
