import { expect, it } from "vitest";
import { createEngine } from "./engine.ts";

it("refuses a name that no directory can have", () => {
  const { volumes } = createEngine({ seed: 1 });
  const [longest, tooLong] = ["x".repeat(255), "x".repeat(256)];
  expect(volumes.create(longest).name).toBe(longest);
  const place = `/var/lib/docker/volumes/${tooLong}`;
  expect(() => volumes.create(tooLong)).toThrow(
    `create ${tooLong}: error while creating volume root path '${place}': mkdir ${place}: file name too long`,
  );
  expect(volumes.list().map(({ name }) => name)).toEqual([longest]);
});
