/** Layers that are compressed with zstd come and are unpacked; broken ones and bombs are refused. */
import { gzipSync } from "node:zlib";
import { decompressLayer } from "@bottleship/core/content";
import { createEngine } from "@bottleship/core/engine";
import { packTar, tarHeader } from "@bottleship/core/lib";
import {
  configBytes,
  digestOf,
  type ImageConfig,
  manifestBytes,
  OCI_CONFIG,
  OCI_LAYER_ZSTD,
  OCI_MANIFEST,
  parseReference,
} from "@bottleship/core/oci";
import { Registry, RegistryClient } from "@bottleship/core/registry";
import { expect, it } from "vitest";
import { CODECS } from "./index.ts";

const codecs = { codecs: CODECS };
const bytes = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

/** What `zstd` has made of "hello, hello, hello, hello\n", and of 16 MiB of zeros. */
const HELLO = bytes("KLUv/QBYdQAAQGhlbGxvLCAKAQBKihE=");
const BOMB = bytes(
  "KLUv/QBoTAAACAABAPz/ORACAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAgAQAAIAEAACABAAAwAQAA==",
);

it("zstd is read in frames, and refused where it is cut, damaged or too much", () => {
  expect(Buffer.from(decompressLayer(HELLO, codecs).whole()).toString()).toBe("hello, hello, hello, hello\n");
  const twice = new Uint8Array([...HELLO, ...HELLO]);
  expect(decompressLayer(twice, codecs).length).toBe(54);
  for (let length = 5; length < HELLO.length - 4; length++) {
    expect(() => decompressLayer(HELLO.subarray(0, length), codecs), `${length} bytes`).toThrow("zstd: invalid input");
  }
  expect(decompressLayer(BOMB, codecs).length).toBe(16 << 20);
  expect(() => decompressLayer(BOMB, { ...codecs, limitBytes: 1 << 20 })).toThrow("larger than 1048576 bytes");
});

it("gzip by the host agrees with our own, also about what it refuses", () => {
  const packed = new Uint8Array(gzipSync(Buffer.alloc(300_000, "text")));
  expect(decompressLayer(packed, codecs).whole()).toEqual(decompressLayer(packed).whole());
  for (const broken of [packed.subarray(0, -5), packed.map((byte, i) => (i === 60 ? byte ^ 255 : byte))]) {
    const refusal = (options: object): unknown => {
      try {
        return decompressLayer(broken, options).length;
      } catch (error) {
        return error instanceof Error && "offset" in error ? [error.message, error.offset] : error;
      }
    };
    expect(refusal(codecs)).toEqual(refusal({}));
    expect(refusal(codecs)).toBeInstanceOf(Array);
  }
});

it("an image with zstd layers is pulled with the codec, and refused without", async () => {
  const content = new Uint8Array(Buffer.from("hello, hello, hello, hello\n"));
  const layer = packTar([
    { header: tarHeader({ name: "f", type: "file", mode: 0o644, size: content.length }), data: content },
  ]);
  // A frame of raw blocks: what every decoder reads, and needs no encoder.
  const frame = new Uint8Array([
    0x28,
    0xb5,
    0x2f,
    0xfd,
    0x60,
    ...le(layer.length - 256, 2),
    ...le((layer.length << 3) | 1, 3),
    ...layer,
  ]);
  expect(digestOf(decompressLayer(frame, codecs))).toBe(digestOf(layer));
  const config: ImageConfig = {
    architecture: "amd64",
    os: "linux",
    config: {},
    rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    history: [],
  };
  const document = configBytes(config);
  const registry = new Registry();
  const client = new RegistryClient({ fetch: registry.fetch });
  const reference = parseReference("localhost:5000/zstd:1");
  for (const blob of [document, frame]) await client.uploads.blob(reference, digestOf(blob), blob);
  const manifest = manifestBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, digest: digestOf(document), size: document.length },
    layers: [{ mediaType: OCI_LAYER_ZSTD, digest: digestOf(frame), size: frame.length }],
  });
  await client.uploads.manifest(reference, "1", { mediaType: OCI_MANIFEST }, manifest);
  const open = (options: object) => {
    const engine = createEngine(options);
    engine.registries.add("localhost:5000", registry.fetch);
    return engine;
  };
  const engine = open(codecs);
  expect((await engine.images.pull("localhost:5000/zstd:1")).id).toBe(digestOf(document));
  await engine.build({ context: { files: {} }, dockerfile: "FROM localhost:5000/zstd:1\nLABEL a=b\n", pull: true });
  await expect(open({}).images.pull("localhost:5000/zstd:1")).rejects.toThrow("no decoder for zstd");
});

function le(value: number, size: number): number[] {
  return Array.from({ length: size }, (_, index) => (value >> (8 * index)) & 255);
}
