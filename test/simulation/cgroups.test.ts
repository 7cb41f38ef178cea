/** A short run of what `test/long/cgroup-model.test.ts` does at length. */
import { it } from "vitest";
import { compareCgroups } from "../long/cgroup-model/compare.ts";

it("2,000 random operations on cgroups answer as the rules say", () => compareCgroups("short", 2000));
