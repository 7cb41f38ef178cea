/** `engine.compose`: projects of files that extend and override each other, mistakes with their places, files on disks. */
import { type ComposeError, createEngine, type Engine } from "@bottleship/core/engine";
import { Volume } from "memfs";
import { expect, it } from "vitest";
import { machine } from "./support.ts";

const LONG = "image: busybox, command: sleep 1000, stop_grace_period: 0s";

/** What is wrong with the compose files of a directory: the message, and where it stands. */
async function mistake(files: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
  const engine = createEngine();
  try {
    await engine.compose.up(undefined, { disk: Volume.fromJSON({ ...files }, "/app"), cwd: "/app" });
  } catch (error) {
    const { message, file, line } = error as ComposeError;
    return [message, file, line];
  }
  return [];
}

it("runs a project that is given as data, and tells what it does", async () => {
  const engine = await machine();
  const web = { image: "busybox", command: ["sh", "-c", "echo hello; sleep 1000"], stop_grace_period: "0s" };
  const app = await engine.compose.up({ name: "shop", services: { web } }, { scale: { web: 2 } });
  expect(app.progress).toEqual(
    expect.arrayContaining(["Network shop_default  Created", "Container shop-web-2  Started"]),
  );
  expect(app.ps().map(({ Name, State }) => [Name, State])).toEqual([
    ["shop-web-1", "running"],
    ["shop-web-2", "running"],
  ]);
  expect(await app.logs()).toEqual([
    { source: "web-1", stream: "stdout", text: "hello" },
    { source: "web-2", stream: "stdout", text: "hello" },
  ]);
  expect((await app.exec("web", "cat /etc/hostname")).exitCode).toBe(0);
  expect((await app.run("web", "echo once")).stdout).toBe("once\n");
  const actions = app.events().map(({ type, action }) => `${type} ${action}`);
  expect(actions.slice(0, 2)).toEqual(["network create", "container create"]);
  await engine.compose.down("shop");
  expect(engine.compose.list()).toEqual([]);
  expect(engine.networks.list().map(({ name }) => name)).not.toContain("shop_default");
});

it("refuses dates, wherever somebody looks at them", async () => {
  const service = (...lines: readonly string[]): string =>
    ["services:", "  web:", "    image: busybox", ...lines, ""].join("\n");
  expect(await mistake({ "compose.yaml": service("    environment: {DAY: 2001-01-01}", "    user: 5") })).toEqual([
    "validating /app/compose.yaml: services.web.environment.DAY invalid jsonType time.Time",
    "/app/compose.yaml",
    4,
  ]);
  const quoted = service("    environment: {DAY: '2001-01-01'}", "    x-born: 2001-01-01");
  expect(createEngine().compose.config(quoted)).toContain('DAY: "2001-01-01"');
});

it("takes services from other files and lays files over each other", async () => {
  const engine = await machine();
  const disk = Volume.fromJSON(
    {
      "compose.yaml": `
services:
  web: {extends: {file: base/common.yaml, service: worker}, environment: {OWN: "1"}, labels: {a: b}}
`,
      "compose.override.yaml": `
services:
  web: {environment: {OWN: "2"}, labels: !reset {}, command: !override [sleep, "7"]}
`,
      "base/common.yaml": `services: {worker: {${LONG}, env_file: common.env, environment: {LEVEL: base}}}`,
      "base/common.env": "FROM_FILE=yes\n",
    },
    "/app",
  );
  const { project } = engine.compose.open(undefined, { disk, cwd: "/app" });
  expect(project.services.get("web")).toMatchObject({
    command: ["sleep", "7"],
    environment: { OWN: "2", LEVEL: "base", FROM_FILE: "yes" },
  });
  expect(project.services.get("web")?.labels ?? {}).toEqual({});
});

it.each([
  [
    "an attribute that does not exist",
    { "compose.yaml": "services:\n  web:\n    image: busybox\n    comand: x\n" },
    ["validating /app/compose.yaml: services.web additional properties 'comand' not allowed", "/app/compose.yaml", 4],
  ],
  [
    "a network that is not declared, in the file that names it",
    {
      "compose.yaml": "services:\n  web:\n    image: busybox\n",
      "compose.override.yaml": "services:\n  web:\n    restart: always\n    networks:\n      - front\n",
    },
    ['service "web" refers to undefined network front: invalid compose project', "/app/compose.override.yaml", 4],
  ],
  [
    "a service to extend that is not there",
    {
      "compose.yaml": "services:\n  web:\n    extends:\n      file: base.yaml\n      service: nope\n",
      "base.yaml": "services: {other: {image: busybox}}\n",
    },
    ['cannot extend service "web" in /app/compose.yaml: service "nope" not found in base.yaml', "/app/compose.yaml", 3],
  ],
  [
    "a variable that has to be set",
    { "compose.yaml": `services:\n  web:\n    image: busybox:\${TAG:?no tag}\n` },
    [
      "error while interpolating services.web.image: required variable TAG is missing a value: no tag",
      "/app/compose.yaml",
      3,
    ],
  ],
  [
    "services that wait for each other",
    { "compose.yaml": `services:\n  a: {${LONG}, depends_on: [b]}\n  b: {${LONG}, depends_on: [a]}\n` },
    [expect.stringMatching(/^dependency cycle detected: [ab] -> [ab] -> [ab]/), "/app/compose.yaml", 3],
  ],
  [
    "no YAML",
    { "compose.yaml": "services:\n  web:\n    image: busybox: 1\n" },
    ["yaml: line 3: mapping values are not allowed in this context", "/app/compose.yaml", 3],
  ],
])("refuses %s, and says where", async (_, files, [message, file, line]) => {
  expect(await mistake(files)).toEqual([message, file, line]);
});

it("mounts secrets and configs that are files of a disk which the machine has, too", async () => {
  const disk = Volume.fromJSON({ "token.txt": "hush", "app.conf": "level=1\n" }, "/");
  const engine: Engine = await machine({ disks: { "/app": disk } });
  const file = `
services:
  web: {${LONG}, secrets: [token], configs: [{source: conf, target: /etc/app.conf}]}
secrets: {token: {file: ./token.txt}}
configs: {conf: {file: ./app.conf}}
`;
  const app = await engine.compose.up(file, { cwd: "/app", projectName: "files" });
  const seen = await app.exec("web", ["cat", "/run/secrets/token", "/etc/app.conf"]);
  expect(seen).toMatchObject({ exitCode: 0, stdout: "hushlevel=1\n" });
  expect((await app.exec("web", ["sh", "-c", "echo x > /run/secrets/token"])).exitCode).toBe(1);
});

it("answers for options and says what it does not do", async () => {
  const engine = createEngine();
  const help = await engine.docker("compose exec --help");
  expect(help).toMatchObject({ exitCode: 0, stderr: "" });
  expect(help.stdout).toContain("--no-tty");
  expect(await engine.docker("compose publish example/app")).toMatchObject({
    exitCode: 1,
    stderr: "docker compose publish is not something that the simulator does\n",
  });
  const dry = await engine.docker("compose --dry-run up -d");
  expect([dry.exitCode, dry.stderr]).toEqual([
    1,
    "--dry-run is not something that the simulator does: fork it instead\n",
  ]);
});

it("says what is wrong with variables in files of variables, and where", async () => {
  const compose = "services: {web: {image: busybox, env_file: web.env}}";
  const bad = 'failed to read /app/web.env: Invalid template: "${"';
  expect(await mistake({ "compose.yaml": compose, "web.env": "A=${\n" })).toEqual([bad, undefined, undefined]);
  const wanting = "failed to read /app/.env: required variable B is missing a value: no B";
  const files = { "compose.yaml": compose, "web.env": "", ".env": `A=\${B?no B}\n` };
  expect(await mistake(files)).toEqual([wanting, undefined, undefined]);
  const included = { "compose.yaml": "include: [{path: a.yaml, env_file: web.env}]", "a.yaml": compose };
  expect(await mistake({ ...included, "web.env": "A=${\n" })).toEqual([bad, undefined, undefined]);
});

it("forgets the variables of a run with a file that it does not understand", async () => {
  const engine = await machine();
  const files = { "compose.yaml": `services: {web: {${LONG}}}`, good: "X=2\nY=$X$Z\n", bad: "A=${\n" };
  const options = { disk: Volume.fromJSON(files, "/app"), cwd: "/app" };
  const run = async (words: string): Promise<string> =>
    (await engine.docker(`compose run --rm -T -e X=1 ${words} web sh -c 'echo $X $Y'`, options)).stdout;
  expect(await run("--env-from-file good")).toBe("1 1\n");
  expect(await run("--env-from-file good --env-from-file bad")).toBe("\n");
  expect(await run("--env-from-file /app")).toBe("\n");
  const { stderr } = await engine.docker("compose run --rm --env-from-file none web true", options);
  expect(stderr).toContain("open none: no such file or directory\n");
});
