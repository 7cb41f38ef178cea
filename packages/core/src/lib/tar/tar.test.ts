import { describe, expect, it } from "vitest";
import { concat, equal, NO_BYTES } from "../bytes.ts";
import { Chunks } from "../chunks.ts";
import { gunzip } from "../compression/deflate.ts";
import { sha256 } from "../sha256.ts";
import { decode, encode, fromLatin1 } from "../text.ts";
import {
  packTar,
  readTar,
  readTarInChunks,
  type TarEntry,
  type TarFormat,
  type TarHeader,
  tarChunks,
  tarHeader,
} from "./tar.ts";

type Given = Parameters<typeof tarHeader>[0];

const pack = (given: Given, format: TarFormat = "any"): Uint8Array =>
  packTar([{ header: tarHeader(given), data: new Uint8Array(given.size ?? 0) }], format);

const digest = (bytes: Uint8Array): string => sha256(bytes).slice(0, 16);

const xattrs = new Map([
  ["user.a", encode("b")],
  ["security.capability", fromLatin1("\x01\x00\x00\x02")],
]);

/** Digests of what Go 1.26's archive/tar writes for the same headers. */
const RECORDED: readonly (readonly [what: string, given: Given, digest: string, format?: TarFormat])[] = [
  [
    "a plain file",
    {
      name: "etc/passwd",
      type: "file",
      size: 5,
      mode: 0o644,
      mtimeUs: 1_000_000_000_000_000,
      userName: "root",
      groupName: "root",
    },
    "aa8df27bddd8495b",
  ],
  ["a directory", { name: "usr/bin/", type: "dir", mode: 0o755 }, "f4295c73fc84b923"],
  ["a device", { name: "dev/null", type: "char", mode: 0o666, major: 1, minor: 3 }, "d0f97f96e836ba77"],
  ["a hard link", { name: "bin/sh", type: "hardlink", linkName: "bin/busybox", mode: 0o4755 }, "5fb7ec4e4cdb2bca"],
  [
    "a long name that USTAR can split",
    { name: `${"d".repeat(90)}/${"n".repeat(50)}`, type: "file" },
    "59305855ac094492",
  ],
  ["a long name without a place to split", { name: "n".repeat(120), type: "file" }, "9fb1824cc422f930"],
  [
    "a cut name that would end with a slash",
    { name: `${"n".repeat(99)}/ü`, type: "symlink", linkName: "x" },
    "36d0a1cc62559d7c",
  ],
  ["a name that is not ASCII", { name: "dir/ünï", type: "file", size: 700 }, "4b40d36454b9eaad"],
  ["a user beyond octal", { name: "f", type: "file", uid: 4_294_967_294, gid: 2_097_152 }, "22d97be97c062a56"],
  ["a long link", { name: "l", type: "symlink", linkName: "t".repeat(101) }, "dde5ba6cf9e73420"],
  ["extended attributes", { name: "f", type: "file", xattrs }, "a8e8b81634a2cf05"],
  ["a time before 1970", { name: "f", type: "file", mtimeUs: -1_500_000 }, "89f1d5c028a8bacb"],
  ["half a second, rounded", { name: "f", type: "file", mtimeUs: 1_500_000 }, "cf78df700ce5a7dd"],
  ["half a second, kept", { name: "f", type: "file", mtimeUs: 1_500_000 }, "7b3e07af2b109d63", "pax"],
];

/** GNU tar: a long name, a hard link to it, a long symbolic link, a device, a fifo; a user id in base 256. */
const GNU = `H4sIAAAAAAACA+3YTW6DMBAFYK97Cl+g4PHvtvtyiVQhCaqLJUJUddejZZVz1aFpVaVSogjhQnnfxgiQvBi/GUGWZ/lDEep1UdXPbBgislp3a3S+CnLy
+7q7T2SFYrxgCey27aLhnDUhtJfeu/Z8opY95HUPDOZS/6/8vx83vD/sP0P/M/OWCae0Ndp0+VeabMy/SJn/p2p98b3XTVn6/1f/Tel9uEMO5iob6/yX
jD9i/mP+w7D9f9Esh97j+vwXZ/PfCDKMU4rDOfP5P47+T7/7P6H/p9D+EXTecdi+vQy+xzHUzrkb+r+TzjIuUxzEmff/eud9ivrfNP9Jkon1V1P6/j+N
stOqplL/VbUK46u/sDbW3+L/DwAAAAAAAABAbx8+7ccjACgAAA==`;

const fromBase64 = (text: string): Uint8Array => fromLatin1(atob(text.replaceAll("\n", "")));

const HEADERS = RECORDED.map(([what, given, recorded, format = "any"]) => ({ what, given, recorded, format }));

describe("packTar", () => {
  it.each(HEADERS)("writes $what as Go does", ({ given, recorded, format }) => {
    expect(digest(pack(given, format))).toBe(recorded);
  });

  it("writes of each what it writes of that alone, whatever came before", () => {
    const likes = [
      { mode: 0o644, uid: 0, gid: 0, userName: "", groupName: "", mtimeUs: 0 },
      { mode: 0o755, uid: 0, gid: 0, userName: "", groupName: "", mtimeUs: 0 },
      { mode: 0o755, uid: 7, gid: 0, userName: "", groupName: "", mtimeUs: 0 },
      { mode: 0o755, uid: 7, gid: 8, userName: "", groupName: "", mtimeUs: 0 },
      { mode: 0o755, uid: 7, gid: 8, userName: "root", groupName: "", mtimeUs: 0 },
      { mode: 0o755, uid: 7, gid: 8, userName: "r", groupName: "", mtimeUs: 0 },
      { mode: 0o755, uid: 7, gid: 8, userName: "r", groupName: "wheel", mtimeUs: 0 },
      { mode: 0o755, uid: 7, gid: 8, userName: "r", groupName: "wheel", mtimeUs: 5_000_000 },
    ];
    const all = likes.flatMap((like, n): readonly Given[] => [
      { ...like, name: `file-${n}`, type: "file", size: n },
      { ...like, name: `f${n}`, type: "file" },
      { ...like, name: `link-${n}`, type: "symlink", linkName: `to-${n}` },
      { ...like, name: `l${n}`, type: "hardlink", linkName: "f" },
      { ...like, name: `${"d".repeat(90)}/${"n".repeat(50)}`, type: "file" },
      { ...like, name: `null-${n}`, type: "char", major: 1, minor: n },
      { ...like, name: `zero-${n}`, type: "char", major: n, minor: 1 },
      { ...like, name: `ü-${n}`, type: "file" },
    ]);
    const together = packTar(all.map((one) => ({ header: tarHeader(one), data: new Uint8Array(one.size ?? 0) })));
    const alone = all.map((one) => pack(one).slice(0, -1024));
    expect(equal(together, concat([...alone, new Uint8Array(1024)]))).toBe(true);
  });

  it("pads data to blocks and ends with two zero blocks", () => {
    const archive = pack({ name: "f", type: "file", size: 513 });
    expect(archive.length).toBe(512 + 1024 + 1024);
    expect(archive.subarray(-1024).every((byte) => byte === 0)).toBe(true);
  });

  it("lays small and large data out alike, and copies only the small", () => {
    const sizes = [0, 1, 511, 512, 513, 16_384, 16_385, 70_000, 3, 0, 65_536, 100];
    const datas: readonly Uint8Array[] = sizes.map((size, n) => new Uint8Array(size).fill(n + 1));
    const entries = datas.map((data, n) => ({
      header: tarHeader({ name: `file-${n}`, type: "file", size: data.length }),
      data,
    }));
    const pieces = [...tarChunks(entries)];
    expect(pieces.filter((piece) => datas.includes(piece)).map(({ length }) => length)).toEqual([
      16_385, 70_000, 65_536,
    ]);
    const archive = concat(pieces);
    expect(archive.length).toBe(sizes.reduce((sum, size) => sum + 512 + Math.ceil(size / 512) * 512, 1024));
    expect(
      [...readTar(archive)].map(({ header, data }) => [
        header.name,
        equal(data, datas[Number(header.name.slice(5))] ?? NO_BYTES),
      ]),
    ).toEqual(sizes.map((_, n) => [`file-${n}`, true]));
  });
});

describe("readTar", () => {
  it.each(HEADERS)("reads back $what", ({ given, format }) => {
    const [entry] = [...readTar(pack(given, format))];
    const mtimeUs = format === "pax" ? (given.mtimeUs ?? 0) : Math.round((given.mtimeUs ?? 0) / 1e6) * 1e6;
    expect(entry?.header).toEqual(tarHeader({ ...given, mtimeUs }));
    expect(entry?.data.length).toBe(given.size ?? 0);
  });

  it("reads GNU's long names, long links and base-256 numbers", () => {
    const entries = [...readTar(gunzip(fromBase64(GNU)))];
    const long = `${"d".repeat(60)}/${"n".repeat(60)}`;
    const shown = entries.map(({ header, data }: TarEntry) => [
      header.type,
      header.name,
      header.linkName,
      decode(data),
      header.uid,
      header.userName,
      header.major,
      header.minor,
    ]);
    expect(shown).toEqual([
      ["file", long, "", "hello\n", 3_000_000, "big", 0, 0],
      ["hardlink", "hard", long, "", 3_000_000, "big", 0, 0],
      ["symlink", "sym", "t".repeat(120), "", 3_000_000, "big", 0, 0],
      ["char", "null", "", "", 3_000_000, "big", 1, 3],
      ["fifo", "fifo", "", "", 3_000_000, "big", 0, 0],
    ]);
  });

  it("reads the same of an archive in chunks, wherever it is cut", () => {
    const archive = gunzip(fromBase64(GNU));
    const whole = [...readTar(archive)];
    for (const size of [1, 100, 511, 512, 700, 4096]) {
      const cut = Array.from({ length: Math.ceil(archive.length / size) }, (_, n) =>
        archive.subarray(n * size, (n + 1) * size),
      );
      expect([...readTar(Chunks.from(cut))], `cut every ${size} bytes`).toEqual(whole);
      const inChunks = [...readTarInChunks(Chunks.from(cut))];
      expect(inChunks.map(({ data, ...entry }) => ({ ...entry, data: data.whole() }))).toEqual(whole);
      for (const { data } of inChunks) for (const { buffer } of data) expect(buffer).toBe(archive.buffer);
    }
  });

  it("takes an old archive's file for a directory if its name ends with a slash", () => {
    const archive = pack({ name: "d/", type: "dir" });
    archive[156] = 0;
    const sum = archive.subarray(0, 512).reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
    archive.set(encode(sum.toString(8).padStart(6, "0")), 148);
    expect([...readTar(archive)].map(({ header }) => header.type)).toEqual(["dir"]);
  });

  it("stops at two zero blocks or at the end, and skips global headers", () => {
    const one = pack({ name: "f", type: "file" });
    const global = pack({ name: "n".repeat(120), type: "file" }).subarray(0, 1024);
    global[156] = 0x67;
    const sum = global.subarray(0, 512).reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
    global.set(encode(sum.toString(8).padStart(6, "0")), 148);
    const names = (archive: Uint8Array) =>
      [...readTar(archive)].map(({ header }: { header: TarHeader }) => header.name);
    expect(names(concat([one, one]))).toEqual(["f"]);
    expect(names(one.subarray(0, 512))).toEqual(["f"]);
    expect(names(concat([global, one]))).toEqual(["f"]);
  });

  it("refuses a wrong checksum, a lone zero block, broken records and an early end", () => {
    const archive = pack({ name: "f", type: "file", size: 600 });
    const read = (bytes: Uint8Array) => () => [...readTar(bytes)];
    expect(read(archive.map((byte, at) => (at === 3 ? 1 : byte)))).toThrow("archive/tar: invalid tar header");
    expect(read(concat([new Uint8Array(512), archive]))).toThrow("archive/tar: invalid tar header");
    expect(read(archive.subarray(0, 700))).toThrow("unexpected EOF");
    expect(() => [...readTarInChunks(Chunks.from([archive.subarray(0, 512), archive.subarray(512, 700)]))]).toThrow(
      "unexpected EOF",
    );
    const pax = pack({ name: "n".repeat(120), type: "file" });
    expect(read(pax.map((byte, at) => (at === 512 ? 0x39 : byte)))).toThrow("archive/tar: invalid tar header");
  });
});
