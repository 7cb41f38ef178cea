/** The same seed gives the same world: twice in one process, and in two. */
import { expect, it } from "vitest";
import { inAnotherProcess } from "./another-process.ts";
import { story } from "./story.ts";

it("has the same trace and the same output twice in one process", async () => {
  expect(await story(11)).toEqual(await story(11));
});

it("has another trace with another seed", async () => {
  expect((await story(11)).hash).not.toBe((await story(12)).hash);
});

it("has the same trace and the same output in another process", async () => {
  expect(await inAnotherProcess("story.ts", "module.story(11)")).toEqual(await story(11));
});
