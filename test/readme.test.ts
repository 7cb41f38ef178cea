/** What the READMEs show is run: blocks of TypeScript, and the two commands are those of the workspace. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it, vi } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
/** In place of the socket that a README names: somebody may follow it at the same time. */
const SOCKET = join(tmpdir(), `bottleship-${process.pid}.sock`);
/** What each example prints. Those of `packages/vitest` are a test and settings, which only vitest can run. */
const PRINTED: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  "README.md": [
    [[0, "hello\n"]],
    [[["5000 bytes, 5000 wasted", "1 bytes, 0 wasted"], true]],
    [
      ["A container one\nA volume data\n"],
      [0, 1_800_000_000, '0 s: docker("run --name one --volume data:/data busybox touch /data/file")'],
    ],
    [[3, "ticks"]],
    [[0, "good night, Bo\n"]],
    [[3, "/ # echo $((6 * 7))\r\n42\r\n/ # stty size\r\n30 100\r\n/ # exit 3\r\n"]],
  ],
  "packages/core/README.md": [
    [
      [
        "slept 3600 s\n",
        "siesta:\n  it ended with exit code 0 at 3600.1 s, after 3600 s\n    because its program `/usr/local/bin/nap 3600` returned 0: all went well\n  it is not started again: it has no restart policy\n",
      ],
    ],
  ],
  "packages/engine-api/README.md": [[["1.51"]]],
  "packages/node/README.md": [[[`export DOCKER_HOST=unix://${SOCKET}`]]],
  "packages/dockerode/README.md": [[[{ StatusCode: 3 }]]],
};
const EXAMPLES = Object.keys(PRINTED).flatMap((file) => {
  const blocks = [...read(file).matchAll(/```ts\n([\s\S]*?)```/g)];
  return blocks.map(([, code = ""], index) => {
    return { file, number: index + 1, code: code.replaceAll("/tmp/bottleship.sock", SOCKET) };
  });
});

it("have as many examples as this test knows", () => {
  for (const [file, printed] of Object.entries(PRINTED)) {
    expect(EXAMPLES.filter((one) => one.file === file)).toHaveLength(printed.length);
  }
});

it.each(EXAMPLES)(
  "run: $file, example $number",
  async ({ file, number, code }) => {
    const module = join(import.meta.dirname, `.tmp-${file.replaceAll("/", "-")}-${number}.ts`);
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    writeFileSync(module, code);
    try {
      await import(/* @vite-ignore */ module);
      expect(log.mock.calls).toEqual(PRINTED[file]?.[number - 1]);
    } finally {
      log.mockRestore();
      rmSync(module);
    }
  },
  120_000,
);

it("show a test of @bottleship/vitest that is one of its tests", () => {
  const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(read("packages/vitest/README.md")) ?? [];
  expect(example).toContain("test(");
  expect(read("packages/vitest/src/readme.test.ts")).toContain(example);
});

it("name the package manager that the workspace pins, and scripts that it has", () => {
  const { packageManager, scripts } = JSON.parse(read("package.json")) as {
    readonly packageManager: string;
    readonly scripts: Readonly<Record<string, string>>;
  };
  const commands = [...read("README.md").matchAll(/npx -y (pnpm@\S+) (\S+)/g)];
  expect(commands.length).toBeGreaterThanOrEqual(2);
  for (const [, manager, script = ""] of commands) {
    expect(manager).toBe(packageManager);
    expect(Object.keys(scripts)).toContain(script);
  }
});
