/** The same seed gives the same world: twice in one process, and in two. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { expect, it } from "vitest";
import { story } from "./story.ts";

it("has the same trace and the same output twice in one process", async () => {
  expect(await story(11)).toEqual(await story(11));
});

it("has another trace with another seed", async () => {
  expect((await story(11)).hash).not.toBe((await story(12)).hash);
});

it("has the same trace and the same output in another process", async () => {
  const directory = mkdtempSync(join(tmpdir(), "bottleship-story-"));
  try {
    await build({
      configFile: false,
      logLevel: "error",
      resolve: { conditions: ["bottleship-source"] },
      ssr: { resolve: { conditions: ["bottleship-source"] }, noExternal: true },
      build: { ssr: join(import.meta.dirname, "story.ts"), outDir: directory, emptyOutDir: false },
    });
    const main = join(directory, "main.mjs");
    writeFileSync(main, `import { story } from "./story.js";\nconsole.log(JSON.stringify(await story(11)));\n`);
    writeFileSync(join(directory, "package.json"), `{ "type": "module" }`);
    const told = JSON.parse(execFileSync(process.execPath, [main], { encoding: "utf8" })) as unknown;
    expect(told).toEqual(await story(11));
  } finally {
    rmSync(directory, { recursive: true });
  }
});
