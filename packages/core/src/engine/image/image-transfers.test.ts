/** Images between engines, registries and archives: pull, push, save, load, export, import. */
import { memfs } from "memfs";
import { describe, expect, it } from "vitest";
import type { ContextDisk } from "../../build/index.ts";
import { encode, packTar, readTar, tarHeader } from "../../lib/index.ts";
import { digestOf } from "../../oci/index.ts";
import { Registry } from "../../registry/index.ts";
import { createEngine, type Engine } from "../index.ts";

/** An engine with a registry at localhost:5000, an image that has one layer of its own, and the client's disk. */
async function open() {
  const engine = createEngine();
  const registry = new Registry({ nowUs: () => engine.world.clock.nowUs });
  engine.registries.add("localhost:5000", registry.fetch);
  const { fs } = memfs();
  const disk = fs as unknown as ContextDisk;
  await engine.images.pull("busybox");
  await engine.build({
    context: { files: {} },
    dockerfile: "FROM busybox\nRUN echo x > /f\nLABEL a=<b>\n",
    tags: ["localhost:5000/team/web:1"],
  });
  const docker = async (line: string) => {
    const { exitCode, stdout, stderr } = await engine.docker(line, { disk, cwd: "/" });
    return {
      code: exitCode,
      out: stdout.replace(/[0-9a-f]{64}/g, "<64>").replace(/\b[0-9a-f]{12}\b/g, "<12>"),
      err: stderr,
    };
  };
  return { engine, registry, fs, docker };
}

const archiveOf = (engine: Engine, name: string): ReadonlyMap<string, Uint8Array> =>
  new Map([...readTar(engine.images.save([name]))].map(({ header, data }) => [header.name, data]));

describe("docker pull", () => {
  it("tells of layers as they come, of what is there, and whether anything is new", async () => {
    const { engine } = { engine: createEngine() };
    const pull = async () =>
      (await engine.docker("pull busybox")).stdout
        .replace(/[0-9a-f]{64}/g, "<64>")
        .replace(/\b[0-9a-f]{12}\b/g, "<12>");
    expect(await pull()).toBe(
      "Using default tag: latest\nlatest: Pulling from library/busybox\n<12>: Pulling fs layer\n<12>: Verifying Checksum\n<12>: Download complete\n<12>: Pull complete\nDigest: sha256:<64>\nStatus: Downloaded newer image for busybox:latest\ndocker.io/library/busybox:latest\n",
    );
    expect(await pull()).toBe(
      "Using default tag: latest\nlatest: Pulling from library/busybox\nDigest: sha256:<64>\nStatus: Image is up to date for busybox:latest\ndocker.io/library/busybox:latest\n",
    );
  });

  it.each<[name: string, error: string]>([
    [
      "nobody/has",
      "pull access denied for nobody/has, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    ],
    [
      "localhost:5000/none",
      "repository localhost:5000/none not found: name unknown: repository name not known to registry",
    ],
    [
      "localhost:5000/team/web:2",
      "manifest for localhost:5000/team/web:2 not found: manifest unknown: manifest unknown",
    ],
    ["localhost:5999/a/b", 'Get "http://localhost:5999/v2/": dial tcp [::1]:5999: connect: connection refused'],
  ])("of %s fails as with Docker", async (name, error) => {
    const { docker } = await open();
    await docker("push localhost:5000/team/web:1");
    const { code, err } = await docker(`pull ${name}`);
    expect([code, err]).toEqual([1, `Error response from daemon: ${error}\n`]);
  });

  it("of what another pull is about to get waits for that", async () => {
    const { images } = createEngine();
    const [one, other] = await Promise.all([images.pull("busybox"), images.pull("docker.io/library/busybox:latest")]);
    expect(other.id).toBe(one.id);
    expect(images.list()).toHaveLength(1);
  });

  it("survives a connection that breaks at a byte, in virtual time", async () => {
    const engine = createEngine();
    engine.hub.fail({ resource: "blob", times: 3, cutAfterBytes: 100_000 });
    const before = engine.world.clock.nowUs;
    await engine.images.pull("busybox");
    expect((engine.world.clock.nowUs - before) / 1e6).toBeGreaterThanOrEqual(15);
    expect((await engine.docker("run --rm busybox echo it runs")).stdout).toBe("it runs\n");
  });

  it("leaves nothing of an image whose layers are not what they should be", async () => {
    const engine = createEngine();
    engine.hub.fail({ resource: "blob", corrupt: true });
    await expect(engine.images.pull("busybox")).rejects.toThrow("verification failed");
    expect(engine.images.list()).toEqual([]);
    expect((await engine.docker("run busybox true")).stderr).toMatch(/verification failed/);
  });

  it("is what docker run does for an image that is not there", async () => {
    const { stderr, stdout } = await createEngine().docker("run --rm busybox echo hi");
    expect(stdout).toBe("hi\n");
    expect(stderr).toMatch(/^Unable to find image 'busybox:latest' locally\nlatest: Pulling from library\/busybox\n/);
  });
});

describe("docker push", () => {
  it("uploads what is missing, mounts what another repository has, and names the digest", async () => {
    const { docker } = await open();
    expect((await docker("push localhost:5000/team/web:1")).out).toMatch(
      /^The push refers to repository \[localhost:5000\/team\/web\]\n<12>: Preparing\n<12>: Preparing\n<12>: Pushed\n<12>: Pushed\n1: digest: sha256:<64> size: \d+\n$/,
    );
    expect((await docker("push localhost:5000/team/web:1")).out).toContain("<12>: Layer already exists\n");
    await docker("tag localhost:5000/team/web:1 localhost:5000/other:1");
    expect((await docker("push localhost:5000/other:1")).out).toContain("<12>: Mounted from team/web\n");
    expect(await docker("push nobody/has")).toEqual({
      code: 1,
      out: "Using default tag: latest\nThe push refers to repository [docker.io/nobody/has]\n",
      err: "An image does not exist locally with the tag: nobody/has\n",
    });
    await docker("tag busybox bob/bb");
    expect((await docker("push bob/bb")).err).toBe("denied: requested access to the resource is denied\n");
  });

  it("of a layer that is not what its diff ID says is refused, and saving it too", async () => {
    const { engine, registry, docker } = await open();
    const { store } = engine.images;
    const { config, chain } = engine.images.get("localhost:5000/team/web:1");
    const diff_ids = [...config.rootfs.diff_ids.slice(0, -1), digestOf(encode("else"))];
    store.tag(store.add({ ...config, rootfs: { ...config.rootfs, diff_ids } }, chain), "localhost:5000/team/wrong:1");
    expect(await docker("push -q localhost:5000/team/wrong:1")).toMatchObject({ code: 1 });
    expect(await registry.fetch(new Request("http://localhost:5000/v2/team/wrong/manifests/1"))).toMatchObject({
      status: 404,
    });
    expect(() => engine.images.save(["localhost:5000/team/wrong:1"])).toThrow("is what its diff ID says");
  });

  it("and pull, and again push, keep every digest; compressed for registries outside of the world too", async () => {
    const { engine, docker, registry } = await open();
    const { id } = engine.images.get("localhost:5000/team/web:1");
    const { digest } = await engine.images.push("localhost:5000/team/web:1");
    const removed = await docker("rmi localhost:5000/team/web:1");
    expect(removed.out).toMatch(
      /^Untagged: localhost:5000\/team\/web:1\nUntagged: localhost:5000\/team\/web@sha256:<64>\nDeleted: sha256:<64>\n/,
    );
    expect((await engine.images.pull("localhost:5000/team/web:1")).id).toBe(id);
    expect((await engine.images.push("localhost:5000/team/web:1")).digest).toBe(digest);
    const outside = createEngine({
      registries: new (engine.registries.constructor as new (o: object) => Engine["registries"])({
        outside: registry.fetch,
      }),
    });
    const image = await outside.images.pull("localhost:5000/team/web:1");
    expect(image.id).toBe(id);
    const compressed = await outside.images.push("localhost:5000/team/web:1");
    expect(compressed.digest).not.toBe(digest);
    const third = createEngine({ registries: engine.registries });
    expect((await third.images.pull("localhost:5000/team/web:1")).id).toBe(id);
    expect((await third.docker("run --rm localhost:5000/team/web:1 cat /f")).stdout).toBe("x\n");
  });
});

it("large files go from one machine to another without a copy, and nobody's writing changes a blob", async () => {
  const { engine, registry, docker } = await open();
  const big = Uint8Array.from({ length: 200_000 }, (_, n) => n % 251);
  const name = "localhost:5000/team/big:1";
  await engine.build({
    context: { files: { big } },
    dockerfile: "FROM busybox\nCOPY big /big\nRUN cat /big > /written\n",
    tags: [name],
  });
  const memoryOf = ({ images }: Engine) => {
    const contents = images
      .get(name)
      .chain.flatMap((layer) => [...images.layer(layer)].map(({ content = [] }) => content));
    return contents
      .flatMap((content) => [...content].filter(({ length }) => length > 65_000))
      .map(({ buffer }) => buffer);
  };
  const sent = memoryOf(engine);
  await engine.images.push(name);
  const receiver = createEngine({ registries: engine.registries });
  await receiver.images.pull(name);
  // The catalogue's busybox, the file of the context, and what was written in three pieces and a rest.
  expect(memoryOf(receiver).map((buffer, at) => buffer === sent[at])).toEqual([true, true, true, true, true]);
  const overwrite = `sh -c "printf X | dd of=/big conv=notrunc 2>/dev/null; printf X | dd of=/written conv=notrunc 2>/dev/null"`;
  for (const machine of [engine, receiver]) {
    await machine.docker(`run --name writer ${name} ${overwrite}`);
    await machine.docker("commit writer changed");
    expect((await machine.docker(`run --rm changed head -c 1 /written`)).stdout).toBe("X");
  }
  const third = createEngine({ registries: engine.registries });
  await third.images.pull(name);
  expect((await third.docker(`run --rm ${name} cmp /big /written`)).exitCode).toBe(0);
  expect(big[0]).toBe(0);
  expect(await registry.fetch(new Request("http://localhost:5000/v2/team/big/manifests/1"))).toMatchObject({
    status: 200,
  });
  expect((await docker(`push -q ${name}`)).code).toBe(0);
});

describe("docker save and load", () => {
  it("write the documents that Docker writes, and bring the same image back", async () => {
    const { engine, docker, fs } = await open();
    await docker("tag localhost:5000/team/web:1 web:2");
    const { id } = engine.images.get("web:2");
    expect((await docker("save -o /s.tar web:2 localhost:5000/team/web:1")).code).toBe(0);
    const archive = new Map(
      [...readTar(Uint8Array.from(fs.readFileSync("/s.tar") as Buffer))].map(({ header, data }) => [header.name, data]),
    );
    const text = (name: string): unknown => JSON.parse(new TextDecoder().decode(archive.get(name)));
    expect([...archive.keys()].map((name) => name.replace(/[0-9a-f]{64}/, "X"))).toEqual(
      expect.arrayContaining([
        "blobs/",
        "blobs/sha256/",
        "blobs/sha256/X",
        "index.json",
        "manifest.json",
        "oci-layout",
        "repositories",
      ]),
    );
    expect(text("manifest.json")).toMatchObject([
      { RepoTags: ["web:2", "localhost:5000/team/web:1"], Config: `blobs/sha256/${id.slice(7)}` },
    ]);
    expect(text("index.json")).toMatchObject({ schemaVersion: 2, manifests: [{}, {}] });
    for (const [name, bytes] of archive) {
      if (name.startsWith("blobs/sha256/") && bytes.length > 0)
        expect(digestOf(bytes)).toBe(`sha256:${name.slice(13)}`);
    }
    await docker("rmi web:2 localhost:5000/team/web:1");
    expect((await docker("load -i /s.tar")).code).toBe(0);
    expect(engine.images.get("web:2").id).toBe(id);
    expect((await docker("run --rm web:2 cat /f")).out).toBe("x\n");
    expect(await docker("save nosuch")).toMatchObject({
      code: 1,
      err: "Error response from daemon: No such image: nosuch\n",
    });
  });

  it("have a document of before 1.10 beside each layer, and the times that Docker gives them", async () => {
    const { engine } = await open();
    await engine.docker("tag localhost:5000/team/web:1 a:1");
    await engine.build({ context: { files: {} }, dockerfile: "FROM a:1\nLABEL b=1\n", tags: ["b:1"] });
    const secondsOf = (us: number) => Math.floor(us / 1e6);
    const createdOf = (name: string) => Date.parse(engine.images.get(name).config.created ?? "") * 1000;
    await engine.world.advance("60s");
    const { nowUs } = engine.world.clock;
    const timesOf = (names: readonly string[]) =>
      [...readTar(engine.images.save(names))].map(({ header }) => secondsOf(header.mtimeUs)).sort((x, y) => x - y);
    const [a, b, now] = [createdOf("a:1"), createdOf("b:1"), nowUs].map(secondsOf) as [number, number, number];
    // Manifest and lists have none; layers, documents beside them and configuration that of the image, as their directory.
    expect(timesOf(["a:1"])).toEqual([0, 0, 0, 0, 0, a, a, a, a, a, a, now]);
    // The second image has the same layers, and another document beside the upper one only.
    const both = [0, 0, 0, 0, 0, 0, a, a, a, a, a, b, b, now, now].sort((x, y) => x - y);
    expect(timesOf(["a:1", "b:1"])).toEqual(both);
    expect(now).toBeGreaterThan(b);
  });

  it("know an image without a name by its ID", async () => {
    const { engine } = await open();
    const { id } = engine.images.get("localhost:5000/team/web:1");
    const archive = archiveOf(engine, id);
    expect(new TextDecoder().decode(archive.get("manifest.json"))).toContain('"RepoTags":null');
    const other = createEngine();
    const [loaded] = other.images.load(engine.images.save([id]));
    expect([loaded?.image.id, loaded?.names]).toEqual([id, []]);
  });

  it("tell what was made of what, and that is so again where they are loaded", async () => {
    const engine = createEngine();
    await engine.docker("pull -q busybox");
    const made = async (from: string, file: string): Promise<string> => {
      await engine.docker(`run --name ${file} ${from} touch /${file}`);
      return (await engine.docker(`commit ${file}`)).stdout.trim();
    };
    const first = await made("busybox", "one");
    const second = await made(first, "two");
    const other = createEngine();
    other.images.load(engine.images.save([second, first]));
    const parents = [second, first].map((id) => other.images.store.parent(other.images.get(id))?.id);
    expect(parents).toEqual([first, undefined]);
    other.images.load(engine.images.save([second]));
    expect(new TextDecoder().decode(archiveOf(engine, second).get("manifest.json"))).not.toContain("Parent");
  });

  it.each([
    [{ architecture: "x86_64" }, ["x86_64", "linux"]],
    [{ os: "" }, ["", "linux"]],
    [{ os: "windows" }, "cannot load windows image on linux"],
    [{ os: "plan9", rootfs: null }, "invalid image JSON, no RootFS key"],
    [[], "json: cannot unmarshal array into Go value of type image.Image"],
  ])("say of their images as much as they like: %j", (said, expected) => {
    const engine = createEngine();
    const file = (name: string, data: Uint8Array) => ({
      header: tarHeader({ name, type: "file", size: data.length }),
      data,
    });
    const layer = new Uint8Array(10_240);
    const config = Array.isArray(said) ? said : { rootfs: { type: "layers", diff_ids: [digestOf(layer)] }, ...said };
    const list = [{ Config: "c.json", RepoTags: ["empty:1"], Layers: ["l/layer.tar"] }];
    const archive = packTar([
      file("manifest.json", encode(JSON.stringify(list))),
      file("c.json", encode(JSON.stringify(config))),
      file("l/layer.tar", layer),
    ]);
    if (typeof expected === "string") expect(() => engine.images.load(archive)).toThrow(expected);
    else {
      engine.images.load(archive);
      const { architecture, os } = engine.images.get("empty:1").config;
      expect([architecture, os]).toEqual(expected);
    }
  });

  it("have no archive of an image without layers", async () => {
    const engine = createEngine();
    await engine.build({ context: { files: {} }, dockerfile: "FROM scratch\nLABEL a=b\n", tags: ["empty"] });
    expect(() => engine.images.save(["empty"])).toThrow("empty export - not implemented");
  });

  it("refuse archives that are none, or were changed, and leave nothing", async () => {
    const { engine } = await open();
    const saved = engine.images.save(["localhost:5000/team/web:1"]);
    const other = createEngine();
    const refuses = (bytes: Uint8Array, message: string) => {
      expect(() => other.images.load(bytes)).toThrow(message);
      expect(other.images.list()).toEqual([]);
    };
    refuses(encode("junk\n"), "unexpected EOF");
    refuses(saved.subarray(0, 10_000).whole(), "unexpected EOF");
    refuses(packTar([]), "/repositories: no such file or directory");
    const rewritten = (change: (name: string, data: Uint8Array) => Uint8Array | undefined) =>
      packTar(
        [...readTar(saved)].flatMap(({ header, data }) => {
          const bytes = change(header.name, data);
          return bytes === undefined ? [] : [{ header: tarHeader({ ...header, size: bytes.length }), data: bytes }];
        }),
      );
    const top = engine.images.get("localhost:5000/team/web:1").config.rootfs.diff_ids.at(-1)?.slice(7) ?? "";
    refuses(
      rewritten((name, data) => (name.endsWith(top) ? undefined : data)),
      `/blobs/sha256/${top}: no such file or directory`,
    );
    refuses(
      rewritten((name, data) => (name.endsWith(top) ? data.map((byte, i) => (i === 520 ? byte ^ 1 : byte)) : data)),
      "invalid diffID for layer 1",
    );
  });
});

it("docker export and import make an image of one layer from a container", async () => {
  const { docker, engine } = await open();
  await docker("run --name box busybox sh -c 'echo data > /f'");
  await docker("export -o /e.tar box");
  const imported = await docker(`import -m note -c 'CMD ["cat","/f"]' -c 'ENV Z=9' /e.tar imported:1`);
  expect(imported).toEqual({ code: 0, out: "sha256:<64>\n", err: "" });
  const { config } = engine.images.get("imported:1");
  expect(config.config).toEqual({ Cmd: ["cat", "/f"], Env: ["Z=9"] });
  expect([config.rootfs.diff_ids.length, config.history[0]?.comment]).toEqual([1, "note"]);
  expect((await docker("run --rm imported:1")).out).toBe("data\n");
  expect(() => engine.images.importArchive(encode("junk\n"), { created: "" })).toThrow("unexpected EOF");
  const platform = { os: "windows", architecture: "amd64" };
  const foreign = () => engine.images.importArchive(encode(""), { created: "", platform });
  expect(foreign).toThrow("operating system is not supported");
});
