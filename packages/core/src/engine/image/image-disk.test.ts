/** Images that outlive their process, on disks that stop in the middle of a write. */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Volume } from "memfs";
import { afterAll, describe, expect, it } from "vitest";
import { type ContentDisk, ContentStore, MemoryContentDisk } from "../../content/index.ts";
import { Registry } from "../../registry/index.ts";
import { createEngine, type Engine } from "../index.ts";

const temporary = fs.mkdtempSync(join(tmpdir(), "images-"));
afterAll(() => fs.rmSync(temporary, { recursive: true }));

const open = (disk: ContentDisk, path = "/images"): Engine => createEngine({ content: { disk, path } });
const dockerfile = (text: string): string => `FROM busybox\nRUN echo ${text} > /f\nCMD cat /f\n`;
const build = async (engine: Engine, text: string, tag: string): Promise<unknown> => {
  if (engine.images.find("busybox") === undefined) await engine.images.pull("busybox");
  return engine.build({ context: { files: {} }, dockerfile: dockerfile(text), tags: [tag] });
};
const list = (engine: Engine): readonly string[] =>
  engine.images
    .list()
    .flatMap((image) => [image.id, ...engine.images.store.references(image)])
    .sort();
const run = async (engine: Engine, image: string): Promise<string> =>
  (await engine.docker(["run", "--rm", image])).stdout;

describe.each<[name: string, disk: () => ContentDisk, path: string]>([
  ["memfs", () => new Volume(), "/var/lib/images"],
  ["node:fs", () => fs, join(temporary, "store")],
])("images on %s", (_name, make, path) => {
  it("are there for the next process, with their names, digests and files", async () => {
    const disk = make();
    const engine = open(disk, path);
    const registry = new Registry();
    engine.registries.add("localhost:5000", registry.fetch);
    await build(engine, "one", "localhost:5000/web:1");
    await engine.images.push("localhost:5000/web:1");
    await build(engine, "two", "localhost:5000/web:1");
    const before = list(engine);
    expect(before.filter((name) => name.includes("@")).length).toBe(2);
    const next = open(disk, path);
    expect(list(next)).toEqual(before);
    expect(await run(next, "localhost:5000/web:1")).toBe("two\n");
    const [dangling] = (await next.docker("images -qf dangling=true")).stdout.split("\n");
    expect(await run(next, dangling ?? "")).toBe("one\n");
  });

  it("leave nothing of themselves when they are removed, and layers that others have stay", async () => {
    const disk = make();
    const engine = open(disk, path);
    await build(engine, "three", "three");
    await engine.docker([
      "rmi",
      "-f",
      ...engine.images
        .list()
        .map(({ id }) => id)
        .filter((id) => id !== engine.images.get("three").id),
    ]);
    const content = () => [...new ContentStore(disk, path).walk()].length;
    // Two layers, a configuration and a manifest.
    expect(content()).toBe(4);
    expect(await run(open(disk, path), "three")).toBe("three\n");
    await engine.docker("rmi three");
    expect(content()).toBe(0);
  });
});

class Crash extends Error {}

/** A disk that fails at its nth change, after half of it if it is a write; and everything after that. */
function crashing(disk: ContentDisk, changes: number): ContentDisk {
  let left = changes;
  const step = <T>(change: () => T, half: () => void = () => {}): T => {
    if (left === 0) half();
    if (left-- <= 0) throw new Crash("the process has died");
    return change();
  };
  return {
    existsSync: (path) => disk.existsSync(path),
    statSync: (path) => disk.statSync(path),
    readFileSync: (path) => disk.readFileSync(path),
    readdirSync: (path) => disk.readdirSync(path),
    fsyncSync: (fd) => disk.fsyncSync(fd),
    closeSync: (fd) => disk.closeSync(fd),
    openSync: (path, flags) => step(() => disk.openSync(path, flags)),
    writeSync: (fd, bytes) =>
      step(
        () => disk.writeSync(fd, bytes),
        () => disk.writeSync(fd, bytes.subarray(0, bytes.length >> 1)),
      ),
    mkdirSync: (path, options) => step(() => disk.mkdirSync(path, options)),
    renameSync: (from, to) => step(() => disk.renameSync(from, to)),
    unlinkSync: (path) => step(() => disk.unlinkSync(path)),
    rmdirSync: (path) => step(() => disk.rmdirSync(path)),
  };
}

it("a crash at any change of the disk leaves whole images only, and nothing else after the next start", async () => {
  let crashes = 0;
  const seen = new Set<string>();
  for (let changes = 0; ; changes++) {
    const disk = new MemoryContentDisk();
    let isDone = false;
    try {
      const engine = open(crashing(disk, changes));
      const definition = { from: "scratch", files: { "/f": "one" } };
      engine.images.define("a:1", definition);
      engine.images.tag("a:1", "b:1");
      engine.images.define("a:1", { ...definition, files: { "/f": "two" } });
      await engine.docker("rmi b:1");
      isDone = true;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      crashes++;
    }
    const next = open(disk);
    const images = next.images.list();
    for (const image of images) expect(next.images.store.archive(image, 0).length).toBeGreaterThan(0);
    seen.add(
      list(next)
        .filter((name) => !name.startsWith("sha256"))
        .join(),
    );
    const content = new ContentStore(disk, "/images");
    expect([[...content.walk()].length, [...content.ingests()].length]).toEqual([3 * images.length, 0]);
    expect(disk.readdirSync("/images").filter((name) => String(name).endsWith(".new"))).toEqual([]);
    if (isDone) break;
  }
  expect(crashes).toBeGreaterThan(60);
  expect(seen).toEqual(new Set(["", "docker.io/library/a:1", "docker.io/library/a:1,docker.io/library/b:1"]));
});

it("a layout that another tool has made is read, and what is no image in it is left alone", async () => {
  const disk = new MemoryContentDisk();
  const theirs = new ContentStore(disk, "/images");
  const artifact = theirs.put(new Uint8Array([1, 2, 3]));
  theirs.references.set("artifact", { mediaType: "application/x", digest: artifact, size: 3 });
  const engine = open(disk);
  await build(engine, "x", "x");
  expect(new ContentStore(disk, "/images").references.names()).toContain("artifact");
  expect(new ContentStore(disk, "/images").has(artifact)).toBe(true);
});
