import { expect, it } from "vitest";
import { createEngine } from "../../engine/index.ts";

it("removes what its clients have named when the last of them is gone, and nothing else", async () => {
  const engine = createEngine();
  const docker = async (line: string) => (await engine.docker(line)).stdout;
  await docker(
    "run -d --rm --name reaper --label org.testcontainers.ryuk=true -p 8080:8080 testcontainers/ryuk:0.14.0",
  );
  const labels = "--label org.testcontainers=true --label session=a";
  await docker(`run -d --name mine ${labels} busybox sleep 10000`);
  await docker(`network create ${labels} net-of-mine`);
  await docker(`volume create ${labels} volume-of-mine`);
  await docker("run -d --name other --label org.testcontainers=true --label session=b busybox sleep 10000");
  await docker("volume create volume-of-other");
  const line = "label=org.testcontainers%3Dtrue&label=session%3Da";
  expect(await docker(`run --rm --network host busybox sh -c 'echo "${line}" | nc -w 5 127.0.0.1 8080'`)).toBe("ACK\n");
  expect(await docker("ps --format {{.Names}}")).toBe("other\nmine\nreaper\n");
  await engine.pass("11s");
  expect(await docker("ps -a --format {{.Names}}")).toBe("other\n");
  expect(await docker("network ls --format {{.Name}}")).toBe("bridge\nhost\nnone\n");
  expect(await docker("volume ls -q")).toBe("volume-of-other\n");
});

it("goes on while a client is there or comes back in time; ends when nobody ever comes", async () => {
  const engine = createEngine();
  const docker = async (line: string) => (await engine.docker(line)).stdout;
  await docker("run -d --name reaper -e RYUK_CONNECTION_TIMEOUT=30s testcontainers/ryuk");
  await docker("run -d --name client --link reaper busybox sh -c 'sleep 100000 | nc reaper 8080'");
  await engine.pass("2h");
  expect(await docker("ps --format {{.Names}}")).toBe("client\nreaper\n");
  await docker("kill client");
  await engine.pass("9s");
  expect(await docker("ps --format {{.Names}}")).toBe("reaper\n");
  await docker("start client");
  await engine.pass("1m");
  expect(await docker("ps --format {{.Names}}")).toBe("client\nreaper\n");
  await docker("rm -f client");
  await engine.pass("11s");
  expect(await docker("ps -a --format '{{.Names}} {{.Status}}'")).toBe("reaper Exited (0) Less than a second ago\n");
  await docker("start reaper");
  await engine.pass("31s");
  expect(await docker("ps --format {{.Names}}")).toBe("");
  expect((await engine.docker("logs reaper")).stderr).toContain("msg=done");
});
