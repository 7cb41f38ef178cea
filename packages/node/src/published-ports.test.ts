/** Ports of containers on the loopback of this computer: who listens when, both ways, and what is refused. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { bind, type Routine, recvfrom, sendto, socket } from "@bottleship/core/abi";
import { createEngine, type Engine } from "@bottleship/core/engine";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { PublishedPorts } from "./published-ports.ts";
import { REAL_HOST } from "./real-host.ts";

const open: PublishedPorts[] = [];
afterEach(() => {
  for (const ports of open.splice(0)) ports.shutDown();
});

function publish(engine: Engine): PublishedPorts {
  const ports = new PublishedPorts(engine);
  open.push(ports);
  return ports;
}

const portOf = async (engine: Engine, name: string, port: string): Promise<number> =>
  Number((await engine.docker(["port", name, port])).stdout.split("\n")[0]?.split(":").pop());

/** What a web server answers as soon as it does. */
async function visit(url: string): Promise<string> {
  let text = "";
  const status = async (): Promise<number> => {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
    text = await response.text();
    return response.status;
  };
  await expect.poll(() => status().catch(() => 0), { timeout: 10_000, interval: 20 }).toBe(200);
  return text;
}

it.each(["real", "skip"] as const)(
  "reaches a container by fetch at localhost, until it is stopped (%s)",
  async (policy) => {
    const engine = createEngine({ policy, host: REAL_HOST });
    const ports = publish(engine);
    await engine.docker("run -d --name web -p 127.0.0.1::80 nginx");
    const port = await portOf(engine, "web", "80");
    expect(await visit(`http://127.0.0.1:${port}/`)).toContain("Welcome to nginx!");
    await engine.docker("rm -f web");
    expect(ports.addresses).toEqual([]);
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  },
);

it("takes over containers that run already", async () => {
  const engine = createEngine({ policy: "real", host: REAL_HOST });
  await engine.docker("run -d --name web -p 127.0.0.1::80 nginx");
  expect(await publish(engine).openRunning()).toEqual([]);
  await visit(`http://127.0.0.1:${await portOf(engine, "web", "80")}/`);
});

it("reaches a service that is published on every node, also if it ran before", async () => {
  const engine = createEngine({ host: REAL_HOST });
  await engine.docker("pull -q nginx");
  await engine.docker("swarm init --advertise-addr 127.0.0.1");
  await engine.docker("service create -d -q --name web -p 80 nginx");
  const published = "service inspect web -f '{{(index .Endpoint.Ports 0).PublishedPort}}'";
  const port = (await engine.docker(published)).stdout.trim();
  await engine.pass("3s");
  const ports = publish(engine);
  await ports.openRunning();
  expect(await visit(`http://127.0.0.1:${port}/`)).toContain("Welcome to nginx!");
  await engine.docker("service rm web");
  await engine.pass("12s");
  expect(ports.addresses).toEqual([]);
});

it("passes bytes both ways, and the end of one direction", async () => {
  const engine = createEngine({ policy: "real", host: REAL_HOST });
  publish(engine);
  await engine.docker("run -d --name echo -p 127.0.0.1::7 busybox nc -l -p 7 -e cat");
  const port = await portOf(engine, "echo", "7");
  await engine.pass("100ms");
  const answer = await new Promise<string>((resolve, reject) => {
    let text = "";
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => socket.end("over and back\n"));
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on("end", () => resolve(text));
    socket.on("error", reject);
  });
  expect(answer).toBe("over and back\n");
});

it("waits for who reads slowly, and loses nothing", async () => {
  const engine = createEngine({ policy: "real", host: REAL_HOST });
  publish(engine);
  await engine.docker([
    "run",
    "-d",
    "--name",
    "big",
    "-p",
    "127.0.0.1::7",
    "busybox",
    "nc",
    "-l",
    "-p",
    "7",
    "-e",
    "yes",
  ]);
  const port = await portOf(engine, "big", "7");
  await engine.pass("100ms");
  const socket = connect({ port, host: "127.0.0.1" });
  await new Promise((resolve) => setTimeout(resolve, 300));
  let received = "";
  for await (const chunk of socket) {
    received += String(chunk);
    if (received.length > 4_000_000) break;
  }
  expect(received.slice(0, 4_000_000)).toBe("y\n".repeat(2_000_000));
});

it("listens on both loopbacks for a port of every address, and on no other", async () => {
  const engine = createEngine({ policy: "real", host: REAL_HOST });
  const ports = publish(engine);
  await engine.docker("run -d --name web -p 80 -p 127.0.0.2::81 -p 172.17.0.1::82 nginx");
  const [any, second] = [await portOf(engine, "web", "80"), await portOf(engine, "web", "81")];
  expect([...ports.addresses].sort()).toEqual([`127.0.0.1:${any}`, `127.0.0.2:${second}`, `[::1]:${any}`]);
  for (const host of ["127.0.0.1", "[::1]"]) await visit(`http://${host}:${any}/`);
});

function* echoDatagrams(): Routine<number> {
  const fd = yield* socket("inet", "dgram");
  yield* bind(fd, { family: "inet", address: "0.0.0.0", port: 7 });
  for (;;) {
    const { data, from } = yield* recvfrom(fd, 65_536);
    yield* sendto(fd, data, 0, from);
  }
}

it("passes datagrams, and what is answered to them, to each who has asked", async () => {
  const engine = createEngine({ policy: "real", host: REAL_HOST });
  const ports = publish(engine);
  engine.images.define("echo", { program: echoDatagrams });
  await engine.docker("run -d --name echo -p 127.0.0.1::7/udp echo");
  const port = await portOf(engine, "echo", "7/udp");
  expect(ports.addresses).toEqual([`127.0.0.1:${port}/udp`]);
  await engine.pass("100ms");
  const client = createSocket("udp4");
  const answers: string[] = [];
  client.on("message", (datagram) => answers.push(String(datagram)));
  for (const text of ["one", "another"]) {
    client.send(text, port, "127.0.0.1");
    await expect.poll(() => answers.at(-1)).toBe(text);
  }
  client.close();
  await engine.docker("rm -f echo");
  expect(ports.addresses).toEqual([]);
});

describe("a port that another program has", () => {
  const taken = createServer();
  let port = 0;
  beforeAll(
    () =>
      new Promise<void>((resolve) => {
        taken.listen(0, "127.0.0.1", () => {
          const bound = taken.address();
          port = typeof bound === "object" && bound !== null ? bound.port : 0;
          resolve();
        });
      }),
  );
  afterAll(() => taken.close());

  it.each([
    ["127.0.0.1:", "127.0.0.1"],
    ["", "0.0.0.0"],
  ])("is refused in Docker's words (%s)", async (prefix, shown) => {
    const engine = createEngine({ policy: "real", host: REAL_HOST });
    const ports = publish(engine);
    const { exitCode, stderr } = await engine.docker(`run -d --name web -p ${prefix}${port}:80 nginx`);
    const [, endpoint] = /endpoint web \(([0-9a-f]{64})\)/.exec(stderr) ?? [];
    expect([exitCode, stderr.split("\n").find((line) => line.startsWith("docker: "))]).toEqual([
      125,
      "docker: Error response from daemon: failed to set up container networking: driver failed programming external " +
        `connectivity on endpoint web (${endpoint}): failed to bind host port for ${shown}:${port}:172.17.0.2:80/tcp: ` +
        "address already in use",
    ]);
    expect((await engine.docker("ps -a --format {{.Status}}")).stdout).toBe("Created\n");
    expect(ports.addresses).toEqual([]);
  });

  it("is another one ten times, not more, if nobody has named it", async () => {
    const engine = createEngine({ policy: "real", host: REAL_HOST });
    let tries = 0;
    engine.networks.outside = {
      open: async (ports) => {
        tries++;
        return ports.map((one) => ({ port: one, problem: "permission denied" }));
      },
      close: () => {},
    };
    const { stderr } = await engine.docker("run -d --name web -p 80 nginx");
    expect([tries, stderr]).toEqual([10, expect.stringMatching(/failed to bind host port for .*: permission denied/)]);
  });

  it("is left out of a range", async () => {
    const engine = createEngine({ policy: "real", host: REAL_HOST });
    publish(engine);
    await engine.docker(`run -d --name web -p 127.0.0.1:${port}-${port + 5}:80 nginx`);
    expect(await portOf(engine, "web", "80")).toBeGreaterThan(port);
    await visit(`http://127.0.0.1:${await portOf(engine, "web", "80")}/`);
  });
});

it("breaks a connection off where nobody listens in the container", async () => {
  const engine = createEngine({ policy: "real", host: REAL_HOST });
  publish(engine);
  await engine.docker("run -d --name idle -p 127.0.0.1::80 busybox sleep 1000");
  const port = await portOf(engine, "idle", "80");
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
});

it("tells nobody that nobody listens in the container before he can have listened to it", async () => {
  const engine = createEngine({ policy: "real", host: REAL_HOST });
  publish(engine);
  await engine.docker("run -d --name idle -p 127.0.0.1::80 busybox sleep 1000");
  const client = connect({ port: await portOf(engine, "idle", "80"), host: "127.0.0.1" });
  await once(client, "connect");
  for (let rounds = 0; rounds < 5; rounds++) await new Promise((resolve) => setImmediate(resolve));
  expect(client.destroyed).toBe(false);
  // The proxy of the machine ends what it cannot pass on.
  client.resume();
  await once(client, "close");
  expect(client.bytesRead).toBe(0);
});
