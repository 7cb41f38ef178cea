/** Builds at the classic endpoint with files of a session; OLD_DOCKER may name a docker client of before version 23. */
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { createEngine, type Engine } from "@bottleship/core/engine";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SocketServer, serveOnSocket } from "../testing/socket-server.ts";

const CLIENT = process.env["OLD_DOCKER"];
let engine: Engine;
let served: SocketServer;

beforeEach(async () => {
  engine = createEngine({ seed: 7 });
  served = await serveOnSocket(engine);
});
afterEach(() => served.close());

function post(path: string): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: served.path, path, method: "POST" }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode, body }));
    });
    sent.on("error", reject).end();
  });
}

const BUILD = "/v1.41/build?version=2&remote=client-session&buildid=b";

it("tells that no files are to be had without a session", async () => {
  const message = "failed to read dockerfile: failed to load cache key: could not access local files without session";
  const { status, body } = await post(BUILD);
  expect(status).toBe(200);
  expect(JSON.parse(body)).toEqual({ errorDetail: { message }, error: message });
});

it.each([
  ['[{"Type":"foo"}]', 'exporter "foo" could not be found'],
  ['[{"Type":"local"},{"Type":"tar"}]', "multiple outputs not supported"],
])("refuses the outputs %s before it begins", async (outputs, message) => {
  const { status, body } = await post(`${BUILD}&outputs=${encodeURIComponent(outputs)}`);
  expect({ status, body: JSON.parse(body) }).toEqual({ status: 500, body: { message } });
});

it("cancels what is not there", async () => {
  expect(await post("/v1.41/build/cancel?id=b")).toEqual({ status: 200, body: "" });
});

describe.skipIf(CLIENT === undefined)("an old client", () => {
  function docker(...words: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
    const env = { DOCKER_HOST: `unix://${served.path}`, DOCKER_BUILDKIT: "1", HOME: served.directory };
    return new Promise((resolve) => {
      execFile(CLIENT ?? "", words, { cwd: join(served.directory, "ctx"), env }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
      );
    });
  }

  beforeEach(() => {
    const context = join(served.directory, "ctx");
    mkdirSync(context);
    writeFileSync(join(context, "Dockerfile"), "FROM scratch\nARG A\nLABEL a=$A\nCOPY f /f\n");
    writeFileSync(join(context, "f"), "1\n");
  });

  it("builds with its files, arguments and labels, and follows the steps", async () => {
    const words = ["--progress", "plain", "--build-arg", "A=2", "--label", "x=y", "-t", "me", "."];
    const { code, output } = await docker("build", ...words);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toContain("[internal] load build definition from Dockerfile");
    expect(output).toContain("naming to docker.io/library/me done");
    expect(engine.images.get("me").config.config.Labels).toEqual({ a: "2", x: "y" });
  });

  it("hears why a build fails", async () => {
    expect(await docker("build", "--target", "nope", ".")).toMatchObject({
      code: 1,
      output: expect.stringContaining('target stage "nope" could not be found'),
    });
    const { code, output } = await docker("build", "--output", "type=foo", ".");
    expect({ code, output }).toEqual({
      code: 1,
      output: 'Error response from daemon: exporter "foo" could not be found\n',
    });
  });
});
