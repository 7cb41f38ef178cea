/** The same seed gives the same world: twice in one process, and in two. */
import { beforeAll, expect, it } from "vitest";
import { inAnotherProcess } from "./another-process.ts";
import { story } from "./story.ts";

let told: Awaited<ReturnType<typeof story>>;
beforeAll(async () => {
  told = await story(11);
});

it("has the same trace and the same output twice in one process", async () => {
  expect(await story(11)).toEqual(told);
});

it("has another trace with another seed", async () => {
  expect((await story(12)).hash).not.toBe(told.hash);
});

it("has the same trace and the same output in another process", async () => {
  expect(await inAnotherProcess("story.ts", "module.story(11)")).toEqual(told);
});
