/** vitest with a simulated engine in each test. */
import { addMatchers } from "./matchers.ts";

addMatchers();

export { expect } from "vitest";
export { describeMachine, type EngineFixtures, test, testFrom } from "./fixtures.ts";
export { addMatchers } from "./matchers.ts";
export type { Preparation } from "./prepared.ts";
