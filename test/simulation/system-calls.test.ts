/** A short run of what `test/long/syscall-fuzz.test.ts` does at length. */
import { it } from "vitest";
import { fuzz } from "../long/fuzz/run.ts";
import { expectGood } from "../long/fuzz/verdict.ts";

it("20,000 random calls from several processes leave the kernel as it should be", async () => {
  expectGood(await fuzz("short", 20_000), { spared: 5 });
});
