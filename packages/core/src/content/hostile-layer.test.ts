/** Archives that nobody honest makes: refused, with a sentence that says why. */
import { describe, expect, it } from "vitest";
import { MemoryFs } from "../fs/index.ts";
import { Kernel } from "../kernel/index.ts";
import {
  Bzip2,
  base64Bytes,
  concat,
  encode,
  gzip,
  packTar,
  type TarEntry,
  type TarHeader,
  tarHeader,
} from "../lib/index.ts";
import { World } from "../sim/index.ts";
import { applyLayer } from "./apply.ts";
import { checkedLayer } from "./checked-layer.ts";
import { decompressLayer } from "./compression.ts";

const file = (name: string, text = "x"): TarEntry => ({
  header: tarHeader({ name, type: "file", mode: 0o644, size: text.length }),
  data: encode(text),
});
const entry = (header: Pick<TarHeader, "name" | "type"> & Partial<TarHeader>): TarEntry => ({
  header: tarHeader({ mode: 0o755, ...header }),
  data: new Uint8Array(0),
});
const symlink = (name: string, linkName: string) => entry({ name, type: "symlink", linkName });
const dir = (name: string) => entry({ name, type: "dir" });

const kernel = new Kernel(new World());
function apply(...entries: readonly TarEntry[]): MemoryFs {
  const tree = new MemoryFs(kernel);
  applyLayer(tree.root, checkedLayer(packTar(entries)));
  return tree;
}
const names = (tree: MemoryFs): readonly string[] => [...tree.root.entries.keys()];

describe("a layer is refused that has", () => {
  it.each<[what: string, entries: readonly TarEntry[], message: string]>([
    ["a name above the root", [file("../etc/passwd")], "archive entry outside of the layer: ../etc/passwd"],
    ["a name that climbs in its middle", [file("a/../../b")], "archive entry outside of the layer: a/../../b"],
    ["an absolute name", [file("/etc/passwd")], "archive entry with an absolute name: /etc/passwd"],
    [
      "a file behind an absolute symbolic link",
      [symlink("a", "/etc"), file("a/passwd")],
      "leads out of the layer by the symbolic link a -> /etc",
    ],
    [
      "a file behind a symbolic link that climbs",
      [dir("d/"), symlink("d/a", "../../.."), file("d/a/x")],
      "leads out of the layer by a symbolic link",
    ],
    ["symbolic links in a circle", [symlink("a", "b"), symlink("b", "a"), file("a/x")], "too many symbolic links in a"],
    ["a file twice", [file("a"), file("./a", "y")], "duplicate archive entry: ./a"],
    ["a file where a directory was", [dir("a/"), file("a")], "duplicate archive entry: a"],
    ["a hard link to nothing", [entry({ name: "a", type: "hardlink", linkName: "b" })], "hard link to missing file: b"],
    [
      "a hard link to a directory",
      [dir("b/"), entry({ name: "a", type: "hardlink", linkName: "b" })],
      "hard link to a directory: b",
    ],
    ["a hard link that climbs", [entry({ name: "a", type: "hardlink", linkName: "../b" })], "invalid entry name: ../b"],
    ["a whiteout of the directory above", [file(".wh...")], "invalid whiteout: .wh..."],
    ["too long a name", [file("n".repeat(256))], "archive entry with too long a name"],
  ])("%s", (_what, entries, message) => {
    expect(() => apply(...entries)).toThrow(message);
  });

  it("more entries or bytes than are allowed", () => {
    const archive = packTar([file("a"), file("b")]);
    expect(() => [...checkedLayer(archive, { entries: 1 })]).toThrow("archive has more than 1 entries");
    expect(() => [...checkedLayer(archive, { bytes: 1 })]).toThrow("archive has more than 1 bytes of files");
  });

  it("its end cut off, wherever that is", () => {
    const archive = packTar([file("a", "x".repeat(700))]);
    for (const length of [1, 511, 513, 1024, 1211]) {
      expect(() => [...checkedLayer(archive.subarray(0, length))], `${length} bytes`).toThrow("unexpected EOF");
    }
  });
});

describe("a layer is taken that has", () => {
  it("a directory told twice, and the root", () => {
    expect(names(apply(dir("./"), dir("a/"), file("a/x"), dir("a/")))).toEqual(["a"]);
  });

  it("a file behind a symbolic link that stays inside", () => {
    const tree = apply(dir("usr/"), symlink("lib", "usr/lib"), file("lib/x"));
    expect(names(tree)).toEqual(["usr", "lib"]);
    expect(tree.root.lookup("lib")?.type).toBe("symlink");
  });

  it("a whiteout beside what it whites out: its own files stay", () => {
    expect(apply(file("a"), file(".wh.a")).root.lookup("a")?.type).toBe("file");
    expect(apply(file(".wh.a"), dir("a/"), file("a/x")).root.lookup("a")?.type).toBe("dir");
  });
});

describe("decompressing", () => {
  const zeros = new Uint8Array(4 << 20);

  it("stops at a bomb", () => {
    expect(() => decompressLayer(gzip(zeros), { limitBytes: 1 << 20 })).toThrow("larger than 1048576 bytes");
    expect(decompressLayer(gzip(zeros), { limitBytes: 4 << 20 }).length).toBe(4 << 20);
  });

  it("refuses cut and damaged data", () => {
    const packed = gzip(encode("text"));
    expect(() => decompressLayer(packed.subarray(0, -3))).toThrow("unexpected EOF");
    expect(() => decompressLayer(packed.map((byte, i) => (i === packed.length - 6 ? byte ^ 1 : byte)))).toThrow(
      "gzip: invalid checksum",
    );
  });

  it("reads bzip2 and xz, and refuses what is cut, damaged or too much", () => {
    const packer = new Bzip2();
    const bzip2 = concat([packer.push(zeros), packer.finish()]);
    expect(decompressLayer(bzip2).length).toBe(zeros.length);
    expect(() => decompressLayer(bzip2, { limitBytes: 1 << 20 })).toThrow("larger than 1048576 bytes");
    expect(() => decompressLayer(bzip2.subarray(0, -6))).toThrow("unexpected EOF");
    expect(() => decompressLayer(bzip2.map((byte, i) => (i === 12 ? byte ^ 1 : byte)))).toThrow("bzip2 data invalid");
    const xz = base64Bytes("/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQADdGV4dABVzegz/0oMFwABHARvLJzBH7bzfQEAAAAABFla");
    expect(decompressLayer(xz).whole()).toEqual(encode("text"));
    expect(() => decompressLayer(xz.subarray(0, 30))).toThrow("unexpected EOF");
    expect(() => decompressLayer(xz, { limitBytes: 2 })).toThrow("larger than 2 bytes");
  });

  it("reads zstd with a codec only", () => {
    const zstd = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 1);
    expect(() => decompressLayer(zstd)).toThrow("no decoder for zstd");
    expect(decompressLayer(zstd, { codecs: { zstd: () => encode("plain") } }).whole()).toEqual(encode("plain"));
  });
});
