/**
 * What becomes of one HEALTHCHECK after another in a classic build.
 *
 * Each step is a commit of a container, and a container has from its image what it is not given: what a HEALTHCHECK does
 * not say stays as it was.
 *
 * @see moby daemon/builder/dockerfile/dispatchers.go dispatchHealthcheck, daemon/commit.go merge
 */
import { healthcheckOf, healthcheckStep, type Instruction } from "../../build/index.ts";
import type { ImageRunConfig } from "../../oci/index.ts";
import { mergeHealth } from "../container/merge-config.ts";

/** What is told where another check loses its place; nothing otherwise. */
export function overriddenHealth({ kind }: Instruction, parent: ImageRunConfig | undefined): string {
  const { Test = [] } = parent?.Healthcheck ?? {};
  if (kind !== "HEALTHCHECK" || Test.length === 0 || Test[0] === "NONE") return "";
  return `Note: overriding previous HEALTHCHECK: [${Test.join(" ")}]\n`;
}

/** Whether a step's image has more of a check than the step says. */
export function growsHealth(one: Instruction, parent: ImageRunConfig | undefined): boolean {
  if (one.kind !== "HEALTHCHECK") return false;
  const own = healthcheckOf(healthcheckStep(one));
  const { Healthcheck: merged } = mergeHealth(own, parent?.Healthcheck);
  return Object.keys(merged ?? {}).length > Object.keys(own).length;
}

/** The configuration of a step's image, with what its check has from the image before. */
export function withEarlierHealth(config: ImageRunConfig, parent: ImageRunConfig | undefined): ImageRunConfig {
  return { ...config, ...mergeHealth(config.Healthcheck, parent?.Healthcheck) };
}
