/** `engine.explain`: why a container ended, is started again or not, could not be started, is unhealthy or slow. */
import { nanosleep } from "@bottleship/core/abi";
import { createEngine, type Engine } from "@bottleship/core/engine";
import { defineProgram } from "@bottleship/core/programs";
import { expect, it } from "vitest";
import { docker, machine } from "./support.ts";

/** What is explained, without the subject's line, and without times that depend on what calls cost. */
function explained(engine: Engine, name: string): readonly string[] {
  const lines = String(engine.explain(name)).trimEnd().split("\n").slice(1);
  return lines.map((line) => line.replaceAll(/(at|since|after|had sent) [\d.]+ (µs|ms|s)\b/g, "$1 …").slice(2));
}

it("says who sent the signal: docker stop, and why it had to go on to SIGKILL", async () => {
  const engine = await machine();
  await docker(engine, "run -d --name deaf busybox sleep 1000");
  await docker(engine, "run -d --name neat busybox sh -c 'trap \"exit 3\" TERM; while :; do sleep 1; done'");
  await engine.world.advance("2s");
  await docker(engine, "stop -t 5 deaf");
  await docker(engine, "stop neat");
  expect(explained(engine, "deaf")).toEqual([
    "it ended with exit code 137 at …, after …",
    "  because SIGKILL ended its first process, `sleep 1000`",
    "    because `docker stop` sent it, for the process still ran 5 s after SIGTERM",
    "      because the first process of a pid namespace gets only signals that it handles, and it does not handle SIGTERM: `--init` puts another in its place",
    "it is not started again: it has no restart policy",
  ]);
  expect(explained(engine, "neat").slice(1, 3)).toEqual([
    '  because its program `sh -c trap "exit 3" TERM; while :; do sleep 1; done` returned 3',
    "    because it handled SIGTERM, which `docker stop` had sent … before",
  ]);
  const [request] = engine.explain("deaf").all("request");
  expect(request?.facts).toEqual({ demand: "docker stop", signal: 9, graceUs: 5_000_000 });
});

it("says who sent the signal: another process, the end of the namespace's init", async () => {
  const engine = await machine();
  await docker(engine, "run -d --name main busybox sh -c 'trap \"\" PIPE; sleep 1000'");
  await docker(engine, "run -d --name guest --pid container:main busybox sleep 1000");
  await docker(engine, "run -d --name other --pid host busybox sh -c 'sleep 3; kill -9 $(pidof httpd)'");
  await docker(engine, "run -d --name web busybox httpd -f");
  await engine.world.advance("5s");
  expect(explained(engine, "web").slice(1, 3)).toEqual([
    "  because SIGKILL ended its first process, `httpd -f`",
    expect.stringMatching(/^ {4}because the process `sh` \(pid \d+\) of the container other sent it$/),
  ]);
  await docker(engine, "kill main");
  expect(explained(engine, "guest").slice(1, 3)).toEqual([
    "  because SIGKILL ended its first process, `sleep 1000`",
    "    because the init of its pid namespace ended, which takes all others with it",
  ]);
});

it("says which limit and which allocation, also where a shell only passes the exit code on", async () => {
  const engine = await machine();
  const limit = "--memory 20m --memory-swap 20m";
  await docker(engine, `run -d ${limit} --name whole busybox dd if=/dev/zero of=/dev/null bs=40M count=1`);
  await docker(engine, `run -d ${limit} --name part busybox sh -c 'head -c 100m /dev/zero | tail; exit $?'`);
  await docker(engine, "wait whole part");
  expect(explained(engine, "whole").slice(1, 4)).toEqual([
    "  because SIGKILL ended its first process, `dd if=/dev/zero of=/dev/null bs=40M count=1`",
    "    because the kernel's OOM killer chose `dd` (pid 1), which held 20 MiB, at …",
    "      because `dd` (pid 1) asked for 20 MiB more (anon), and its cgroup held 20 MiB of its limit of 20 MiB (memory.max)",
  ]);
  expect(explained(engine, "part").slice(1, 3)).toEqual([
    "  because its program `sh -c head -c 100m /dev/zero | tail; exit $?` returned 137: 128 + 9 stands for SIGKILL",
    "    because the kernel's OOM killer chose `tail` (pid 8), which held 20 MiB, at …",
  ]);
  const [oom] = engine.explain("whole").all("out-of-memory");
  expect(oom?.facts).toMatchObject({ limitBytes: 20 << 20, usageBytes: 20 << 20, victim: "dd", asking: "dd" });
});

it("counts restarts and says when the next one is due, or why there is none", async () => {
  const engine = await machine();
  await docker(engine, "run -d --restart always --name again busybox false");
  await docker(engine, "run -d --restart on-failure:2 --name thrice busybox sh -c 'exit 7'");
  await docker(engine, "run -d --restart always --name still busybox sleep 1000");
  await engine.world.advance("3s");
  await docker(engine, "stop -t 0 still");
  const [restart] = engine.explain("again").all("restart");
  expect(restart?.facts).toMatchObject({ policy: "always", count: 5, delayUs: 1_600_000 });
  expect(restart?.text).toMatch(/^its restart policy \(always\) starts it again after 1\.6 s, at [\d.]+ s: restart 5$/);
  expect(explained(engine, "thrice").at(-1)).toBe("it is not started again: on-failure:2 has tried 2 times");
  expect(explained(engine, "still").at(-1)).toBe(
    "it is not started again: somebody stopped it by hand, and then always rests",
  );
});

it("shows which probe failed, what it printed, and which took too long", async () => {
  const engine = await machine();
  const often = "--health-interval 1s --health-timeout 500ms --health-retries 2";
  await docker(engine, `run -d --name sick --health-cmd 'echo bad; exit 2' ${often} busybox sleep 1000`);
  await docker(engine, `run -d --name late --health-cmd 'sleep 9' ${often} busybox sleep 1000`);
  await docker(engine, `run -d --name well --health-cmd true ${often} busybox sleep 1000`);
  await engine.world.advance("2500ms");
  expect(explained(engine, "sick").slice(1)).toEqual([
    "it is unhealthy: 2 checks in a row failed, and 2 are enough; an unhealthy container is not restarted for that (`echo bad; exit 2`)",
    '  because a check at … returned 2 after …, and printed "bad"',
    '  because a check at … returned 2 after …, and printed "bad"',
  ]);
  expect(explained(engine, "late").slice(2)).toEqual([
    "  because a check at … could not be carried out: Health check exceeded timeout (500ms)",
  ]);
  expect(explained(engine, "well")).toEqual(["it is running since …: `sleep 1000`"]);
});

it("says which limits a run has met that it did not die of, while it lasts and afterwards", async () => {
  const engine = await machine();
  const memory = "--memory 20m --memory-swap 20m";
  await engine.docker(`run ${memory} --name worse busybox sh -c 'head -c 100m /dev/zero | tail; exit 1'`);
  expect(explained(engine, "worse")).toEqual([
    "it ended with exit code 1 at …, after …",
    "  because its program `sh -c head -c 100m /dev/zero | tail; exit 1` returned 1",
    "the kernel's OOM killer chose `tail` (pid 8), which held 20 MiB, at …",
    expect.stringMatching(
      /^ {2}because `tail` \(pid 8\) asked for \S+ MiB more \(anon\), and its cgroup held 20 MiB of its/,
    ),
    "it is not started again: it has no restart policy",
  ]);
  const crowd = "sleep 9 & sleep 9 & sleep 9 & wait";
  await docker(engine, `run -d --pids-limit 3 --name crowd busybox sh -c '(${crowd}); sleep 1'`);
  const limit = "1 fork failed: at most 3 processes may live at a time (pids.max)";
  await engine.world.advance("500ms");
  expect(explained(engine, "crowd").slice(1)).toEqual([limit]);
  await docker(engine, "wait crowd");
  expect(explained(engine, "crowd").slice(2, 3)).toEqual([limit]);
  expect(engine.explain("crowd").all("limit")[0]?.facts).toEqual({ limit: "pids.max", failedForks: 1, max: 3 });
});

it("does the arithmetic of a quota, also for a container that is gone", async () => {
  const engine = await machine();
  await docker(engine, "run -d --name spin --cpus 0.5 busybox sh -c 'while :; do :; done'");
  await engine.world.advance("2s");
  const throttled = [
    "its quota kept it from the processors for 1 s in all, in 20 of 20 periods",
    "  because it may use 50 ms of processor time in each 100 ms (cpu.max 50000 100000: 0.5 CPUs), has used 1.001 s, and stands still when a period's share is used up",
  ];
  expect(explained(engine, "spin").slice(1)).toEqual(throttled);
  await docker(engine, "rm -f spin");
  expect(explained(engine, "spin").slice(0, 3)).toEqual([
    "it ended with exit code 137 at …, after …",
    "  because SIGKILL ended its first process, `sh -c while :; do :; done`",
    "    because `docker rm --force` sent it",
  ]);
  expect(explained(engine, "spin").slice(3)).toEqual(throttled);
  expect(() => engine.explain("nobody")).toThrow("No such container: nobody");
});

it("looks behind what docker says of a container that cannot be started", async () => {
  const engine = await machine();
  await docker(engine, "run -d --name first -p 8080:80 busybox sleep 1000");
  await engine.docker("run -d --name clash -p 8080:81 busybox sleep 1000");
  await engine.docker("run -d --name nowhere busybox nope");
  await engine.docker("run -d --name folder busybox /etc");
  await docker(engine, ["create", "--name", "script", "busybox", "/run.sh"]);
  const script = engine.client.container("script");
  await script.writeFile("/run.sh", "#!/bin/bash\necho hello\n");
  await engine.docker("start script");
  const Dockerfile = 'FROM busybox\nCOPY --chmod=755 run.sh /run.sh\nCMD ["/run.sh"]\n';
  await engine.build({ context: { files: { Dockerfile, "run.sh": "#!/bin/bash\n" } }, tags: ["bash"] });
  await engine.docker("run --name interpreted bash");
  const reasons = Object.fromEntries(
    ["clash", "nowhere", "folder", "script", "interpreted"].map((name) => [name, explained(engine, name).slice(1)]),
  );
  expect(reasons).toEqual({
    clash: ["  because the container first has published port 8080 of the machine"],
    nowhere: [
      "  because none of the directories in its PATH has it: /usr/local/sbin, /usr/local/bin, /usr/sbin, /usr/bin, /sbin, /bin",
    ],
    folder: ["  because /etc is a directory"],
    script: ["  because /run.sh is there, and nobody may execute it: its mode is 0644"],
    interpreted: [
      "  because `/run.sh` could not be executed",
      "    because /run.sh is there and wants to be run by /bin/bash, which the image does not have",
      "it is not started again: it has no restart policy",
    ],
  });
});

it("sees that a script was written on Windows", async () => {
  const engine = await machine();
  const dockerfile = "FROM busybox\nCOPY --chmod=755 run.sh /\n";
  await engine.build({ context: { files: { "run.sh": "#!/bin/sh\r\necho hi\r\n" } }, dockerfile, tags: ["dos"] });
  const { exitCode, stderr } = await engine.docker("run --name job dos /run.sh");
  expect([exitCode, stderr]).toEqual([255, "exec /run.sh: no such file or directory\n"]);
  expect(explained(engine, "job")[2]).toBe(
    '    because /run.sh is there and wants to be run by "/bin/sh\\r", which the image does not have: its lines end as on Windows, with \\r\\n',
  );
});

it("forgets, and says so", async () => {
  const engine = await machine();
  await docker(engine, "run --name old busybox false").catch(() => {});
  const { id } = engine.containers.get("old");
  for (let port = 1; port <= 2048; port++)
    engine.causes.unreached(id.replace(/./g, "f"), { host: "x", port, error: "E" });
  expect(explained(engine, "old")).toEqual(["why it ended is forgotten: a machine keeps its last 2048 causes"]);
});

it("names the rule of engine.faults that was behind it", async () => {
  const engine = await machine();
  const rules = [
    { on: "process", container: "crashing", crashesAfter: "3s" },
    { on: "process", container: "deaf", ignoresTerm: true },
    { on: "process", container: "leaky", leaks: 10_000_000 },
    { on: "disk", container: "full", full: true },
    { on: "api", container: "refused", call: "ContainerStart", fails: { status: 500, message: "boom" } },
  ] as const;
  engine.faults.add(...rules);
  await docker(engine, "run -d --name crashing busybox sleep 1000");
  await docker(engine, "run -d --name deaf busybox sh -c 'trap exit TERM; while sleep 1; do :; done'");
  await docker(engine, "run -d --name leaky --memory 20m busybox sleep 1000");
  await docker(engine, "run -d --name full busybox sh -c 'for i in 1 2; do echo $i >/log; done; exit 3'");
  await docker(engine, "create --name refused busybox true");
  await engine.docker("start refused");
  await engine.pass("1m");
  await docker(engine, "stop -t 1 deaf");
  const faults = rules.map(({ container }) => engine.explain(container).all("fault"));
  expect(faults.map((found) => found.map(({ facts }) => facts))).toEqual([
    [
      {
        on: "process",
        what: "sleep[3] crashed with signal 11",
        times: 1,
        rule: expect.stringContaining("crashesAfter"),
      },
    ],
    [
      {
        ...{ on: "process", what: "the first process of deaf ignores SIGTERM", times: 1 },
        rule: '{ on: "process", container: "deaf", ignoresTerm: true }',
      },
    ],
    [
      {
        ...{ on: "process", what: "the first process of leaky leaks 10000000 bytes a second", times: 1 },
        rule: expect.stringContaining("leaks"),
      },
    ],
    [{ on: "disk", what: expect.stringMatching(/^sh\[\d+\] write \/log found/), times: 2, rule: expect.any(String) }],
    [{ on: "api", what: "ContainerStart refused failed with 500: boom", times: 1, rule: expect.any(String) }],
  ]);
  expect(explained(engine, "crashing").slice(1, 3)).toEqual([
    "  because SIGSEGV ended its first process, `sleep 1000`",
    '    because a rule of engine.faults was at work: sleep[3] crashed with signal 11, by { on: "process", container: "crashing", crashesAfter: "3s" }',
  ]);
  expect(explained(engine, "deaf")[3]).toMatch(/^ {6}because a rule .* ignores SIGTERM/);
});

it("tells what it knows of an end that another machine has seen", async () => {
  const engine = await machine();
  await docker(engine, "create --name job busybox sh -c 'exit 3'");
  await engine.docker("start --attach job");
  const fork = createEngine({ from: engine.snapshot() });
  expect(explained(fork, "job")).toEqual([
    "it ended with exit code 3 at …, before this machine began: why is not known any more",
  ]);
});

it("says which limit has used up a program's time, and that early failures of checks do not count", async () => {
  const engine = await machine();
  await docker(engine, "run -d --name busy --ulimit cpu=1 busybox sh -c 'while :; do :; done'");
  await docker(engine, "run -d --name young --health-cmd false --health-start-period 1h busybox sleep 1000");
  await engine.pass("20s");
  expect(explained(engine, "busy")[2]).toBe(
    "    because it has used 1 s of processor time, and may use no more (RLIMIT_CPU: --ulimit cpu=1)",
  );
  expect(explained(engine, "young")[1]).toMatch(
    /^it is starting: .* those that fail in its first 60 min do not count,/,
  );
});

it("tells of an exception that a program of the user's has let escape", async () => {
  const engine = createEngine();
  const failing = defineProgram("failing", function* () {
    yield* nanosleep(1_000_000);
    throw new RangeError("no such tide");
  });
  engine.images.define("failing", { program: failing });
  expect((await engine.docker("run --name job failing")).exitCode).toBe(134);
  expect(explained(engine, "job").slice(1, 3)).toEqual([
    "  because SIGABRT ended its first process, `/usr/local/bin/failing`",
    "    because its program `/usr/local/bin/failing` let an exception escape: RangeError: no such tide",
  ]);
});

it("says what can be explained when asked for something else", async () => {
  const engine = await machine();
  for (const subject of [{}, { from: "web" }, undefined]) {
    expect(() => engine.explain(subject as never)).toThrow(/^what can be explained is a container, a way/);
  }
});
