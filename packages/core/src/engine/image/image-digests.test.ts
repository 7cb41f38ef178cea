/** What registries have images under: shown after a pull and a push, not after a build, and gone with the last tag. */
import { expect, it } from "vitest";
import { Registry } from "../../registry/index.ts";
import { createEngine } from "../index.ts";

async function open() {
  const engine = createEngine();
  engine.registries.add("localhost:5000", new Registry().fetch);
  await engine.build({
    context: { files: {} },
    dockerfile: "FROM busybox\nLABEL a=b\n",
    tags: ["localhost:5000/web:1"],
  });
  const docker = async (line: string): Promise<string> => {
    const { stdout, stderr } = await engine.docker(line);
    return (stdout + stderr).trimEnd();
  };
  const names = async (image: string): Promise<unknown> =>
    JSON.parse(await docker(`inspect -f '[{{json .RepoTags}},{{json .RepoDigests}}]' ${image}`));
  return { engine, docker, names };
}

it("a built image has none, a pushed one has that of its manifest, by repository and in order", async () => {
  const { engine, docker, names } = await open();
  expect(await names("localhost:5000/web:1")).toEqual([["localhost:5000/web:1"], []]);
  const { digest } = await engine.images.push("localhost:5000/web:1");
  await docker("tag localhost:5000/web:1 localhost:5000/abc:1");
  await docker("tag localhost:5000/web:1 own:1");
  await docker("push -q localhost:5000/abc:1");
  expect(await names("own:1")).toEqual([
    ["own:1", "localhost:5000/abc:1", "localhost:5000/web:1"],
    [`localhost:5000/abc@${digest}`, `localhost:5000/web@${digest}`],
  ]);
  expect(await docker("images --digests --format '{{.Repository}} {{.Tag}} {{.Digest}}' localhost:5000/web")).toBe(
    `localhost:5000/web 1 ${digest}`,
  );
  expect((await docker("rmi localhost:5000/web:1")).split("\n")).toEqual([
    "Untagged: localhost:5000/web:1",
    `Untagged: localhost:5000/web@${digest}`,
  ]);
  expect(await names("own:1")).toEqual([["own:1", "localhost:5000/abc:1"], [`localhost:5000/abc@${digest}`]]);
});

it("an image that was pulled by its digest has no tag, and goes with that name", async () => {
  const { engine, docker, names } = await open();
  const { digest } = await engine.images.push("localhost:5000/web:1");
  const { id } = engine.images.get("localhost:5000/web:1");
  await docker("rmi localhost:5000/web:1");
  const name = `localhost:5000/web@${digest}`;
  expect((await docker(`pull ${name}`)).split("\n")[0]).toBe(`${name}: Pulling from web`);
  expect(await names(name)).toEqual([[], [name]]);
  expect(await docker("images --digests --format '{{.Repository}} {{.Tag}} {{.Digest}}' localhost:5000/web")).toBe(
    `localhost:5000/web <none> ${digest}`,
  );
  expect((await docker(`rmi ${name}`)).split("\n").slice(0, 2)).toEqual([`Untagged: ${name}`, `Deleted: ${id}`]);
});

it("an image with two names is not removed by its ID alone, whatever their repository", async () => {
  const { engine, docker } = await open();
  await docker("tag localhost:5000/web:1 localhost:5000/web:2");
  const id = engine.images.get("localhost:5000/web:1").id.slice(7, 19);
  expect(await docker(`rmi ${id}`)).toBe(
    `Error response from daemon: conflict: unable to delete ${id} (must be forced) - image is referenced in multiple repositories`,
  );
  expect(await docker(`rmi -f ${id}`)).toContain("Untagged: localhost:5000/web:2\nDeleted: ");
});
