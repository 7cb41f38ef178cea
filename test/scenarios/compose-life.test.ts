/** Applications of several containers: dependencies, health, scale, changes, profiles, secrets; by `docker compose`. */
import type { CommandResult } from "@bottleship/core/engine";
import { expect } from "vitest";
import { onEngines, type StoryEngine } from "./engines.ts";

const NAME = "compose";
/** A service that runs until it is told to go. */
const LONG = "image: busybox, command: sleep 1000, stop_grace_period: 0s";

/** A project whose file comes by standard input. */
function project({ client }: StoryEngine, name: string) {
  return async (file: string, line: string): Promise<CommandResult> =>
    client.docker(`compose -f - -p ${NAME}-${name} ${line}`, { stdin: file });
}

/** Lines of standard error in the order of the alphabet: compose does much at the same time. */
const told = ({ stderr }: CommandResult): readonly string[] =>
  stderr
    .trimEnd()
    .split("\n")
    .map((line) => line.trim())
    .sort();

onEngines(NAME, (it) => {
  it("says whose logs cannot be had, and goes on", async (engine) => {
    const compose = project(engine, "mute");
    const file = `
services:
  loud: {image: busybox, command: echo hello}
  mute: {image: busybox, command: echo hello, logging: {driver: none}}
`;
    expect((await compose(file, "up -d")).exitCode).toBe(0);
    await engine.client.pass("2s");
    const logs = await compose(file, "logs");
    expect([logs.exitCode, logs.stdout]).toEqual([0, "loud-1  | hello\n"]);
    expect(logs.stderr).toContain(
      `level=warning msg="Can't retrieve logs for \\"${NAME}-mute-mute-1\\": Error response from daemon: configured logging driver does not support reading"`,
    );
    expect((await compose(file, "down -t 0")).exitCode).toBe(0);
  });

  it("starts a service when the one that it needs is healthy", async (engine) => {
    const compose = project(engine, "ready");
    const check = '{test: "test -e /ready", interval: 300ms, retries: 30}';
    const file = `
services:
  db: {image: busybox, command: sh -c 'sleep 1; touch /ready; sleep 1000', stop_grace_period: 0s, healthcheck: ${check}}
  app: {${LONG}, depends_on: {db: {condition: service_healthy}}}
`;
    const up = await compose(file, "up -d");
    expect(up.exitCode, up.stderr).toBe(0);
    const steps = up.stderr.split("\n").map((line) => line.trim());
    const order = ["db-1  Started", "db-1  Healthy", "app-1  Starting"].map((end) =>
      steps.indexOf(`Container ${NAME}-ready-${end}`),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order).not.toContain(-1);
    const { stdout } = await compose(file, "ps --format '{{.Service}} {{.State}} {{.Health}}'");
    expect(stdout).toBe("app running \ndb running healthy\n");
    expect((await compose(file, "down -t 0")).exitCode).toBe(0);
  });

  it("says that a dependency is unhealthy, and leaves the dependent created", async (engine) => {
    const compose = project(engine, "ill");
    const file = `
services:
  db: {${LONG}, healthcheck: {test: "false", interval: 200ms, retries: 2}}
  app: {${LONG}, depends_on: {db: {condition: service_healthy}}}
`;
    const up = await compose(file, "up -d");
    expect(up.exitCode).toBe(1);
    expect(told(up)).toContain(`dependency failed to start: container ${NAME}-ill-db-1 is unhealthy`);
    const { stdout } = await compose(file, "ps -a --format '{{.Service}} {{.State}}'");
    expect(stdout).toBe("app created\ndb running\n");
    await compose(file, "down -t 0");
  });

  it("runs a job to its end before what needs it, and stops where the job fails", async (engine) => {
    const compose = project(engine, "job");
    const file = (code: number): string => `
services:
  job: {image: busybox, command: sh -c 'exit ${code}'}
  app: {${LONG}, depends_on: {job: {condition: service_completed_successfully}}}
`;
    expect((await compose(file(0), "up -d")).exitCode).toBe(0);
    const failed = await compose(file(3), "up -d");
    expect([failed.exitCode, told(failed)]).toEqual([
      1,
      expect.arrayContaining([`service "job" didn't complete successfully: exit 3`]),
    ]);
    await compose(file(0), "down -t 0");
  });

  it("waits without a word for what a single command needs", async (engine) => {
    const compose = project(engine, "once");
    const file = (script: string): string => `
services:
  job: {image: busybox, command: sh -c '${script}'}
  app: {image: busybox, depends_on: {job: {condition: service_completed_successfully}}}
`;
    const ran = await compose(file("sleep 1"), "run --rm app echo ran");
    expect([ran.exitCode, ran.stdout]).toEqual([0, "ran\n"]);
    expect(told(ran).filter((line) => line.includes("job"))).toEqual([
      ...["Container compose-once-job-1  Created", "Container compose-once-job-1  Creating"],
      ...["Container compose-once-job-1  Started", "Container compose-once-job-1  Starting"],
    ]);
    const failed = await compose(file("exit 3"), "run --rm app echo ran");
    expect([failed.exitCode, failed.stdout]).toEqual([1, ""]);
    expect(told(failed)).toContain(`service "job" didn't complete successfully: exit 3`);
    await compose(file("exit 0"), "down -t 0");
  });

  it("makes more containers of a service, and takes those with the highest numbers away again", async (engine) => {
    const compose = project(engine, "scale");
    const file = `services: {web: {${LONG}}}`;
    const names = async (): Promise<string> => (await compose(file, "ps --format {{.Name}}")).stdout;
    await compose(file, "up -d --scale web=3");
    expect(await names()).toBe("compose-scale-web-1\ncompose-scale-web-2\ncompose-scale-web-3\n");
    const down = await compose(file, "up -d --scale web=1");
    expect(told(down)).toEqual(
      expect.arrayContaining(["Container compose-scale-web-2  Removed", "Container compose-scale-web-1  Running"]),
    );
    expect(await names()).toBe("compose-scale-web-1\n");
    await compose(file, "scale web=2");
    expect(await names()).toBe("compose-scale-web-1\ncompose-scale-web-2\n");
    expect((await compose(file, "up -d --scale other=2")).stderr).toBe("no such service: other: not found\n");
    await compose(file, "down -t 0");
  });

  it("makes anew what has changed, keeps its volumes, and lets the rest alone", async (engine) => {
    const compose = project(engine, "change");
    const file = (value: string): string => `
services:
  web: {${LONG}, environment: {VALUE: ${value}}, volumes: [/kept]}
  other: {${LONG}}
`;
    await compose(file("one"), "up -d");
    await compose(file("one"), "exec -T web touch /kept/file /lost");
    const again = await compose(file("one"), "up -d");
    expect(told(again)).toEqual([
      "Container compose-change-other-1  Running",
      "Container compose-change-web-1  Running",
    ]);
    const changed = await compose(file("two"), "up -d");
    expect(told(changed)).toEqual([
      "Container compose-change-other-1  Running",
      "Container compose-change-web-1  Recreate",
      "Container compose-change-web-1  Recreated",
      "Container compose-change-web-1  Started",
      "Container compose-change-web-1  Starting",
    ]);
    const seen = await compose(file("two"), ["exec -T web sh -c", "'ls /kept; ls /lost; echo $VALUE'"].join(" "));
    expect([seen.stdout, seen.stderr]).toEqual(["file\ntwo\n", "ls: /lost: No such file or directory\n"]);
    await compose(file("two"), "down -t 0 -v");
  });

  it("gives services secrets and configs that are in the file or in variables", async (engine) => {
    const compose = project(engine, "secret");
    const file = `
services:
  web:
    image: busybox
    command: sleep 1000
    stop_grace_period: 0s
    configs: [plain, {source: plain, target: /etc/own.conf, uid: "7", mode: 0400}]
configs: {plain: {content: "hello\\n"}}
`;
    await compose(file, "up -d");
    const { stdout } = await compose(file, "exec -T web sh -c 'cat /plain; stat -c \"%u %a\" /plain /etc/own.conf'");
    expect(stdout).toBe("hello\n0 444\n7 400\n");
    await compose(file, "down -t 0");
    const locked = file.replace("command: sleep 1000", "command: sleep 1000\n    read_only: true");
    const refused = await compose(locked, "up -d");
    expect(told(refused)).toContain(
      'cannot create config "compose-secret_plain" in read-only service web: `file` is the sole supported option',
    );
    await compose(locked, "down -t 0");
  });

  it("starts services of a profile when it is asked for, or they are", async (engine) => {
    const compose = project(engine, "profile");
    const file = `services: {web: {${LONG}}, debug: {${LONG}, profiles: [tools], depends_on: [web]}}`;
    const services = async (): Promise<string> => (await compose(file, "--profile tools ps --services")).stdout;
    await compose(file, "up -d");
    expect(await services()).toBe("web\n");
    await compose(file, "up -d debug");
    expect(await services()).toBe("debug\nweb\n");
    await compose(file, "down -t 0");
    expect(await services()).toBe("debug\n");
    await compose(file, "--profile tools down -t 0");
    expect(await services()).toBe("\n");
  });

  it("lets services find each other by name, over networks that they share", async (engine) => {
    const compose = project(engine, "net");
    const file = `
services:
  a: {${LONG}, networks: {front: {aliases: [alpha]}}}
  b: {${LONG}, networks: [front, back]}
  c: {${LONG}, networks: [back]}
networks: {front: , back: {internal: true}}
`;
    await compose(file, "up -d");
    const ping = async (from: string, to: string): Promise<number> =>
      (await compose(file, `exec -T ${from} ping -c 1 -W 1 ${to}`)).exitCode;
    expect(await ping("b", "alpha")).toBe(0);
    expect(await ping("b", "c")).toBe(0);
    expect(await ping("a", "c")).toBe(1);
    await compose(file, "down -t 0");
    expect(await engine.docker(`network ls -q --filter name=${NAME}-net`)).toBe("");
  });

  it("takes dependents along where a service says that it is to be restarted with another", async (engine) => {
    const compose = project(engine, "restart");
    const file = `
services:
  a: {${LONG}}
  b: {${LONG}, depends_on: {a: {condition: service_started, restart: true}}}
  c: {${LONG}, depends_on: [a]}
`;
    await compose(file, "up -d");
    expect(told(await compose(file, "restart a"))).toEqual([
      "Container compose-restart-a-1  Restarting",
      "Container compose-restart-a-1  Started",
      "Container compose-restart-b-1  Restarting",
      "Container compose-restart-b-1  Started",
    ]);
    await compose(file, "down -t 0");
  });
});
