import { createEngine } from "@bottleship/core/engine";
import { expect, it } from "vitest";
import { EngineApi } from "../../api.ts";
import { createFetch } from "../../fetch.ts";

it("describes images to older clients with the fields that they know", async () => {
  const engine = createEngine();
  await engine.docker("pull busybox");
  const api = createFetch(new EngineApi(engine));
  const read = async (path: string) => (await api(new Request(`http://docker${path}`))).json();
  const fields = async (version: string) => {
    const image = await read(`/v${version}/images/busybox/json`);
    return [image.VirtualSize === image.Size, image.ContainerConfig?.Hostname, image.Config.Hostname];
  };
  expect(await fields("1.43")).toEqual([true, "", ""]);
  expect(await fields("1.44")).toEqual([false, "", ""]);
  expect(await fields("1.49")).toEqual([false, undefined, ""]);
  expect(await fields("1.50")).toEqual([false, undefined, undefined]);
  expect((await read("/v1.43/images/json"))[0]).toHaveProperty("VirtualSize");
  expect((await read("/v1.44/images/json"))[0]).not.toHaveProperty("VirtualSize");
});
