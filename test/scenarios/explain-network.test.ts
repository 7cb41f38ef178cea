/** `engine.explain({ from, to, port })`: why a name does not resolve, and a port cannot be reached. */
import { createCluster } from "@bottleship/core/cluster";
import type { Engine, Way } from "@bottleship/core/engine";
import { assert, beforeAll, describe, expect, it } from "vitest";
import { docker, machine } from "./support.ts";

let engine: Engine;
const explained = (way: Way): string => {
  const [, ...lines] = String(engine.explain(way)).trimEnd().split("\n");
  return lines.map((line) => line.trim().replace(/^because /, "← ")).join(" ");
};

const addressOf = (name: string): string => engine.containers.get(name).sandbox?.endpoints[0]?.v4 ?? "";

beforeAll(async () => {
  engine = await machine();
  for (const network of ["app", "other", "inner --internal", "split -o com.docker.network.bridge.enable_icc=false"]) {
    const [name = "", ...options] = network.split(" ");
    await docker(engine, ["network", "create", ...options, name]);
  }
  const serve = "busybox httpd -f -p";
  await docker(engine, `run -d --name web --network app busybox sleep 1000`);
  await docker(engine, `run -d --name shop --network app -p 8080:80 ${serve} 80`);
  await docker(engine, `run -d --name shy --network app -p 9090:90 ${serve} 127.0.0.1:90`);
  await docker(engine, `run -d --name far --network other ${serve} 80`);
  await docker(engine, `run -d --name plain ${serve} 80`);
  await docker(engine, `run -d --name simple busybox sleep 1000`);
  await docker(engine, `run -d --name alone --network none busybox sleep 1000`);
  await docker(engine, `run -d --name closed --network inner busybox sleep 1000`);
  await docker(engine, `run -d --name left --network split ${serve} 80`);
  await docker(engine, `run -d --name right --network split busybox sleep 1000`);
  await docker(engine, `run -d --name dead --network app busybox true`);
  await docker(engine, `run -d --name gone -p 7070:80 busybox true`);
  await engine.world.advance("1s");
});

describe("a name", () => {
  it.each<[Way, string]>([
    [{ from: "web", to: "shhop" }, "← nobody on app is called shhop, or has it as an alias (there is shop)"],
    [{ from: "web", to: "far" }, "← web is on app, and far is on other: names are known within a network"],
    [{ from: "web", to: "dead" }, "← the container dead is exited: only what runs has a place on its networks"],
    [{ from: "alone", to: "web" }, "← alone has no network (--network none)"],
    [
      { from: "simple", to: "plain" },
      "← both are on bridge, where containers have no names: the default bridge knows none, a network of docker network create does",
    ],
    [{ to: "web" }, "← the machine does not know the names of containers: only containers do"],
    [
      { from: "closed", to: "example.com" },
      "← nobody on inner is called example.com, and no other name server can be asked: its networks are internal",
    ],
  ])("%o", (way, reason) => {
    expect(explained(way)).toBe(`the name ${way.to} does not resolve ${reason}`);
  });
});

describe("a port", () => {
  it("that can be reached is said to be", async () => {
    const address = addressOf("shop");
    expect(explained({ from: "web", to: "shop", port: 80 })).toBe(
      `shop is ${address} shop listens on 80/tcp: it can be reached at ${address}`,
    );
    expect(explained({ to: "localhost", port: 8080 })).toBe(
      `localhost is 127.0.0.1 port 8080 of the machine is published to 80 of shop shop listens on 80/tcp: it can be reached at ${address}`,
    );
    expect((await engine.fetch("http://localhost:8080/")).status).toBe(404);
  });

  it("is another one, not published, on the wrong address, or nobody's", () => {
    expect(explained({ from: "web", to: "shop", port: 8080 })).toBe(
      `shop is ${addressOf("shop")} nothing listens on 8080/tcp of shop ← it listens on 80 ← 8080 is the machine's port for 80 of shop: other containers connect to 80`,
    );
    expect(explained({ to: "localhost", port: 80 })).toBe(
      "localhost is 127.0.0.1 no port 80 of the machine is published ← 80 of shop is published as 8080 of the machine",
    );
    expect(explained({ to: "localhost", port: 9090 })).toBe(
      "localhost is 127.0.0.1 port 9090 of the machine is published to 90 of shy shy listens on 127.0.0.1:90, its own loopback address, which only it can reach: what is to be reached from outside listens on 0.0.0.0",
    );
    expect(explained({ to: "localhost", port: 7070 })).toBe(
      "localhost is 127.0.0.1 no port 7070 of the machine is published ← gone publishes 7070 while it runs, and is exited",
    );
    expect(explained({ from: "web", to: "localhost", port: 90 })).toBe(
      "localhost is 127.0.0.1, which is web itself nothing listens on 90/tcp of web ← nothing in it listens at all ← shy listens on 90: inside of a container, localhost is the container and not the machine",
    );
  });

  it("is behind another bridge, no network, an internal one, one without communication, a cut link, a pause", async () => {
    expect(explained({ from: "web", to: addressOf("far"), port: 80 })).toBe(
      `far has ${addressOf("far")} on other, and web is on app: bridges let nothing through to each other`,
    );
    expect(explained({ from: "alone", to: addressOf("far") })).toBe(
      "alone has no network (--network none): nothing but its own loopback can be reached",
    );
    expect(explained({ from: "closed", to: "8.8.8.8" })).toBe(
      "closed is on internal networks only (inner): nothing leads out of them",
    );
    expect(explained({ from: "right", to: addressOf("left"), port: 80 })).toBe(
      "split was made so that its containers do not hear each other (com.docker.network.bridge.enable_icc=false)",
    );
    const partition = engine.links.partition(["web"], ["shop"]);
    expect(explained({ from: "web", to: addressOf("shop"), port: 80 })).toBe(
      "the link between web and shop on app is cut",
    );
    partition.end();
    await docker(engine, "pause shop");
    expect(explained({ from: "web", to: addressOf("shop"), port: 80 })).toBe("shop is paused: nobody in it answers");
    await docker(engine, "unpause shop");
  });
});

it("what a program has waited for as long as it wanted to", async () => {
  const script = `wget -T 2 -q http://${addressOf("far")}/; sleep 1000`;
  await docker(engine, ["run", "-d", "--name", "impatient", "--network", "app", "busybox", "sh", "-c", script]);
  await engine.pass("30s");
  const [, failed] = engine.explain("impatient").findings;
  expect(failed?.text).toMatch(/^it failed once to reach [\d.]+ port 80 \(EINTR\), last at /);
  expect(failed?.because?.[0]?.text).toMatch(/bridges let nothing through to each other$/);
});

it("what is on another machine: who has the address, whether that machine is heard, who listens there", async () => {
  const cluster = createCluster({ machines: 2 });
  const [first, second] = cluster.machines;
  assert(first !== undefined && second !== undefined);
  for (const { engine } of cluster.machines) await docker(engine, "pull -q busybox");
  await docker(first.engine, "network create -d overlay --attachable shop");
  await docker(first.engine, "run -d --name web --network shop busybox httpd -f");
  await docker(second.engine, "run -d --name cli --network shop busybox sleep 100000");
  await cluster.world.advance("1s");
  const why = (to: string, port?: number): readonly string[] =>
    second.engine.explain({ from: "cli", to, ...(port !== undefined && { port }) }).findings.map(({ text }) => text);
  const place = ["web is 10.0.1.2", "web has 10.0.1.2 on shop, on node-1"];
  expect(why("web", 80)).toEqual([...place, "web listens on 80/tcp: it can be reached at 10.0.1.2"]);
  expect(why("web", 81)).toEqual([...place, "nothing listens on 81/tcp of web"]);
  expect(why("node-1")).toEqual(["node-1 is 10.255.0.1", "10.255.0.1 is another machine, which can be reached"]);
  const cut = cluster.partition("node-2");
  const deaf = "do not hear each other: it has no power, or the links between them are cut";
  expect(why("web", 80)).toEqual([...place, `this machine and node-1 ${deaf}`]);
  expect(why("10.255.0.1")).toEqual([
    "10.255.0.1 is another machine, and it is not heard: it has no power, or the links to it are cut",
  ]);
  cut.end();
  await first.crash();
  expect(why("10.255.0.1")[0]).toMatch(/is not heard/);
});

it("what a program has failed to reach is explained with its container", async () => {
  const script = "wget -q http://shop:81/; wget -q http://shopp/; wget -q http://shopp/; sleep 1000";
  await docker(engine, ["run", "-d", "--name", "client", "--network", "app", "busybox", "sh", "-c", script]);
  await engine.world.advance("30s");
  const lines = String(engine.explain("client")).split("\n").slice(2);
  expect(lines.map((line) => line.replace(/last at .*/, "last at …"))).toEqual([
    expect.stringMatching(/^ {2}it failed once to reach [\d.]+ port 81 \(ECONNREFUSED\), last at …$/),
    "    because nothing listens on 81/tcp of shop",
    "      because it listens on 80",
    "  it failed 2 times to reach shopp (NXDOMAIN), last at …",
    "    because the name shopp does not resolve",
    "      because nobody on app is called shopp, or has it as an alias (there is shop)",
    "",
  ]);
});

it("what a build could not take from its cache", async () => {
  const build = (text: string) =>
    engine.build({ context: { files: { Dockerfile: "FROM busybox\nCOPY note /note\nRUN cat /note\n", note: text } } });
  await build("one");
  expect(String(engine.explain(await build("one")))).toBe("the build:\n  every step was cached\n");
  expect(
    engine
      .explain(await build("two"))
      .all("cache")
      .map(({ text }) => text),
  ).toEqual([
    "[2/3] COPY note /note was not cached",
    expect.stringMatching(/differs/),
    "[3/3] RUN cat /note was not cached",
    "it comes after [2/3] COPY note /note, which was not cached",
  ]);
});
