/** Calls of the API that fail, are slow, hang or are answered badly – the same for command lines and over HTTP. */
import { createEngine, type Engine } from "@bottleship/core/engine";
import { CallAssertionError } from "@bottleship/core/faults";
import { createFetch, EngineApi } from "@bottleship/engine-api";
import { describe, expect, it } from "vitest";
import { docker, machine } from "./support.ts";

const LOST = 'error during connect: Post "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/containers/web/start": EOF\n';

async function withWeb(): Promise<Engine> {
  const engine = await machine();
  await docker(engine, "create --name web busybox sleep 1000");
  return engine;
}

function http(engine: Engine) {
  const fetch = createFetch(new EngineApi(engine));
  return (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(
      new Request(`http://engine/v1.51${path}`, {
        method,
        headers: { "User-Agent": "checker/1.0" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
}

describe("a rule on calls", () => {
  it("fails the second start, whoever asks for it, and nothing after it is undone", async () => {
    const engine = await withWeb();
    const ask = http(engine);
    const fails = { status: 500, message: "no space left on device" };
    using rule = engine.faults.add({ on: "api", call: "ContainerStart", nth: [2, 3], fails });
    expect((await ask("POST", "/containers/web/start")).status).toBe(204);
    await docker(engine, "kill web");
    const refused = await ask("POST", "/containers/web/start");
    expect([refused.status, await refused.json()]).toEqual([500, { message: "no space left on device" }]);
    expect(await engine.docker("start web")).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "Error response from daemon: no space left on device\nError: failed to start containers: web\n",
    });
    rule.undo();
    await docker(engine, "start web");
    expect(engine.faults.fired.map(({ what, container }) => [what, container?.name])).toEqual([
      ["ContainerStart web failed with 500: no space left on device", "web"],
      ["ContainerStart web failed with 500: no space left on device", "web"],
    ]);
    expect(engine.world.explain()).toContain("ContainerStart web failed with 500");
  });

  it("concerns containers, images and clients that it names", async () => {
    const engine = await withWeb();
    await docker(engine, "create --name db-1 busybox sleep 1000");
    using _ = engine.faults.add({ on: "api", container: "db-*", client: "robot" });
    const robot = engine.clientNamed("robot");
    await robot.container("web").start();
    await expect(robot.container("db-1").start()).rejects.toThrow("Error response from daemon: injected fault");
    await engine.client.container("db-1").start();
    using _image = engine.faults.add({ on: "api", image: "busybox", call: "ContainerCreate" });
    expect((await engine.docker("create busybox")).exitCode).toBe(1);
  });

  it("draws from the world's seed", async () => {
    const failures = async (seed: number): Promise<string> => {
      const engine = createEngine({ seed });
      engine.faults.add({ on: "api", call: "ContainerList", probability: 0.3 });
      let told = "";
      for (let i = 0; i < 40; i++) told += (await engine.docker("ps")).exitCode;
      return told;
    };
    const [once, again, other] = [await failures(1), await failures(1), await failures(2)];
    expect(again).toBe(once);
    expect(other).not.toBe(once);
    const share = once.replaceAll("0", "").length / 40;
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.5);
  });

  it("makes a call slow in virtual time, within a window", async () => {
    const engine = await withWeb();
    using _ = engine.faults.add({ on: "api", call: "ContainerList", slow: "5s", after: "10s", lasts: "10s" });
    const took = async (): Promise<number> => {
      const startUs = engine.world.clock.nowUs;
      await docker(engine, "ps");
      return (engine.world.clock.nowUs - startUs) / 1e6;
    };
    expect(await took()).toBe(0);
    await engine.pass("10s");
    expect(await took()).toBe(5);
    await engine.pass("10s");
    expect(await took()).toBe(0);
  });

  it("lets a call hang until it is undone; time passes without it", async () => {
    const engine = await withWeb();
    const rule = engine.faults.add({ on: "api", call: "ContainerList", hangs: true });
    const hanging = engine.docker("ps -aq");
    const first = await Promise.race([hanging, engine.pass("1m").then(() => "a minute")]);
    expect(first).toBe("a minute");
    expect(engine.calls.made("ContainerList", { outcome: "pending" })).toHaveLength(1);
    rule.undo();
    expect((await hanging).exitCode).toBe(0);
    using _ = engine.faults.add({ on: "api", call: "ContainerList", hangs: true });
    const impatient = new AbortController();
    const given = engine.docker("ps", { signal: impatient.signal });
    await engine.pass("1s");
    impatient.abort();
    expect((await given).exitCode).toBe(130);
  });

  it("carries a call out and loses the answer", async () => {
    const engine = await withWeb();
    using _ = engine.faults.add({ on: "api", call: "ContainerStart", losesReply: true });
    expect((await engine.docker("start web")).stderr).toBe(`${LOST}Error: failed to start containers: web\n`);
    expect(await docker(engine, "inspect -f {{.State.Running}} web")).toBe("true\n");
    await docker(engine, "kill web");
    await expect(http(engine)("POST", "/containers/web/start")).rejects.toThrow();
    expect(engine.containers.get("web").isRunning).toBe(true);
  });

  it("ends a pull with an error that comes after 200", async () => {
    const engine = createEngine();
    const failsLate = "toomanyrequests: slow down";
    using _ = engine.faults.add({ on: "api", call: "ImageCreate", failsLate });
    expect((await engine.docker("pull -q busybox")).stderr).toBe(`${failsLate}\n`);
    const response = await http(engine)("POST", "/images/create?fromImage=busybox&tag=latest");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ errorDetail: { message: failsLate }, error: failsLate });
    expect(engine.images.list()).toHaveLength(0);
    expect(() => engine.faults.add({ on: "api", call: "ContainerStart", failsLate })).toThrow("it answers at once");
  });

  it("stops a body in the middle", async () => {
    const engine = await withWeb();
    await docker(engine, "run --name talker busybox seq 1 1000");
    using _ = engine.faults.add({ on: "api", client: "*", cutAfterBytes: 20 });
    expect(await engine.docker("ps -a")).toEqual({ exitCode: 1, stdout: "", stderr: "unexpected EOF\n" });
    // An answer without a body has none that could stop.
    expect((await engine.docker("start web")).exitCode).toBe(0);
    const list = await http(engine)("GET", "/containers/json?all=1");
    expect(list.status).toBe(200);
    await expect(list.text()).rejects.toThrow();
    engine.faults.clear();
    using _logs = engine.faults.add({ on: "api", call: "ContainerLogs", cutAfterBytes: 20 });
    const logs = await engine.docker("logs talker");
    expect(logs).toEqual({ exitCode: 1, stdout: "1\n2\n3\n4\n5\n6\n7\n8\n9\n10", stderr: "unexpected EOF\n" });
  });

  it("is refused if it means nothing", async () => {
    const engine = createEngine();
    expect(() => engine.faults.add({ on: "api", nth: 0 })).toThrow('"0" is no number of a thing');
    expect(() => engine.faults.add({ on: "api", probability: 2 })).toThrow('"2" is no probability');
    expect(() => engine.faults.add({ on: "api", slow: "x" })).toThrow('invalid duration "x"');
    expect(() => engine.faults.add({ on: "api" }, { on: "syscall" })).toThrow("needs an errno");
    expect(engine.faults.rules).toEqual([]);
  });

  it("is refused if it names what there is not, also where it came as JSON", () => {
    const { faults } = createEngine();
    const refused: readonly (readonly [rule: string, problem: string])[] = [
      [
        '{ "on": "disc", "full": true }',
        'a rule is on one of api, events, syscall, disk, pull, network, clock, daemon, process, not on "disc"',
      ],
      ['{ "on": "api", "status": 500 }', 'a rule on "api" has no "status": on, after, lasts, nth'],
      ['{ "on": "api", "call": "start" }', '"start" is no operation of the API'],
      ['{ "on": "api", "call": ["ContainerStart", "toString"] }', '"toString" is no operation of the API'],
      ['{ "on": "syscall", "call": "openat2", "errno": "EIO" }', '"openat2" is no system call'],
      ['{ "on": "syscall", "call": "read", "errno": "EBOGUS" }', '"EBOGUS" is no errno'],
      ['{ "on": "daemon", "effect": "sleep" }', "a daemon crashes, or is restarted"],
      ['{ "on": "process", "crashesAfter": "1s", "signal": 65 }', '"65" is no signal'],
      ['{ "on": "process", "leaks": -1 }', '"-1" is no number of bytes that leak'],
      ['{ "on": "pull", "image": "busybox" }', "a pull is slow, dropped, cut, corrupted or answered with a status"],
      ['{ "on": "network", "container": "web" }', "a change of links changes nothing"],
      ["null", "a rule is an object, not null"],
      ['{ "on": "api", "nth": [] }', "nth names no thing"],
      ['{ "on": "api", "if": "x" }', 'is decided by a function, not by "x"'],
      ['{ "on": "api", "fails": { "status": 500 } }', "its message is missing"],
      ['{ "on": "api", "slow": "1s", "hangs": true }', 'a rule on "api" has one effect, not slow and hangs'],
      ['{ "on": "events", "loses": true, "late": "1s" }', 'a rule on "events" has one effect, not loses and late'],
      ['{ "on": "disk", "full": true, "slow": "1s" }', 'a rule on "disk" has one effect, not full and slow'],
      ['{ "on": "syscall", "call": "openat", "errno": "EIO" }', '"openat" is no system call here: it is "open"'],
      ['{ "on": "clock" }', 'a clock jumps by a time: "1h"'],
      ['{ "on": "daemon", "effect": "crash", "down": "-1s" }', '"-1s" is no time that passes'],
      ['{ "on": "process", "crashesAfter": "-1s" }', '"-1s" is no time that passes'],
    ];
    for (const [rule, problem] of refused) expect(() => faults.add(JSON.parse(rule))).toThrow(problem);
    expect(faults.rules).toEqual([]);
  });
});

describe("the log of calls", () => {
  it("tells who called what, in which order and how often", async () => {
    const engine = await machine();
    engine.calls.clear();
    const robot = engine.clientNamed("robot");
    const web = await robot.run("busybox", { name: "web", command: ["sleep", "1000"] });
    await web.inspect();
    await http(engine)("POST", "/containers/web/restart?t=0");
    await expect(robot.container("nobody").start()).rejects.toThrow();
    const { calls } = engine;
    calls.expectInOrder(["ContainerCreate web", "ContainerStart web", "ContainerRestart"]);
    calls.expectInOrder(["ContainerCreate web", "ContainerStart web"], { client: "robot" });
    calls.expectMade("ContainerStart", { subject: "web", times: 1 });
    calls.expectNotMade("ContainerDelete");
    // What there is not is never made: nobody shall rely on that.
    const wrong = JSON.parse('"ContainerStrat"');
    expect(() => calls.expectNotMade(wrong)).toThrow('"ContainerStrat" is no operation of the API');
    expect(() => calls.expectInOrder(["start web"])).toThrow('"start" is no operation of the API');
    expect(calls.made("ContainerStart", { outcome: "failed" })[0]?.outcome).toBe("No such container: nobody");
    expect(calls.counts({ client: "robot" })).toEqual(
      new Map([
        ["ContainerStart", 2],
        ["ContainerCreate", 1],
        ["ContainerInspect", 1],
      ]),
    );
    expect(calls.text({ client: "checker" })).toMatch(/^ +\d+\.\d{6} checker ContainerRestart web: ok \(\d+\.\d+ s\)$/);
    expect(() => calls.expectInOrder(["ContainerStart web", "ContainerCreate web"])).toThrow(CallAssertionError);
    expect(() => calls.expectMade("ContainerStart", { times: 3 })).toThrow(
      "expected ContainerStart to be made 3 times, but it was made 2 times\nthe last calls:\n",
    );
  });
});
