/** `docker stack deploy`: when it asks a registry for an image's digest. Texts are those of docker 28.5.2. */
import { expect, it } from "vitest";
import { createEngine } from "../../index.ts";

async function swarm() {
  const engine = createEngine({ seed: 7 });
  await engine.images.pull("busybox");
  await engine.docker("swarm init");
  const deploy = (image: string, options = "") => {
    const stdin = `version: "3.8"\nservices: {web: {image: "${image}", command: sleep 100}}\n`;
    return engine.docker(`stack deploy -d ${options} -c - s`, { stdin });
  };
  const image = (): string | undefined =>
    engine.swarm.cluster.services.get("s_web").spec.TaskTemplate.ContainerSpec?.Image;
  return { engine, deploy, image };
}

const PINNED = /^busybox:latest@sha256:[0-9a-f]{64}$/;

it("asks always, unless told otherwise, and warns where it changes a service", async () => {
  const { deploy, image } = await swarm();
  expect((await deploy("nosuchimage")).stderr).toBe("");
  expect(image()).toBe("nosuchimage:latest");
  expect((await deploy("nosuchimage")).stderr).toMatch(/^image nosuchimage:latest could not be accessed on a registry/);
  expect((await deploy("busybox")).stderr).toBe("");
  expect(image()).toMatch(PINNED);
});

it("asks about a changed image only, and keeps what it has found before", async () => {
  const { engine, deploy, image } = await swarm();
  await deploy("busybox");
  const asked = (): number =>
    engine.calls.made(undefined, { client: "docker" }).filter(({ operation }) => operation === "DistributionInspect")
      .length;
  const before = asked();
  await deploy("busybox", "--resolve-image changed");
  expect([asked(), image()]).toEqual([before, expect.stringMatching(PINNED)]);
  await deploy("busybox:1.36", "--resolve-image changed");
  expect(asked()).toBe(before + 1);
});

it("never asks if it is not to", async () => {
  const { deploy, image } = await swarm();
  await deploy("busybox", "--resolve-image never");
  expect(image()).toBe("busybox:latest");
});
