/** Exploring scenarios: many seeds, drawn faults, shortened plans. */
export {
  type Exploration,
  ExplorationFailure,
  type ExploreOptions,
  explore,
  type FoundFailure,
  type Scenario,
  type Trial,
} from "./explore.ts";
export { drawPlan, type FaultKind, type FaultPalette } from "./plan.ts";
export { shorten } from "./shorten.ts";
