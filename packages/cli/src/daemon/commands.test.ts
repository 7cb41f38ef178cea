/** The commands about a daemon that runs, against one on a socket. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type Engine } from "@bottleship/core/engine";
import { type EngineServer, serve } from "@bottleship/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { main } from "../bottleship.ts";

let directory = "";
let host = "";
let engine: Engine;
let server: EngineServer;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "bottleship-"));
  const path = join(directory, "docker.sock");
  host = `unix://${path}`;
  engine = createEngine({ seed: 7 });
  server = await serve(engine, { listen: [{ kind: "unix", path }] });
  await engine.docker("run --name short busybox sh -c 'exit 3'");
});

afterAll(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

async function run(...argv: readonly string[]) {
  const printed = { out: "", err: "" };
  const take = (stream: "out" | "err") => (text: string | Uint8Array) => {
    printed[stream] += typeof text === "string" ? text : Buffer.from(text).toString();
  };
  const code = await main([...argv, "--host", host], { out: take("out"), err: take("err") });
  return { code, ...printed };
}

it("explains a container and a way as the engine does", async () => {
  expect(await run("explain", "short")).toEqual({ code: 0, out: String(engine.explain("short")), err: "" });
  const way = { to: "nowhere", port: 80, protocol: "tcp" } as const;
  expect((await run("explain", "--to", "nowhere:80")).out).toBe(String(engine.explain(way)));
  expect(JSON.parse((await run("explain", "short", "--json")).out)).toEqual(
    JSON.parse(JSON.stringify(engine.explain("short"))),
  );
});

it("draws the timeline as text, data and picture", async () => {
  expect((await run("timeline", "short", "--width", "60")).out).toBe(
    engine.timeline({ containers: ["short"] }).toString({ width: 60 }),
  );
  expect((await run("timeline", "--svg")).out).toBe(engine.timeline().toSVG());
  expect(JSON.parse((await run("timeline", "--json")).out)).toMatchObject({ lanes: [{ name: "short" }] });
});

it("prints the calls of a container until it ends", async () => {
  await engine.docker("create --name traced busybox echo hello");
  const traced = run("strace", "traced");
  await new Promise((resolve) => setTimeout(resolve, 100));
  await engine.docker("start -a traced");
  const { code, out } = await traced;
  expect([code, out]).toEqual([0, expect.stringMatching(/write\(1, "hello\\n", 6\) += 6\n.*exited with 0/s)]);
});

it("adds, lists and clears rules by which things fail", async () => {
  const file = join(directory, "rules.json");
  writeFileSync(file, '[{"on":"disk","container":"other","full":true}]');
  const rule = '{"on":"api","call":"ContainerList","fails":{"status":500,"message":"no"}}';
  expect(await run("faults", "add", rule, `@${file}`)).toEqual({ code: 0, out: "", err: "" });
  expect((await engine.docker("ps")).stderr).toBe("Error response from daemon: no\n");
  const { out } = await run("faults");
  expect(out).toContain('  { on: "disk", container: "other", full: true },\n');
  expect(out).toContain("ContainerList");
  expect((JSON.parse((await run("faults", "ls", "--json")).out) as { fired: unknown[] }).fired).toHaveLength(1);
  expect((await run("faults", "rm", "1")).code).toBe(0);
  expect((await engine.docker("ps")).exitCode).toBe(0);
  expect(engine.faults.rules).toEqual([{ on: "disk", container: "other", full: true }]);
  expect((await run("faults", "clear")).code).toBe(0);
  expect(engine.faults.rules).toEqual([]);
});

it.each([
  [["explain", "none"], 1, "bottleship: No such container: none\n"],
  [["explain", "--to", "short:http"], 2, "--to: short:http: a port is a number"],
  [["timeline", "--width", "x"], 2, "--width is a number of columns, not x"],
  [["timeline", "short", "none"], 1, "No such container: none"],
  [["faults", "add", '{"on":"nothing"}'], 1, '{"on":"nothing"}: on: a rule is on one of api, events, syscall, disk, '],
  [["faults", "add", "[]"], 1, "there is no rule in it"],
  [["faults", "add", '{"on":"syscall","call":"write","errno":"EZ"}'], 1, '"EZ" is no errno'],
  [["faults", "add", '{"on":"syscall","call":"wriet","errno":"EIO"}'], 1, '"wriet" is no system call'],
  [["faults", "add", '{"on":"api","call":"List","hangs":true}'], 1, '"List" is no operation of the API'],
  [["faults", "add", '{"on":"disk","fulll":true}'], 1, "fulll"],
  [["faults", "add", "{"], 2, "{: "],
  [["faults", "tell"], 2, "no such verb: tell; there is ls, add, rm, clear"],
  [["faults", "tell", "1"], 2, "no such verb: tell; there is ls, add, rm, clear"],
  [["faults", "clear", "1"], 2, "clear takes nothing more: 1"],
  [["faults", "rm"], 2, "NUMBER is missing"],
  [["faults", "rm", "first"], 2, "NUMBER is a rule's place in the list, from 1 on, not first"],
  [["faults", "rm", "99"], 1, "No such rule: 99 of 0"],
  [["explain"], 2, "CONTAINER is missing"],
  [["strace", "a", "b"], 2, "one CONTAINER, not 2"],
] as const)("refuses %j", async (argv, code, message) => {
  const answer = await run(...argv);
  expect([answer.code, answer.out]).toEqual([code, ""]);
  expect(answer.err).toContain(message);
});

it("tells where there is no daemon", async () => {
  const printed = { err: "" };
  const take = (text: string | Uint8Array): void => void (printed.err += String(text));
  expect(await main(["faults", "--host", "unix:///no/socket"], { out: () => {}, err: take })).toBe(1);
  expect(printed.err).toMatch(/^bottleship: no daemon at unix:\/\/\/no\/socket: connect ENOENT/);
});
