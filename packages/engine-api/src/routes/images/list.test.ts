/** Lists of images, as Docker Engine 28.5.2 filters them; and what can be asked of archives. */
import { expect, it } from "vitest";
import { apiMachine } from "../../testing/api-machine.ts";

interface Listed {
  readonly RepoTags: readonly string[];
  readonly SharedSize: number;
  readonly Size: number;
}

/** Five images, each of a container that has written a file more, a millisecond after the one before. */
async function machine() {
  const { engine, call } = await apiMachine("busybox");
  await engine.docker("create --name cc busybox top");
  for (const tag of [0, 1, 2, 3, 4]) {
    await engine.world.advance("1ms");
    await engine.docker(`commit cc own:${tag}`);
  }
  const created = async (tag: number) =>
    (await engine.docker(`image inspect -f {{.Created}} own:${tag}`)).stdout.trim();
  const list = async (query: string) => (await (await call(`GET /images/json?${query}`)).json()) as readonly Listed[];
  const tags = async (filters: object) =>
    (await list(`filters=${encodeURIComponent(JSON.stringify(filters))}`)).map(({ RepoTags }) => RepoTags[0]);
  return { engine, call, created, list, tags };
}

it("of several values of since, before and until all hold", async () => {
  const { created, tags } = await machine();
  const until = [await created(2), await created(3)];
  expect(await tags({ since: ["own:0"], until, before: ["own:4"] })).toEqual(["own:1"]);
  expect(await tags({ since: ["own:0", "own:2"] })).toEqual(["own:4", "own:3"]);
  expect(await tags({ before: ["own:2", "own:4"], reference: ["own"] })).toEqual(["own:1", "own:0"]);
});

it("an image that does not say when it was made is neither before nor after another", async () => {
  const { engine, tags } = await machine();
  const { config, chain } = engine.images.get("busybox");
  const { created: _never, ...timeless } = config;
  const made = engine.images.store.add(timeless, chain);
  engine.images.name(made, "docker.io/library/timeless:latest");
  expect(await tags({ reference: ["timeless"] })).toEqual(["timeless:latest"]);
  expect(await tags({ before: ["own:4"], reference: ["timeless"] })).toEqual([]);
  expect(await tags({ since: ["own:4"], reference: ["timeless"] })).toEqual([]);
});

it("what images have in common is told to those who ask", async () => {
  const { engine, list } = await machine();
  await engine.docker("pull hello-world");
  const sizes = (images: readonly Listed[]) =>
    Object.fromEntries(images.map(({ RepoTags: [tag = ""], SharedSize }) => [tag, SharedSize]));
  expect(sizes(await list(""))).toMatchObject({ "own:0": -1, "hello-world:latest": -1 });
  const [busybox] = await list(`filters=${encodeURIComponent('{"reference":["busybox"]}')}`);
  expect(sizes(await list("shared-size=1"))).toMatchObject({ "own:0": busybox?.Size, "hello-world:latest": 0 });
});

it("archives are of one platform", async () => {
  const { call } = await machine();
  const amd64 = encodeURIComponent('{"os":"linux","architecture":"amd64"}');
  const told = async (line: string) => `${(await call(line)).status} ${await (await call(line)).text()}`;
  const refusal = '400 {"message":"multiple platform parameters not supported"}\n';
  expect(await told(`GET /images/busybox/get?platform=${amd64}&platform=${amd64}`)).toBe(refusal);
  expect(await told(`GET /images/get?names=busybox&platform=${amd64}&platform=${amd64}`)).toBe(refusal);
  expect(await told(`POST /images/load?platform=${amd64}&platform=${amd64}`)).toBe(refusal);
  expect((await call(`GET /images/busybox/get?platform=${amd64}`)).status).toBe(200);
});
