/** An address goes from device to device: who knew it of the last one is told. @see moby libnetwork advertiseAddrs */
import { expect, it } from "vitest";
import { createEngine } from "../index.ts";

const PING = "exec asker ping -c 1 -W 1 server";

async function pair() {
  const engine = createEngine();
  await engine.images.pull("busybox");
  await engine.docker("network create net");
  for (const name of ["server", "asker"]) await engine.docker(`run -d --net net --name ${name} busybox sleep 10000`);
  expect((await engine.docker(PING)).exitCode).toBe(0);
  const holder = async (): Promise<string> => (await engine.docker("exec asker cat /proc/net/arp")).stdout;
  const mac = async (name: string): Promise<string> => {
    const format = "{{.NetworkSettings.Networks.net.MacAddress}}";
    return (await engine.docker(`inspect -f '${format}' ${name}`)).stdout.trim();
  };
  return { engine, holder, mac };
}

it("a container that is started again is reached at once, though its hardware address is another", async () => {
  const { engine, holder, mac } = await pair();
  const before = await mac("server");
  await engine.docker("restart -t 0 server");
  const after = await mac("server");
  expect(after).not.toBe(before);
  expect(await holder()).toContain(after);
  expect((await engine.docker(PING)).exitCode).toBe(0);
});

it("a container that gets the address of one that is gone is reached at once", async () => {
  const { engine, holder, mac } = await pair();
  await engine.docker("rm -f server");
  await engine.docker("run -d --net net --name other --network-alias server busybox sleep 10000");
  expect(await holder()).toContain(await mac("other"));
  expect((await engine.docker(PING)).exitCode).toBe(0);
});

it("a network that is connected while a container runs brings its news, too", async () => {
  const { engine, holder, mac } = await pair();
  await engine.docker("network disconnect net server");
  await engine.docker("run -d --name other busybox sleep 10000");
  await engine.docker("network connect net other");
  expect(await holder()).toContain(await mac("other"));
});
