import { expect, it } from "vitest";
import { fuzzApi } from "./testing/fuzz-run.ts";

/** The long form, `test/long/api-fuzz.test.ts`, has more. */
it("answers random requests without a 500, a bug, a hang or an answer that no schema allows", async () => {
  const { wrong, statuses } = await fuzzApi({ seed: 1, requests: 1_500 });
  expect(wrong.slice(0, 10)).toEqual([]);
  expect([...statuses.keys()].sort()).toEqual(expect.arrayContaining([200, 201, 204, 400, 404]));
});
