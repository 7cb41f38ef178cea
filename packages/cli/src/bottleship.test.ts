import { expect, it } from "vitest";
import { main } from "./bottleship.ts";

async function run(...argv: readonly string[]) {
  const printed = { out: "", err: "" };
  const take = (stream: "out" | "err") => (text: string | Uint8Array) => void (printed[stream] += String(text));
  return { code: await main(argv, { out: take("out"), err: take("err") }), ...printed };
}

it("says its version, and which engine it behaves like", async () => {
  const { code, out } = await run("--version");
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/^bottleship \d+\.\d+\.\d+, as Docker Engine 28\.5\.2 \(API 1\.51\)\n$/),
  ]);
});

it("helps by a word as by an option", async () => {
  expect(await run("help")).toEqual(await run("--help"));
  expect(await run("help", "strace")).toEqual(await run("strace", "--help"));
  expect((await run("strace", "--help")).out).toMatch(/^Usage: bottleship strace CONTAINER/);
  expect(await run("help", "none")).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^bottleship: unknown command: none\n/),
  });
});

it("shows the commands to who names none, as a mistake", async () => {
  const { code, out } = await run();
  expect([code, out]).toEqual([2, (await run("--help")).out]);
});
