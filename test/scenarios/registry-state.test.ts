/** What a registry keeps on a disk, for the registry of a later process. */
import { MemoryContentDisk } from "@bottleship/core/content";
import { createEngine, type MachineSnapshot } from "@bottleship/core/engine";
import { digestOf, documentBytes } from "@bottleship/core/oci";
import { Registry } from "@bottleship/core/registry";
import { expect, it } from "vitest";
import { MortalDisk } from "./mortal-disk.ts";
import { docker } from "./support.ts";

const PATH = "/registry";

/** Every tag with the digests of its blobs, all of which must be there. */
async function shelf(registry: Registry): Promise<readonly string[]> {
  const get = async (path: string): Promise<Response> => {
    const headers = {
      accept: "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json",
    };
    const response = await registry.fetch(new Request(`http://localhost:5000/v2/${path}`, { headers }));
    expect(response.status, path).toBe(200);
    return response;
  };
  const { repositories } = (await (await get("_catalog")).json()) as { repositories: readonly string[] };
  const found: string[] = [];
  for (const name of repositories) {
    const { tags } = (await (await get(`${name}/tags/list`)).json()) as { tags: readonly string[] | null };
    for (const tag of tags ?? []) {
      const manifest = (await (await get(`${name}/manifests/${tag}`)).json()) as {
        config: { digest: string };
        layers: readonly { digest: string }[];
      };
      const digests = [manifest.config, ...manifest.layers].map(({ digest }) => digest);
      for (const digest of digests) await (await get(`${name}/blobs/${digest}`)).arrayBuffer();
      found.push(`${name}:${tag} ${digests.join(" ")}`);
    }
  }
  return found;
}

/** A machine with two images to push, one of them under two names. */
async function prepared(): Promise<MachineSnapshot> {
  const engine = createEngine();
  const files = { one: "1", two: "2" };
  for (const file of Object.keys(files)) {
    const tags = [`localhost:5000/team/image:${file}`];
    await engine.build({ context: { files }, dockerfile: `FROM scratch\nCOPY ${file} /\n`, tags });
  }
  await docker(engine, "tag localhost:5000/team/image:two localhost:5000/other:latest");
  return engine.snapshot();
}

async function push(
  from: MachineSnapshot,
  disk: MemoryContentDisk | MortalDisk,
  pushed: () => Promise<void>,
): Promise<void> {
  const registry = new Registry({ disk: { disk, path: PATH } });
  const engine = createEngine({ from });
  engine.registries.add("localhost:5000", registry.fetch);
  for (const name of ["team/image:one", "team/image:two", "other:latest"]) {
    await docker(engine, `push localhost:5000/${name}`);
    await pushed();
  }
}

it("has in a later process what was pushed, and images that can be pulled", async () => {
  const disk = new MemoryContentDisk();
  await push(await prepared(), disk, async () => {});
  const later = new Registry({ disk: { disk, path: PATH } });
  expect((await shelf(later)).map((line) => line.split(" ")[0])).toEqual([
    "other:latest",
    "team/image:one",
    "team/image:two",
  ]);
  const engine = createEngine();
  engine.registries.add("localhost:5000", later.fetch);
  await docker(engine, "pull -q localhost:5000/other");
  const document = new TextEncoder().encode('{"version":2}');
  disk.writeSync(disk.openSync(`${PATH}/repositories.json`, "w"), document);
  expect(() => new Registry({ disk: { disk, path: PATH } })).toThrow("is no list of repositories");
});

it("has what was pushed, too, where a source had offered the same before", async () => {
  const disk = new MemoryContentDisk();
  const [offered, other] = ["offered", "other"].map((text) => new TextEncoder().encode(text)) as [
    Uint8Array,
    Uint8Array,
  ];
  const digest = digestOf(offered);
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const config = { mediaType: "application/octet-stream", digest, size: offered.length };
  const manifest = documentBytes({ schemaVersion: 2, mediaType, config, layers: [] });
  const source = { manifest: () => ({ mediaType, manifest, blobs: new Map([[digest, offered]]) }) };
  const registry = new Registry({ disk: { disk, path: PATH }, source });
  const ask = async (method: string, path: string, body?: Uint8Array): Promise<number> =>
    (await registry.fetch(new Request(`http://localhost:5000/v2/a/${path}`, { method, body: body as BodyInit })))
      .status;
  expect(await ask("GET", "manifests/1")).toBe(200);
  expect(await ask("POST", `blobs/uploads/?digest=${digestOf(other)}`, other)).toBe(201);
  expect(await ask("POST", `blobs/uploads/?digest=${digest}`, offered)).toBe(201);
  const later = new Registry({ disk: { disk, path: PATH } });
  expect((await later.fetch(new Request(`http://localhost:5000/v2/a/blobs/${digest}`))).status).toBe(200);
});

it("is as before a push or after it when it was killed at any operation of the disk", async () => {
  const machine = await prepared();
  const states: (readonly string[])[] = [[]];
  const whole = new MortalDisk();
  await push(
    machine,
    whole,
    async () => void states.push(await shelf(new Registry({ disk: { disk: whole.rest(), path: PATH } }))),
  );
  expect(states.map(({ length }) => length)).toEqual([0, 1, 2, 3]);
  for (let at = 0; at < whole.operations; at++) {
    const disk = new MortalDisk(at);
    let pushes = 0;
    await push(machine, disk, async () => void pushes++).catch((error) => {
      if (disk.isAlive) throw error;
    });
    expect(disk.isAlive).toBe(false);
    const found = await shelf(new Registry({ disk: { disk: disk.rest(), path: PATH } }));
    expect(states.slice(pushes, pushes + 2), `killed at operation ${at}`).toContainEqual(found);
  }
});
