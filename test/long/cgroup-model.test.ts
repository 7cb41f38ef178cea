/** Cgroups against a model of their rules, at length. */
import { it } from "vitest";
import { compareCgroups } from "./cgroup-model/compare.ts";

const STEPS = 100_000;

it.each(["1", "2", "3", "4"])(`${STEPS} random operations on cgroups answer as the rules say (seed %s)`, (seed) => {
  compareCgroups(seed, STEPS);
});
