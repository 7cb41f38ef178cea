import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "@bottleship/core/engine";
import { afterAll, expect, it } from "vitest";
import { main } from "../bottleship.ts";

const directory = mkdtempSync(join(tmpdir(), "bottleship-"));
const path = join(directory, "docker.sock");

afterAll(() => rmSync(directory, { recursive: true }));

/** What a command prints, as it comes. */
function terminal() {
  const printed = { out: "", err: "" };
  const take = (stream: "out" | "err") => (text: string) => {
    printed[stream] += text;
  };
  return { printed, out: take("out"), err: take("err") };
}

const ping = (): Promise<string> => get("/_ping");

function get(target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: path, path: target, agent: false }, (response) => {
      response.on("data", (chunk: Buffer) => resolve(chunk.toString()));
    });
    sent.on("error", reject);
    sent.end();
  });
}

it("tells where it listens, serves, and ends with 0 when it is interrupted", async () => {
  const screen = terminal();
  const ended = main(["serve", "--host", `unix://${path}`, "--time", "skip"], screen);
  while (screen.printed.out === "") await new Promise((resolve) => setTimeout(resolve, 10));
  expect(screen.printed.out).toBe(`API listen on unix://${path}\nexport DOCKER_HOST=unix://${path}\n`);
  expect(await ping()).toBe("OK");
  process.emit("SIGTERM", "SIGTERM");
  expect(await ended).toBe(0);
  await expect(ping()).rejects.toThrow("ENOENT");
});

it("serves a registry that the engine pushes to and others read", async () => {
  const screen = terminal();
  const argv = [
    "serve",
    "--host",
    `unix://${path}`,
    "--time",
    "skip",
    "--registry",
    "0",
    "--setup",
    join(directory, "push.js"),
  ];
  writeFileSync(join(directory, "push.js"), "export default (engine) => void (globalThis.served = engine);\n");
  const ended = main(argv, screen);
  while (!screen.printed.out.includes("API listen")) await new Promise((resolve) => setTimeout(resolve, 10));
  const [, url = "", port = ""] = /^registry listen on (http:\/\/127\.0\.0\.1:(\d+))\n/.exec(screen.printed.out) ?? [];
  const { served } = globalThis as unknown as { readonly served: Engine };
  await served.docker("pull busybox");
  for (const host of ["localhost", "127.0.0.1"]) {
    await served.docker(`tag busybox ${host}:${port}/team/${host}`);
    expect((await served.docker(`push ${host}:${port}/team/${host}`)).exitCode).toBe(0);
  }
  const catalog = await (await fetch(`${url}/v2/_catalog`)).json();
  expect(catalog).toEqual({ repositories: ["team/127.0.0.1", "team/localhost"] });
  process.emit("SIGTERM", "SIGTERM");
  expect(await ended).toBe(0);
  await expect(fetch(url)).rejects.toThrow("fetch failed");
});

it.each([
  [["--host", "unix:///x", "--registry", "unix:///r"], "--registry: HOST:PORT is wanted"],
  [[], "where to listen is missing: --host unix:///PATH"],
  [["--host", "ssh://x"], "ssh://x: only unix:// and tcp:// are supported"],
  [["--host", "unix:///x", "--time", "fast"], "--time is real or skip, not fast"],
  [["--host", "unix:///x", "--profile", "old"], "--profile is modern or recorded, not old"],
  [["--host", "unix:///x", "--setup", "/no/such.js"], "--setup: /no/such.js: no such file"],
  [["--tcp", "0", "--tlscert", "/c"], "TLS needs both --tlscert and --tlskey"],
  [["--host", "unix:///x", "--tlscert", "/c", "--tlskey", "/k"], "TLS is for TCP: add --tcp HOST:PORT"],
  [["--tcp", "0", "--tlscert", "/no/cert", "--tlskey", "/no/key"], "no such file or directory, open '/no/cert'"],
  [["--nope"], "Unknown option '--nope'"],
])("refuses %j", async (argv, message) => {
  const screen = terminal();
  expect(await main(["serve", ...argv], screen)).toBe(2);
  expect(screen.printed.err).toContain(message);
});

it("hands the engine to a module before it serves", async () => {
  const file = join(directory, "setup.mjs");
  writeFileSync(file, 'export default (engine) => engine.docker("volume create given");\n');
  const screen = terminal();
  const ended = main(["serve", "--host", `unix://${path}`, "--time", "skip", "--setup", file], screen);
  while (screen.printed.out === "") await new Promise((resolve) => setTimeout(resolve, 10));
  expect(await get("/volumes")).toContain('"Name":"given"');
  process.emit("SIGTERM", "SIGTERM");
  expect(await ended).toBe(0);
});

it("ends with 1 where it cannot listen", async () => {
  const screen = terminal();
  expect(await main(["serve", "--host", "unix:///no/such/directory/docker.sock"], screen)).toBe(1);
  expect(screen.printed.err).toContain("there is no directory /no/such/directory");
});
