import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Volume } from "memfs";
import { afterAll, describe, expect, it } from "vitest";
import { Chunks, decode, encode } from "../lib/index.ts";
import { type ContentDigest, digestOf, manifestBytes, OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from "../oci/index.ts";
import { Prng } from "../sim/index.ts";
import { type ContentDisk, MemoryContentDisk } from "./content-disk.ts";
import { ContentStore, GC_ROOT_LABEL } from "./content-store.ts";

const temporary = fs.mkdtempSync(join(tmpdir(), "content-"));
let directories = 0;
afterAll(() => fs.rmSync(temporary, { recursive: true }));

const DISKS: readonly (readonly [name: string, make: () => { disk: ContentDisk; root: string }])[] = [
  ["a disk in memory", () => ({ disk: new MemoryContentDisk(), root: "/" })],
  ["memfs", () => ({ disk: new Volume(), root: "/var/lib/content" })],
  ["node:fs", () => ({ disk: fs, root: join(temporary, String(++directories)) })],
];

describe.each(DISKS)("a content store on %s", (_name, make) => {
  const bytes = encode("hello, world");
  const digest = digestOf(bytes);

  it("is an image layout, and holds what was put into it after it was opened again", () => {
    const { disk, root } = make();
    const store = new ContentStore(disk, root);
    expect(store.put(bytes)).toBe(digest);
    store.label(digest, { note: "kept" });
    store.references.set("web", { mediaType: OCI_LAYER, digest, size: bytes.length });
    const again = new ContentStore(disk, root);
    expect(again.read(digest)).toEqual(new Uint8Array(bytes));
    expect([...again.walk()].map(({ size, labels }) => [size, labels.get("note")])).toEqual([[12, "kept"]]);
    expect(again.references.get("web")?.digest).toBe(digest);
    const base = root === "/" ? "" : root;
    const layout = disk.readFileSync(`${base}/oci-layout`);
    expect(typeof layout === "string" ? layout : decode(new Uint8Array(layout))).toBe('{"imageLayoutVersion":"1.0.0"}');
    expect(disk.existsSync(`${base}/blobs/sha256/${digest.slice(7)}`)).toBe(true);
  });

  it("gives a blob in chunks, and parts of it", () => {
    const { disk, root } = make();
    const store = new ContentStore(disk, root);
    store.put(Chunks.from([bytes.subarray(0, 5), bytes.subarray(5)]));
    const chunks = store.chunks(digest);
    expect(chunks.length).toBe(12);
    const parts = [chunks, chunks.subarray(7), chunks.subarray(3, 8), chunks.subarray(12)];
    expect(parts.map((part) => decode(new Uint8Array(part.whole())))).toEqual(["hello, world", "world", "lo, w", ""]);
  });

  it("goes on with what another writer has left", () => {
    const { disk, root } = make();
    const first = new ContentStore(disk, root).ingest("layer");
    first.append(bytes.subarray(0, 5));
    first.close();
    const store = new ContentStore(disk, root);
    expect([...store.ingests()]).toEqual([{ ref: "layer", offset: 5 }]);
    const second = store.ingest("layer");
    expect(second.offset).toBe(5);
    expect(() => store.ingest("layer")).toThrow("ref layer locked");
    second.append(bytes.subarray(5));
    expect(second.commit({ digest, size: 12 })).toBe(digest);
    expect([...store.ingests()]).toEqual([]);
  });

  it("refuses other bytes than were expected, and keeps nothing of them", () => {
    const { disk, root } = make();
    const store = new ContentStore(disk, root);
    const ingest = store.ingest("wrong");
    ingest.append(encode("hello, w0rld"));
    expect(() => ingest.commit({ digest })).toThrow(`expected ${digest}`);
    expect(() => store.put(bytes, digestOf(encode("other")))).toThrow("unexpected commit digest");
    expect([[...store.walk()], [...store.ingests()]]).toEqual([[], []]);
  });

  it("notices a file that a crash has torn, and takes the content again", () => {
    const { disk, root } = make();
    new ContentStore(disk, root).put(bytes);
    const path = `${root === "/" ? "" : root}/blobs/sha256/${digest.slice(7)}`;
    const fd = disk.openSync(path, "w");
    disk.writeSync(fd, bytes.subarray(0, 3));
    disk.closeSync(fd);
    const store = new ContentStore(disk, root);
    expect(() => store.read(digest)).toThrow("is damaged: its 3 bytes");
    expect(() => store.chunks(digest)).toThrow("is damaged");
    store.put(bytes);
    expect(decode(new Uint8Array(store.read(digest)))).toBe("hello, world");
  });

  it("collects what no name and no root leads to", () => {
    const { disk, root } = make();
    const store = new ContentStore(disk, root);
    const part = (text: string, mediaType: string) => {
      const content = encode(text);
      return { mediaType, digest: store.put(content), size: content.length };
    };
    const config = part("config", OCI_CONFIG);
    const layer = part("layer", OCI_LAYER);
    const lone = part("lone", OCI_LAYER);
    const labelled = part("root", OCI_LAYER);
    store.label(labelled.digest, { [GC_ROOT_LABEL]: "now", "containerd.io/gc.ref.content.0": lone.digest });
    const manifest = manifestBytes({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] });
    const target = { mediaType: OCI_MANIFEST, digest: store.put(manifest), size: manifest.length };
    const gone = part("gone", OCI_LAYER);
    store.references.set("web", target);
    expect(store.collect()).toEqual([gone.digest]);
    store.references.delete("web");
    store.label(labelled.digest, { [GC_ROOT_LABEL]: "" });
    expect(new Set(store.collect([target]))).toEqual(new Set([lone.digest, labelled.digest]));
    store.collect();
    expect([...store.walk()]).toEqual([]);
  });
});

it("agrees with a plain map over random operations, and after every restart", () => {
  const prng = new Prng("content store");
  const disk = new MemoryContentDisk();
  let store = new ContentStore(disk);
  const blobs = new Map<ContentDigest, string>();
  const begun = new Map<string, string>();
  const text = (): string => `text ${prng.below(40)}`;
  for (let step = 0; step < 3000; step++) {
    const ref = `ref ${prng.below(5)}`;
    switch (prng.below(6)) {
      case 0: {
        const content = text();
        blobs.set(store.put(encode(content)), content);
        break;
      }
      case 1: {
        const ingest = store.ingest(ref);
        expect(ingest.offset).toBe(begun.get(ref)?.length ?? 0);
        const piece = text();
        ingest.append(encode(piece));
        ingest.close();
        begun.set(ref, (begun.get(ref) ?? "") + piece);
        break;
      }
      case 2: {
        const ingest = store.ingest(ref);
        const content = begun.get(ref) ?? "";
        begun.delete(ref);
        blobs.set(ingest.commit({ size: content.length }), content);
        break;
      }
      case 3:
        if (begun.delete(ref)) store.abort(ref);
        break;
      case 4: {
        const victim = [...blobs.keys()][prng.below(Math.max(1, blobs.size))];
        if (victim === undefined) break;
        store.delete(victim);
        blobs.delete(victim);
        break;
      }
      default:
        store = new ContentStore(disk);
    }
    expect(new Set([...store.walk()].map((info) => info.digest))).toEqual(new Set(blobs.keys()));
    expect(new Map([...store.ingests()].map((one) => [one.ref, one.offset]))).toEqual(
      new Map([...begun].map(([name, content]) => [name, content.length])),
    );
  }
  for (const [digest, content] of blobs) expect(decode(store.read(digest))).toBe(content);
});
