/** `docker context`. Texts are those of docker 28.5.2. */
import { Volume } from "memfs";
import { expect, it } from "vitest";
import { createEngine } from "../index.ts";

it("lists names alone, whatever format is asked for with them", async () => {
  const engine = createEngine({ seed: 7 });
  await engine.docker("context create far --docker host=tcp://far:2375");
  for (const format of ["", "json", "{{.Description}}"])
    expect((await engine.docker(["context", "ls", "-q", "--format", format])).stdout).toBe("default\nfar\n");
});

it("takes the context that is asked for before all commands for the current one", async () => {
  const engine = createEngine({ seed: 7 });
  await engine.docker("context create far --docker host=tcp://far:2375");
  expect((await engine.docker("--context far context show")).stdout).toBe("far\n");
  expect((await engine.docker("--context none context show")).stdout).toBe("none\n");
  await engine.docker("--context far context create copy");
  const { stdout } = await engine.docker("context inspect copy --format {{.Endpoints.docker.Host}}");
  expect(stdout).toBe("tcp://far:2375\n");
});

const ENDPOINT = "unable to create docker endpoint config:";
const NAMES = 'is invalid, names are validated against regexp "^[a-zA-Z0-9][a-zA-Z0-9_.+-]+$"';
it.each([
  [
    "create xx --docker host=foo",
    `${ENDPOINT} unable to apply docker endpoint options: unable to parse docker host \`foo\``,
  ],
  [
    "create xx --docker host=npipe:////./x",
    `${ENDPOINT} unable to apply docker endpoint options: protocol not available`,
  ],
  [
    "create xx --docker host=://x",
    `${ENDPOINT} invalid docker endpoint options: parse "://x": missing protocol scheme`,
  ],
  [
    "create xx --docker host=tcp://a:b",
    `${ENDPOINT} invalid docker endpoint options: parse "tcp://a:b": invalid port ":b" after host`,
  ],
  ["use x", `context name "x" ${NAMES}`],
  ["update x --description y", `context name "x" ${NAMES}`],
  ["export x", `context name "x" ${NAMES}`],
  ["export far /none/x", "open /none/x: no such file or directory"],
  ["export far /long", "open /long: file exists"],
  ["import xx /", "read /: is a directory"],
  ["import xx /short", "unexpected EOF"],
  ["import xx /long", "archive/tar: invalid tar header"],
])("docker context %s: %s", async (words, problem) => {
  const engine = createEngine({ seed: 7 });
  const disk = Volume.fromJSON({ "/short": "hi", "/long": "x".repeat(2000) });
  await engine.docker("context create far --docker host=tcp://far:2375");
  expect((await engine.docker(`context ${words}`, { disk })).stderr).toBe(`${problem}\n`);
});

it("shows endpoints as the client's own type prints them", async () => {
  const engine = createEngine();
  await engine.docker("context create other --docker host=tcp://1.2.3.4:2375");
  const endpoints = async (name: string) =>
    (await engine.docker(`context inspect ${name} --format {{.Endpoints}}`)).stdout;
  expect(await endpoints("other")).toBe("map[docker:{tcp://1.2.3.4:2375 false}]\n");
  expect(await endpoints("default")).toBe("map[docker:{unix:///var/run/docker.sock false}]\n");
});
