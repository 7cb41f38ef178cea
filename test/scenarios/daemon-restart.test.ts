/** The daemon is stopped, crashes and comes back: what containers, policies and clients make of it. As recorded with dockerd. */
import type { Engine } from "@bottleship/core/engine";
import { describe, expect, it } from "vitest";
import { docker, machine } from "./support.ts";

const SLEEP = "busybox sleep 1000000";
const STATES = "ps -a --format '{{.Names}} {{.State}}'";

async function state(engine: Engine, name: string): Promise<string> {
  const format = "{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}";
  return (await docker(engine, ["inspect", "-f", format, name])).trim();
}

/** `populated` when the daemon is back: a stop by the new daemon counts as somebody's for `unless-stopped`, one by the old does not. */
const populatedAgain = (unlessStopped: string): readonly string[] => [
  "always running",
  "always-resting running",
  "new created",
  "on-failure running",
  "on-failure-resting running",
  "once exited",
  `unless-stopped ${unlessStopped}`,
  "unless-stopped-resting exited",
];

/** A container for each policy that runs, and some that somebody has stopped. */
async function populated(): Promise<Engine> {
  const engine = await machine();
  await docker(engine, `run -d --name once ${SLEEP}`);
  for (const policy of ["always", "unless-stopped", "on-failure"]) {
    await docker(engine, `run -d --name ${policy} --restart ${policy} ${SLEEP}`);
    await docker(engine, `run -d --name ${policy}-resting --restart ${policy} ${SLEEP}`);
    await docker(engine, `stop -t 0 ${policy}-resting`);
  }
  await docker(engine, `run -d --name gone --rm ${SLEEP}`);
  await docker(engine, `create --name new --restart always ${SLEEP}`);
  return engine;
}

/** What the daemon remembers of a container, or of several. */
function told(engine: Engine, ...names: readonly string[]): readonly string[] {
  const all = engine.events.past().filter(({ type }) => type === "container");
  return all.filter(({ attributes }) => names.includes(attributes["name"] ?? "")).map(({ action }) => action);
}

const lines = (text: string): readonly string[] => text.trim().split("\n").sort();

describe("a daemon that is restarted", () => {
  it("stops its containers, and starts those whose policies say so, in this and in every later restart", async () => {
    const engine = await populated();
    for (let round = 0; round < 2; round++) {
      await engine.daemon.restart();
      expect(lines(await docker(engine, STATES))).toEqual(populatedAgain("running"));
    }
    // The shell's builtin sleep would end with 143; pid 1 without a handler does not hear SIGTERM.
    expect(await state(engine, "once")).toBe("exited 137 0");
  });

  it("counts restarts anew", async () => {
    const engine = await machine();
    await docker(engine, "run -d --name looping --restart always busybox sh -c 'exit 3'");
    await docker(engine, "run -d --name tried --restart on-failure:2 busybox false");
    await engine.world.advance("6s");
    expect(await state(engine, "looping")).toBe("restarting 3 6");
    await engine.daemon.restart();
    await engine.world.advance("50ms");
    expect(await state(engine, "looping")).toBe("restarting 3 1");
    // Its attempts are used up: nothing changes that.
    expect(await state(engine, "tried")).toBe("exited 1 2");
  });

  it("remembers no events, and tells those who listen of the stops before it hangs up", async () => {
    const engine = await machine();
    await docker(engine, `run -d --init --name web --restart always ${SLEEP}`);
    await docker(engine, "run -d --name looping --restart always busybox sh -c 'exit 3'");
    await engine.world.advance("4s");
    const format = "--format '{{.Action}} {{.Actor.Attributes.name}}'";
    const listening = engine.docker(`events ${format} --filter type=container`);
    const waiting = engine.docker("wait web");
    const refused = engine.daemon.restart({ downFor: "5s" });
    expect(await waiting).toEqual({ exitCode: 0, stdout: "143\n", stderr: "" });
    const { stdout, stderr, exitCode } = await listening;
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "unexpected EOF\n" });
    expect(lines(stdout)).toEqual(["die web", "kill web", "stop looping", "stop web"]);
    expect(await engine.docker("ps")).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n",
    });
    await refused;
    expect(told(engine, "web")).toEqual(["start"]);
  });
});

describe("a daemon that crashes", () => {
  it("leaves its containers alone, and stops them when it starts again: for policies that was somebody", async () => {
    const engine = await populated();
    engine.daemon.crash();
    const before = engine.containers.get("always").pid;
    expect(before).toBeGreaterThan(0);
    await engine.world.advance("1m");
    expect(engine.containers.get("always").pid).toBe(before);
    await engine.daemon.start();
    expect(lines(await docker(engine, STATES))).toEqual(populatedAgain("exited"));
    expect(told(engine, "once")).toEqual(["kill", "kill", "stop", "die"]);
  });

  it("hangs up on everybody in the middle of their answers", async () => {
    const engine = await machine();
    await docker(engine, `run -d --name web --stop-timeout 100 ${SLEEP}`);
    const lost = { exitCode: 1, stdout: "", stderr: "unexpected EOF\n" };
    const commands: readonly string[] = [
      "wait web",
      "logs -f web",
      "attach web",
      "events --filter type=image",
      "stop web",
      "run --name two busybox sleep 1000",
    ];
    const answers = commands.map((line) => engine.docker(line));
    const exec = engine.docker("exec web sleep 1000");
    await engine.world.advance("1s");
    engine.daemon.crash();
    expect(await Promise.all(answers)).toEqual(commands.map(() => lost));
    expect(await exec).toEqual({ exitCode: 255, stdout: "", stderr: "" });
    await engine.daemon.start({ liveRestore: true });
    expect(lines(await docker(engine, STATES))).toEqual(["two running", "web running"]);
  });
});

describe("a daemon with live-restore", () => {
  it("lets containers go on, finds those with 255 that have ended meanwhile, and checks health anew", async () => {
    const engine = await machine();
    await docker(engine, `run -d --name stays ${SLEEP}`);
    await docker(engine, `run -d --name paused ${SLEEP}`);
    await docker(engine, "pause paused");
    await docker(engine, `run -d --name sane --health-cmd true --health-interval 1s ${SLEEP}`);
    for (const [name, option] of [
      ["dies", "--label a=b"],
      ["comes-back", "--restart always"],
      ["gone", "--rm"],
    ]) {
      await docker(engine, `run -d --name ${name} ${option} busybox sh -c 'sleep 3; exit 5'`);
    }
    await docker(engine, "run -d --name talks busybox sh -c 'while :; do echo x; sleep 1; done'");
    await engine.world.advance("1500ms");
    expect(engine.containers.get("sane").health?.status).toBe("healthy");
    const { pid } = engine.containers.get("stays");
    await engine.daemon.restart({ liveRestore: true, downFor: "10s" });
    expect(lines(await docker(engine, STATES))).toEqual([
      "comes-back running",
      "dies exited",
      "paused paused",
      "sane running",
      "stays running",
      "talks running",
    ]);
    expect(engine.containers.get("stays").pid).toBe(pid);
    expect(await state(engine, "dies")).toBe("exited 255 0");
    expect(engine.containers.get("sane").health?.status).toBe("starting");
    await engine.world.advance("1500ms");
    expect(engine.containers.get("sane").health?.status).toBe("healthy");
    expect((await docker(engine, "logs talks")).length / 2).toBeGreaterThanOrEqual(12);
    expect(told(engine, "gone", "dies", "stays")).toEqual(["destroy"]);
    expect(told(engine, "sane")).toContain("health_status: healthy");
    expect(await docker(engine, "info --format {{.LiveRestoreEnabled}}")).toBe("true\n");
  });
});
