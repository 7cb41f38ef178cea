import { describe, expect, it } from "vitest";
import { decode, encode } from "../lib/index.ts";
import { configBytes, documentBytes, goJson, manifestBytes } from "./canonical.ts";
import { digestOf } from "./digest.ts";
import type { ImageConfig } from "./image.ts";
import { readImageConfig, readManifest } from "./schema.ts";

const DIGEST = digestOf(encode("x"));

describe("canonical JSON", () => {
  it("escapes what Go escapes, and nothing else", () => {
    expect(goJson({ a: "<b> & c\u2028\u007f\b\udc80é" })).toBe(
      '{"a":"\\u003cb\\u003e \\u0026 c\\u2028\u007f\\b\\ufffdé"}',
    );
  });

  it("has structures in Go's order and maps by their keys' bytes, also where those look like numbers", () => {
    const config: ImageConfig = {
      rootfs: { type: "layers", diff_ids: [DIGEST] },
      os: "linux",
      history: [{ empty_layer: true, created_by: "x", created: "t" }],
      config: {
        Labels: { b: "1", "2": "x", "10": "y" },
        Cmd: ["sh"],
        User: "u",
        Healthcheck: { Retries: 1, Test: [] },
      },
      architecture: "amd64",
    };
    expect(decode(configBytes(config))).toBe(
      `{"architecture":"amd64","config":{"User":"u","Cmd":["sh"],"Labels":{"10":"y","2":"x","b":"1"},"Healthcheck":{"Test":[],"Retries":1}},"history":[{"created":"t","created_by":"x","empty_layer":true}],"os":"linux","rootfs":{"type":"layers","diff_ids":["${DIGEST}"]}}`,
    );
  });

  it("writes a manifest as BuildKit and Docker do", () => {
    const layer = { size: 2, digest: DIGEST, mediaType: "a/b", annotations: { z: "1", a: "2" } };
    expect(decode(manifestBytes({ layers: [layer], config: layer, schemaVersion: 2 }))).toBe(
      `{"schemaVersion":2,"config":{"mediaType":"a/b","digest":"${DIGEST}","size":2,"annotations":{"a":"2","z":"1"}},"layers":[{"mediaType":"a/b","digest":"${DIGEST}","size":2,"annotations":{"a":"2","z":"1"}}]}`,
    );
  });
});

describe("documents at the door", () => {
  const part = { mediaType: "a/b", digest: DIGEST, size: 1 };

  it("takes null for what is not there, as Docker writes it", () => {
    const written = {
      architecture: "amd64",
      os: "linux",
      config: { Env: null, Cmd: ["x"], Volumes: null },
      rootfs: { type: "layers", diff_ids: null },
      history: null,
    };
    const read = readImageConfig(documentBytes(written));
    expect(read).toEqual({
      architecture: "amd64",
      os: "linux",
      config: { Cmd: ["x"] },
      rootfs: { type: "layers", diff_ids: [] },
      history: [],
    });
  });

  it.each<[what: string, document: unknown, message: string]>([
    ["text", "{", "invalid manifest: "],
    ["another version", { schemaVersion: 1, config: part, layers: [] }, "invalid manifest: schemaVersion: "],
    [
      "a digest that is none",
      { schemaVersion: 2, config: { ...part, digest: "sha256:12" }, layers: [] },
      "invalid manifest: config.digest: invalid digest",
    ],
    [
      "a size below zero",
      { schemaVersion: 2, config: part, layers: [{ ...part, size: -1 }] },
      "invalid manifest: layers.0.size: ",
    ],
    [
      "a manifest that is an index too",
      { schemaVersion: 2, config: part, layers: [part], manifests: [part] },
      "invalid index: config: an index and a manifest at once",
    ],
  ])("refuses %s, and says where", (_what, document, message) => {
    const bytes = typeof document === "string" ? encode(document) : documentBytes(document);
    expect(() => readManifest(bytes)).toThrow(message);
  });

  it("refuses a document that says to be of another type than its sender", () => {
    const bytes = documentBytes({ schemaVersion: 2, mediaType: "a/b", config: part, layers: [] });
    expect(() => readManifest(bytes, "a/c")).toThrow('media type "a/b" is not the expected "a/c"');
  });
});
