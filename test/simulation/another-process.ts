/** Runs a function of a module in a process of its own. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "vite";

/**
 * @param file the module, beside this one: "story.ts" @param call an expression with its exports in scope as `module`
 * @returns what the expression's promise resolves to, through JSON
 */
export async function inAnotherProcess(file: string, call: string): Promise<unknown> {
  const directory = mkdtempSync(join(tmpdir(), "bottleship-process-"));
  try {
    await build({
      configFile: false,
      logLevel: "error",
      resolve: { conditions: ["bottleship-source"] },
      ssr: { resolve: { conditions: ["bottleship-source"] }, noExternal: true },
      build: { ssr: join(import.meta.dirname, file), outDir: directory, emptyOutDir: false },
    });
    const main = join(directory, "main.mjs");
    const built = `./${file.replace(/\.ts$/, ".js")}`;
    writeFileSync(main, `import * as module from "${built}";\nconsole.log(JSON.stringify(await ${call}));\n`);
    writeFileSync(join(directory, "package.json"), `{ "type": "module" }`);
    const { stdout } = await promisify(execFile)(process.execPath, [main], { encoding: "utf8" });
    return JSON.parse(stdout);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
