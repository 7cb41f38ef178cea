import { join } from "node:path";
import { build, type Rolldown } from "vite";
import { expect, it } from "vitest";

it("everything of the page runs in a browser: no module of Node is in the bundle, none is asked for", async () => {
  const root = join(import.meta.dirname, "..");
  const built = (await build({
    configFile: join(root, "vite.config.ts"),
    logLevel: "error",
    build: { write: false, minify: false },
  })) as Rolldown.RolldownOutput;
  const chunks = built.output.filter((one) => one.type === "chunk");
  const modules = chunks.flatMap(({ moduleIds }) => moduleIds);
  for (const part of ["core/src/engine/engine.ts", "engine-api/src/api.ts", "dockerode/src/modem.ts"]) {
    expect(modules.filter((id) => id.endsWith(part))).toHaveLength(1);
  }
  // What a browser does not have, vite replaces by an empty module of such a name.
  expect(modules.filter((id) => id.includes("__vite-browser-external") || id.startsWith("node:"))).toEqual([]);
  expect(chunks.flatMap(({ imports, dynamicImports }) => [...imports, ...dynamicImports])).toEqual([]);
  const [code = ""] = chunks.map((chunk) => chunk.code);
  expect([...code.matchAll(/(?:\bfrom|\bimport\(|\brequire\()\s*["']node:[^"']*["']/g)].map(([text]) => text)).toEqual(
    [],
  );
}, 120_000);
