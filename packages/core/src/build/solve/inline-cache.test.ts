import { expect, it } from "vitest";
import { base64, encode } from "../../lib/index.ts";
import { OfferedLayers } from "./inline-cache.ts";
import type { BaseImage } from "./plan.ts";

const image = (records: unknown): BaseImage => {
  const cache = base64(encode(JSON.stringify(records)));
  return { config: { "moby.buildkit.cache.v0": cache }, chain: ["sha256:a"] } as unknown as BaseImage;
};

it.each([
  ["no list", { digest: "k" }],
  ["layers that are no list", [{ digest: "k", layers: "x" }]],
  ["a layer without a number", [{ digest: "k", layers: [null] }]],
  ["inputs that are no lists", [{ digest: "k", layers: [{ layer: 0, createdAt: "" }], inputs: [1] }]],
])("offers nothing of a cache with %s", (_, records) => {
  const offered = new OfferedLayers();
  offered.add(image(records));
  expect(offered.find("k")).toBeUndefined();
});

it("offers the layer that a record names", () => {
  const offered = new OfferedLayers();
  offered.add(image([{ digest: "k", layers: [{ layer: 0, createdAt: "" }], inputs: [[{ link: 0 }]] }]));
  expect(offered.find("k")?.snapshot).toBe("sha256:a");
});
