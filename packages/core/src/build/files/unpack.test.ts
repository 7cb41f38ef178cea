import { expect, it } from "vitest";
import { type LayerEntry, layerToTar } from "../../content/index.ts";
import { encode, gzip } from "../../lib/index.ts";
import { linesOf, treeWith } from "../../testing/tree.ts";
import type { Owner } from "./make-directories.ts";
import { openArchive, unpackArchive } from "./unpack.ts";

const entry = (path: string, more: Partial<LayerEntry> = {}): LayerEntry => ({
  path,
  type: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeUs: 0,
  ...(more.type === undefined ? { content: encode(path) } : {}),
  ...more,
});

function unpacked(entries: readonly LayerEntry[], existing = {}, owner?: Owner): readonly string[] {
  const tree = treeWith({ d: { directory: true }, ...existing });
  unpackArchive(tree, layerToTar(entries), "/d", owner);
  return linesOf(tree).filter((line) => !line.endsWith(" d"));
}

it("takes what begins with a header for an archive, compressed or not", () => {
  const tar = layerToTar([entry("a")]);
  expect(openArchive(tar, { xz: true })).toBe(tar);
  expect(openArchive(gzip(tar), { xz: true })).toEqual(tar);
  expect(openArchive(gzip(encode("text")), { xz: true })).toBeUndefined();
  expect(openArchive(encode("text"), { xz: true })).toBeUndefined();
  expect(openArchive(layerToTar([]), { xz: true })).toBeUndefined();
});

it("takes archives of zstd for such where somebody can read them", () => {
  const tar = layerToTar([entry("a")]);
  const compressed = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 1);
  expect(openArchive(compressed, { xz: true })).toBeUndefined();
  expect(openArchive(compressed, { xz: true, codecs: { zstd: () => tar } })).toEqual(tar);
  const broken = (): never => {
    throw new RangeError("no frame");
  };
  expect(openArchive(compressed, { xz: true, codecs: { zstd: broken } })).toBeUndefined();
});

it("makes directories on the way as root's, and leaves the destination alone", () => {
  const entries = [entry(".", { type: "dir", mode: 0o700 }), entry("p/q", { uid: 9, gid: 8 })];
  expect(unpacked(entries)).toEqual(["d 755 0:0 d/p", 'f 644 9:8 d/p/q "p/q"']);
});

it("gives the attributes of a hard link to the file", () => {
  const first = entry("a", { mode: 0o600, uid: 7 });
  expect(unpacked([first, entry("b", { type: "hardlink", link: "a", mode: 0o640 })])).toEqual([
    'f 640 0:0 d/a "a"',
    'f 640 0:0 d/b "a"',
  ]);
});

it("replaces files, merges directories and gives everything one owner if asked", () => {
  const existing = { "d/a": "old", "d/s/keep": "k" };
  expect(unpacked([entry("a"), entry("s", { type: "dir", mode: 0o700 })], existing, { uid: 3, gid: 4 })).toEqual([
    'f 644 3:4 d/a "a"',
    "d 700 3:4 d/s",
    'f 644 0:0 d/s/keep "k"',
  ]);
});

it("keeps links inside the destination", () => {
  const link = entry("s", { type: "symlink", link: "/etc", mode: 0o777 });
  expect(unpacked([link, entry("s/evil")])).toContain('f 644 0:0 d/etc/evil "s/evil"');
});

it("refuses names that lead out, links to nothing, files as directories and archives that are cut", () => {
  expect(() => unpacked([entry("../evil")])).toThrow('invalid entry name "../evil"');
  expect(() => unpacked([entry("../evil", { type: "dir" })])).toThrow('invalid entry name "../evil/"');
  expect(() => unpacked([entry("h", { type: "hardlink", link: "nope" })])).toThrow(
    "linkat nope h: no such file or directory",
  );
  expect(() => unpacked([entry("a"), entry("a/b")])).toThrow("openat a/b: not a directory");
  const cut = layerToTar([entry("a", { content: encode("x".repeat(600)) })]).subarray(0, 700);
  expect(() => unpackArchive(treeWith({}), cut, "/", undefined)).toThrow("unexpected EOF");
});
