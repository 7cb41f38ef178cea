/** What the README shows is run: every block of TypeScript, and the two commands are those of the workspace. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it, vi } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
const README = readFileSync(join(ROOT, "README.md"), "utf8");
const EXAMPLES = [...README.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
/** What each example prints. */
const PRINTED = [
  [[0, "hello\n"]],
  [[["5000 bytes, 5000 wasted", "1 bytes, 0 wasted"], true]],
  [
    ["A container one\nA volume data\n"],
    [0, 1_800_000_000, '0 s: docker("run --name one --volume data:/data busybox touch /data/file")'],
  ],
  [[3, "ticks"]],
  [[0, "good night, Bo\n"]],
  [[3, "/ # echo $((6 * 7))\r\n42\r\n/ # stty size\r\n30 100\r\n/ # exit 3\r\n"]],
];

it("has as many examples as this test knows", () => {
  expect(EXAMPLES).toHaveLength(PRINTED.length);
});

it.each(EXAMPLES.map((code, i) => [i, code] as const))("runs example %i", async (i, code) => {
  const file = join(import.meta.dirname, `readme-example-${i}.ts`);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  writeFileSync(file, code);
  try {
    await import(/* @vite-ignore */ file);
    expect(log.mock.calls).toEqual(PRINTED[i]);
  } finally {
    log.mockRestore();
    rmSync(file);
  }
});

it("names the package manager that the workspace pins, and scripts that it has", () => {
  const { packageManager, scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly packageManager: string;
    readonly scripts: Readonly<Record<string, string>>;
  };
  const commands = [...README.matchAll(/npx -y (pnpm@\S+) (\S+)/g)];
  expect(commands.length).toBeGreaterThanOrEqual(2);
  for (const [, manager, script = ""] of commands) {
    expect(manager).toBe(packageManager);
    expect(Object.keys(scripts)).toContain(script);
  }
});
