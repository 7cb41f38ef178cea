/** The docker client itself, where there is one on PATH, against a server whose time is skipped. */
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEngine } from "@bottleship/core/engine";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SocketServer, serveOnSocket } from "./testing/socket-server.ts";

const hasDocker = spawnSync("docker", ["--version"]).status === 0;
let served: SocketServer;

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A line for the shell, in a directory of its own, with a client that has no settings. */
function sh(line: string): Promise<Outcome> {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: served.directory,
    DOCKER_CONFIG: join(served.directory, "config"),
    DOCKER_HOST: `unix://${served.path}`,
    DOCKER_BUILDKIT: "0",
    DOCKER_CLI_HINTS: "false",
  };
  return new Promise((resolve) => {
    execFile("sh", ["-c", line], { cwd: served.directory, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe.skipIf(!hasDocker)("the docker client on PATH", () => {
  beforeAll(async () => {
    const engine = createEngine({ seed: 7 });
    await engine.images.pull("busybox");
    served = await serveOnSocket(engine);
    mkdirSync(join(served.directory, "config"));
  });

  afterAll(() => served.close());

  it("runs a container to its end, with its streams and exit code", async () => {
    expect(await sh("docker run --rm busybox sh -c 'echo out; echo err >&2; exit 7'")).toEqual({
      code: 7,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it("pipes input through a container", async () => {
    expect(await sh("head -c 300000 /dev/zero | docker run -i --rm busybox wc -c")).toMatchObject({
      stdout: "300000\n",
    });
  });

  it("tells what cannot be run as Docker does", async () => {
    const { code, stderr } = await sh("docker run --rm busybox nothing");
    expect([code, stderr]).toEqual([
      127,
      expect.stringContaining('exec: "nothing": executable file not found in $PATH'),
    ]);
  });

  it("starts, lists, execs, copies, stops and removes", async () => {
    await sh("docker run -d --name web -l tier=front busybox sh -c 'echo ready; sleep 100000'");
    expect((await sh("docker ps --filter label=tier=front --format '{{.Names}} {{.State}}'")).stdout).toBe(
      "web running\n",
    );
    expect((await sh("docker exec web sh -c 'echo $HOME; exit 3'")).code).toBe(3);
    writeFileSync(join(served.directory, "note"), "text\n");
    await sh("docker cp note web:/tmp/");
    expect((await sh("docker exec web cat /tmp/note")).stdout).toBe("text\n");
    expect((await sh("docker logs web")).stdout).toBe("ready\n");
    expect((await sh("docker top web -o pid,args")).stdout).toContain("sleep 100000");
    expect((await sh("docker stats --no-stream --format '{{.Name}} {{.PIDs}}' web")).stdout).toBe("web 1\n");
    expect((await sh("docker stop web && docker inspect -f '{{.State.ExitCode}}' web")).stdout).toBe("web\n137\n");
    expect((await sh("docker rm web && docker ps -aq")).stdout).toBe("web\n");
  });

  it("builds with the classic builder, and remembers", async () => {
    writeFileSync(
      join(served.directory, "Dockerfile"),
      "FROM busybox\nCOPY note /\nRUN cat /note > /copy\nCMD cat /copy\n",
    );
    const first = await sh("docker build -t built .");
    // How much is sent is shown as it goes, on one line.
    const told = first.stdout.replace(/^Sending[^\n]*\n/, "").replace(/\b[0-9a-f]{12}\b/g, "ID");
    expect(told).toBe(
      [
        "Step 1/4 : FROM busybox",
        " ---> ID",
        "Step 2/4 : COPY note /",
        " ---> ID",
        "Step 3/4 : RUN cat /note > /copy",
        " ---> Running in ID",
        " ---> Removed intermediate container ID",
        " ---> ID",
        "Step 4/4 : CMD cat /copy",
        " ---> Running in ID",
        " ---> Removed intermediate container ID",
        " ---> ID",
        "Successfully built ID",
        "Successfully tagged built:latest",
        "",
      ].join("\n"),
    );
    expect((await sh("docker run --rm built")).stdout).toBe("text\n");
    expect((await sh("docker build -t built . | grep -c 'Using cache'")).stdout).toBe("3\n");
    writeFileSync(join(served.directory, "Dockerfile"), "FROM busybox\nRUN exit 9\n");
    const failed = await sh("docker build .");
    expect([failed.code, failed.stderr]).toEqual([
      9,
      expect.stringContaining("The command '/bin/sh -c exit 9' returned a non-zero code: 9"),
    ]);
  });
});
