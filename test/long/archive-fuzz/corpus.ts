/** Archives that are in order: what mutations start from. */

import { createEngine } from "@bottleship/core";
import { makedev } from "@bottleship/core/abi";
import { type LayerEntry, layerToTar } from "@bottleship/core/content";
import { encode, gzip, readTar } from "@bottleship/core/lib";
import { configBytes, digestOf, type ImageConfig } from "@bottleship/core/oci";

export type Kind = "layer" | "docker archive" | "OCI archive" | "gzip";

const common = { mode: 0o644, uid: 0, gid: 0, mtimeUs: 1e15 };
const dir = (path: string): LayerEntry => ({ ...common, path, type: "dir", mode: 0o755 });
const file = (path: string, content: string): LayerEntry => ({
  ...common,
  path,
  type: "file",
  content: encode(content),
});
const link = (path: string, target: string, type: "symlink" | "hardlink"): LayerEntry => ({
  ...common,
  path,
  type,
  link: target,
});

/** A layer with one of everything: PAX records, links, devices, whiteouts. */
export const LAYER = layerToTar([
  dir("etc"),
  file("etc/passwd", "root:x:0:0::/root:/bin/sh\n"),
  { ...file("etc/tagged", "x".repeat(700)), xattrs: new Map([["user.note", encode("a=b\nc")]]) },
  dir("usr"),
  link("lib", "usr/lib", "symlink"),
  dir(`usr/${"long-name-".repeat(12)}`),
  file(`usr/${"long-name-".repeat(12)}/${"file".repeat(20)}`, ""),
  link("usr/hard", "etc/passwd", "hardlink"),
  { ...common, path: "null", type: "char", rdev: makedev(1, 3) },
  { ...common, path: "pipe", type: "fifo" },
  file(".wh.gone", ""),
  file("usr/.wh..wh..opq", ""),
]);

/** An archive as `docker save` writes it, of an image with this layer, whatever that is. */
export function archiveOf(layer: Uint8Array, isOci: boolean): Uint8Array {
  const config: ImageConfig = {
    architecture: "amd64",
    os: "linux",
    config: { Cmd: ["/bin/sh"] },
    rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    history: [{ created_by: "fuzz" }],
  };
  if (isOci) return OCI_ARCHIVE;
  const document = configBytes(config);
  const name = `${digestOf(document).slice(7)}.json`;
  const list = [{ Config: name, RepoTags: ["fuzz:1"], Layers: ["layer.tar"] }];
  return layerToTar([
    file("manifest.json", JSON.stringify(list)),
    { ...file(name, ""), content: document },
    { ...file("layer.tar", ""), content: layer },
  ]);
}

const SAVED = (() => {
  const engine = createEngine();
  engine.images.define("fuzz:1", { from: "scratch", files: { "/f": "one", "/d/g": "two" }, env: { A: "b" } });
  return engine.images.save(["fuzz:1"]).whole();
})();

/** The same without Docker's own documents. */
const OCI_ARCHIVE = layerToTar(
  [...readTar(SAVED)].flatMap(({ header, data }): LayerEntry[] => {
    if (header.name === "manifest.json" || header.name === "repositories") return [];
    const path = header.name.replace(/\/$/, "");
    return [header.type === "dir" ? dir(path) : { ...file(path, ""), content: data }];
  }),
);

export const CORPUS: readonly (readonly [kind: Kind, archive: Uint8Array])[] = [
  ["layer", LAYER],
  ["docker archive", SAVED],
  ["OCI archive", OCI_ARCHIVE],
  ["gzip", gzip(LAYER)],
  ["gzip", new Uint8Array([...gzip(LAYER), ...gzip(encode("second member"))])],
];
