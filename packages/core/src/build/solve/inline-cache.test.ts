import { expect, it } from "vitest";
import { base64, encode } from "../../lib/index.ts";
import { inlineCache } from "./inline-cache.ts";
import { OfferedLayers } from "./offered-layers.ts";
import type { BaseImage } from "./plan.ts";

function offeredBy(records: unknown): OfferedLayers {
  const cache = base64(encode(JSON.stringify(records)));
  const offered = new OfferedLayers();
  const image = { config: { "moby.buildkit.cache.v0": cache }, chain: ["sha256:a"] };
  offered.add(inlineCache(image as unknown as BaseImage));
  return offered;
}

it.each([
  ["no list", { digest: "k" }],
  ["layers that are no list", [{ digest: "k", layers: "x" }]],
  ["a layer without a number", [{ digest: "k", layers: [null] }]],
  ["inputs that are no lists", [{ digest: "k", layers: [{ layer: 0, createdAt: "" }], inputs: [1] }]],
])("offers nothing of a cache with %s", (_, records) => {
  expect(offeredBy(records).find("k")).toBeUndefined();
});

it("offers the layer that a record names", () => {
  const record = { digest: "k", layers: [{ layer: 0, createdAt: "" }], inputs: [[{ link: 0 }]] };
  expect(offeredBy([record]).find("k")?.snapshot).toBe("sha256:a");
});
