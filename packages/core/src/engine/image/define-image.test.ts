import { describe, expect, it } from "vitest";
import { write } from "../../abi/index.ts";
import { encode } from "../../lib/index.ts";
import { defineProgram } from "../../programs/index.ts";
import { docker } from "../../testing/container-box.ts";
import { createEngine } from "../index.ts";

describe("images.define", () => {
  it("makes an image of a program, files and configuration", async () => {
    const engine = createEngine();
    const program = defineProgram("api", function* (_, env) {
      yield* write(1, encode(`hello ${env.get("WHO")}\n`));
    });
    engine.images.define("acme/api:1", {
      program,
      files: { "/etc/api/conf": "x=1\n", "/run.sh": { content: "#!/bin/sh\ncat /etc/api/conf\n", mode: 0o755 } },
      env: { WHO: "ship" },
      expose: [8080, "53/udp"],
      workdir: "/work",
      user: "1000",
      healthcheck: { test: "true", interval: "5s" },
      labels: { a: "b" },
      stopSignal: "SIGINT",
    });
    expect(await docker(engine, ["run", "--rm", "acme/api:1"])).toBe("hello ship\n");
    expect(
      await docker(engine, ["run", "--rm", "--entrypoint", "/bin/sh", "acme/api:1", "-c", "/run.sh; pwd; id -u"]),
    ).toBe("x=1\n/work\n1000\n");
    expect(engine.images.get("acme/api:1").config.config).toMatchObject({
      Entrypoint: ["/usr/local/bin/api"],
      ExposedPorts: { "8080/tcp": {}, "53/udp": {} },
      Healthcheck: { Test: ["CMD-SHELL", "true"], Interval: 5e9 },
      Labels: { a: "b" },
      StopSignal: "SIGINT",
    });
  });

  it("can be built on, and stands on another image or on nothing", async () => {
    const engine = createEngine();
    engine.images.define("base", { from: "scratch", behaviour: { logs: "only me", exitsWith: 4 } });
    await engine.build({ context: { files: { Dockerfile: "FROM base\nENV A=1\n" } }, tags: ["top"] });
    const { stdout, exitCode } = await engine.docker("run top");
    expect([stdout, exitCode]).toEqual(["only me\n", 4]);
  });

  it("behaves as declared: logs, listens when it is ready, ends on SIGTERM with its code", async () => {
    const engine = createEngine();
    engine.images.define("web", {
      behaviour: {
        listens: 80,
        readyAfter: "5s",
        readyLine: "ready",
        responds: "pong",
        exitsWith: 7,
        logs: ["start", { line: "tick", after: "1s", every: "2s" }],
      },
    });
    await docker(engine, ["run", "-d", "--name", "www", "web"]);
    const early = await engine.docker("exec www wget -qO- http://127.0.0.1/");
    await engine.world.advance(6e6);
    const late = await engine.docker("exec www wget -qO- http://127.0.0.1/");
    expect([early.exitCode, late.stdout]).toEqual([1, "pong"]);
    const beforeUs = engine.world.clock.nowUs;
    await docker(engine, ["stop", "www"]);
    expect(engine.world.clock.nowUs - beforeUs).toBeLessThan(1e6);
    expect((await engine.docker("logs www")).stdout).toBe("start\ntick\ntick\ntick\nready\n");
    expect(await docker(engine, ["inspect", "-f", "{{.State.ExitCode}}", "www"])).toBe("7\n");
  });

  it("ignores SIGTERM, runs for a time, and is killed for its leak where that is declared", async () => {
    const engine = createEngine();
    engine.images.define("deaf", { behaviour: { ignoresTerm: true } });
    engine.images.define("short", { behaviour: { runsFor: "90s", exitsWith: 2 } });
    engine.images.define("leaky", { behaviour: { leaks: "1m" } });
    for (const name of ["deaf", "short"]) await docker(engine, ["run", "-d", "--name", name, name]);
    await docker(engine, ["run", "-d", "--name", "leaky", "--memory", "16m", "--memory-swap", "16m", "leaky"]);
    const startUs = engine.world.clock.nowUs;
    expect(await docker(engine, ["wait", "leaky"])).toBe("137\n");
    const leakedSeconds = (engine.world.clock.nowUs - startUs) / 1e6;
    expect(leakedSeconds).toBeGreaterThan(14);
    expect(leakedSeconds).toBeLessThan(18);
    expect(await docker(engine, ["inspect", "-f", "{{.State.OOMKilled}}", "leaky"])).toBe("true\n");
    await docker(engine, ["stop", "deaf"]);
    expect(await docker(engine, ["inspect", "-f", "{{.State.ExitCode}}", "deaf"])).toBe("137\n");
    expect(await docker(engine, ["wait", "short"])).toBe("2\n");
  });

  it("refuses a program and a behaviour at once, and relative paths", () => {
    const { images } = createEngine();
    const program = defineProgram("x", function* () {
      yield* write(1, encode("x"));
    });
    expect(() => images.define("x", { program, behaviour: {} })).toThrow(
      "x:latest: give a program or a behaviour, not both",
    );
    expect(() => images.define("x", { files: { "etc/x": "" } })).toThrow("the path of a file must be absolute: etc/x");
  });
});

describe("unknown programs", () => {
  const context = {
    files: {
      Dockerfile: 'FROM busybox\nRUN make all && echo built > /out\nRUN ["cargo", "build"]\nCMD ["cat", "/out"]\n',
    },
  };

  it("fail a build as on Linux", async () => {
    await expect(createEngine().build({ context })).rejects.toThrow("exit code: 127");
  });

  it("succeed with a warning and are remembered, if the engine is told so", async () => {
    const engine = createEngine({ unknownPrograms: "succeed-and-warn" });
    await engine.build({ context, tags: ["made"] });
    expect(engine.programs.pretended.map(({ argv }) => argv.join(" "))).toEqual(["make all", "cargo build"]);
    expect((await engine.docker("run made")).stdout).toBe("built\n");
  });
});
