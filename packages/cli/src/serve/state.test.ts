/** `bottleship serve --state DIR`: what is there after an interrupt, and after a kill. */
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { main } from "../bottleship.ts";

const directory = mkdtempSync(join(tmpdir(), "bottleship-"));
const state = join(directory, "state");

afterAll(() => rmSync(directory, { recursive: true }));

interface Served {
  readonly ended: Promise<number>;
  readonly errors: () => string;
  readonly call: (method: string, path: string, body?: unknown) => Promise<string>;
}

let servers = 0;

async function serve(stateDirectory: string): Promise<Served> {
  const socketPath = join(directory, `docker-${++servers}.sock`);
  let [out, err] = ["", ""];
  const ended = main(["serve", "--host", `unix://${socketPath}`, "--time", "skip", "--state", stateDirectory], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
  });
  while (out === "" && err === "") await new Promise((resolve) => setTimeout(resolve, 10));
  const call: Served["call"] = (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = { "Content-Type": "application/json" };
      const sent = request({ socketPath, method, path: `/v1.51${path}`, headers, agent: false }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve(text));
      });
      sent.on("error", reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return { ended, errors: () => err, call };
}

async function interrupt({ ended }: Served): Promise<void> {
  process.emit("SIGTERM", "SIGTERM");
  expect(await ended).toBe(0);
}

/** Names and states of containers, volumes and own networks. */
async function found({ call }: Served): Promise<unknown> {
  const containers = JSON.parse(await call("GET", "/containers/json?all=1")) as readonly {
    Names: [string];
    State: string;
  }[];
  const { Volumes } = JSON.parse(await call("GET", "/volumes")) as { Volumes: readonly { Name: string }[] };
  const networks = JSON.parse(await call("GET", '/networks?filters={"type":["custom"]}')) as readonly {
    Name: string;
  }[];
  return {
    containers: containers.map(({ Names, State }) => `${Names[0]} ${State}`).sort(),
    volumes: Volumes.map(({ Name }) => Name),
    networks: networks.map(({ Name }) => Name),
  };
}

it("goes on from what was there, whether it was interrupted or killed", async () => {
  const first = await serve(state);
  await first.call("POST", "/images/create?fromImage=busybox&tag=latest");
  await first.call("POST", "/networks/create", { Name: "net" });
  const Cmd = ["sh", "-c", "echo up >> /data/log; sleep 100000"];
  const HostConfig = { Binds: ["data:/data"], RestartPolicy: { Name: "always" }, NetworkMode: "net" };
  await first.call("POST", "/containers/create?name=web", { Image: "busybox", Cmd, HostConfig });
  await first.call("POST", "/containers/create?name=idle", { Image: "busybox", Cmd: ["true"] });
  await first.call("POST", "/containers/web/start");
  // What a process that is killed now leaves behind is what is there now.
  const copy = join(directory, "copy");
  cpSync(state, copy, { recursive: true, filter: (path) => !path.endsWith(".pid") });
  const expected = { containers: ["/idle created", "/web running"], volumes: ["data"], networks: ["net"] };
  expect(await found(first)).toEqual(expected);
  await interrupt(first);
  expect(existsSync(join(state, "bottleship.pid"))).toBe(false);

  for (const left of [state, copy]) {
    const later = await serve(left);
    expect(await found(later)).toEqual(expected);
    await interrupt(later);
  }
});

it("has a directory for itself", async () => {
  const first = await serve(state);
  const second = await serve(state);
  expect(await second.ended).toBe(1);
  expect(second.errors()).toBe(
    `bottleship serve: ${state} is in use: process with PID ${process.pid} is still running\n`,
  );
  await interrupt(first);
  // A process that is no more has nothing.
  writeFileSync(join(state, "bottleship.pid"), "4194305\n");
  await interrupt(await serve(state));
  writeFileSync(join(directory, "file"), "");
  const nowhere = await serve(join(directory, "file"));
  expect(await nowhere.ended).toBe(1);
  expect(nowhere.errors()).toMatch(/^bottleship serve: EEXIST/);
});
