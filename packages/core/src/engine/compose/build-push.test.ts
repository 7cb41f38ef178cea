/** `docker compose build --push`: images that have a name of their own go to their registries. */
import { Volume } from "memfs";
import { expect, it } from "vitest";
import { Registry } from "../../registry/index.ts";
import { createEngine } from "../index.ts";

const COMPOSE = `name: me
services:
  web:
    image: ci.example/me/web:1
    build: .
  own:
    build: .
`;

it("pushes what is called after a registry, and keeps what has no name of its own", async () => {
  const engine = createEngine({ seed: 7 });
  const registry = new Registry();
  engine.registries.add("ci.example", registry.fetch);
  const files = { "/w/compose.yaml": COMPOSE, "/w/Dockerfile": "FROM scratch\nCOPY f /f\n", "/w/f": "1\n" };
  const disk = Volume.fromJSON(files);
  const { exitCode, stderr } = await engine.docker("compose build --push", { disk: disk as never, cwd: "/w" });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  expect(registry.repositories).toEqual(["me/web"]);
  expect(engine.images.find("me-own")).toBeDefined();
});
