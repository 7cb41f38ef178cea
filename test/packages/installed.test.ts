/** The packages as users get them: packed, installed into an empty project with strict types, and run. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const TSC = join(ROOT, "node_modules/.bin/tsc");

const PROGRAM = `import { createEngine } from "@bottleship/core";
import { main } from "@bottleship/cli";

const engine = createEngine({ seed: 7 });
const dockerfile = "FROM busybox\\nCOPY greeting /greeting\\nCMD [\\"cat\\", \\"/greeting\\"]\\n";
await engine.build({ context: { files: { greeting: "hello\\n" } }, dockerfile, tags: ["greeter"] });
const { exitCode, stdout } = await engine.docker("run --rm greeter");
console.log(exitCode, stdout.trim());
const code: number = await main(["--help"], { out: (text) => console.log(String(text).split("\\n")[0]), err: console.error });
console.log(code);
`;

const CONFIG = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    target: "ES2022",
    module: "NodeNext",
    types: [],
  },
};

/** What npm tells of a package that it has packed. */
interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let project = "";
/** Of the files in all packages. */
let paths: readonly string[] = [];

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    // npm lists every file that it packs.
    maxBuffer: 64 * 1024 ** 2,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${status}\n${stdout}${stderr}`);
  return stdout;
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "bottleship-package-"));
  run(TSC, ["-b"], ROOT);
  const folders = ["core", "engine-api", "node", "cli"].map((name) => `./packages/${name}`);
  const packed = run("npm", ["pack", "--json", "--pack-destination", project, ...folders], ROOT);
  const packages = JSON.parse(packed) as readonly Packed[];
  paths = packages.flatMap(({ files }) => files.map(({ path }) => path));
  const archives = packages.map(({ filename }) => `./${filename}`);
  writeFileSync(join(project, "package.json"), `{ "type": "module", "private": true }`);
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify(CONFIG));
  writeFileSync(join(project, "program.ts"), PROGRAM);
  run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...archives], project);
}, 240_000);

afterAll(() => {
  if (project !== "") rmSync(project, { recursive: true });
}, 60_000);

it("compiles against the declarations with everything strict, and runs", () => {
  run(TSC, ["-p", "."], project);
  expect(run(process.execPath, ["program.js"], project)).toBe("0 hello\nUsage: bottleship COMMAND [OPTIONS]\n0\n");
}, 120_000);

it("installs the executable `bottleship`", () => {
  expect(run("node_modules/.bin/bottleship", ["recorded", "--help"], project)).toContain("--dir DIR");
});

it("brings along what it is made of, and nothing of how it is built and tested", () => {
  expect(paths).toContain("src/engine/engine.ts");
  expect(paths.filter((path) => /\.test\.|\/testing\/|tsbuildinfo/.test(path))).toEqual([]);
});
