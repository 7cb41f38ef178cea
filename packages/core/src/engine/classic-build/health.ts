/**
 * What becomes of one HEALTHCHECK after another in a classic build.
 *
 * Each step is a commit of a container, and a container has from its image what it is not given: what a HEALTHCHECK does
 * not say stays as it was.
 *
 * @see moby daemon/builder/dockerfile/dispatchers.go dispatchHealthcheck, daemon/commit.go merge
 */
import { type Dockerfile, healthcheckOf, healthcheckStep, type Instruction } from "../../build/index.ts";
import type { Healthcheck, ImageRunConfig } from "../../oci/index.ts";
import { mergeHealth } from "../container/merge-config.ts";
import { stageOf } from "./bases.ts";
import { triggerOf } from "./steps.ts";

/** What each HEALTHCHECK meets. */
export interface EarlierHealth {
  /** By the numbers of steps, from 0: what is told where another check loses its place. */
  readonly notes: ReadonlyMap<number, string>;
  /** The same for the triggers of a stage: "2 0" is the first trigger of the third stage. */
  readonly triggerNotes: ReadonlyMap<string, string>;
  /**
   * Steps whose image has more of a check than they say, or whose triggers do: the image of such a step is not found
   * again, for it is not what the step asks for.
   */
  readonly grown: ReadonlySet<number>;
}

export function earlierHealth(
  dockerfile: Dockerfile,
  baseOf: (stage: number) => ImageRunConfig | undefined,
): EarlierHealth {
  const notes = new Map<number, string>();
  const triggerNotes = new Map<string, string>();
  const grown = new Set<number>();
  const ends: (Healthcheck | undefined)[] = [];
  let at = dockerfile.args?.length ?? 0;
  for (const [stage, { instructions }] of dockerfile.stages.entries()) {
    const earlier = stageOf(dockerfile, stage);
    const base = baseOf(stage);
    let check = earlier === undefined ? base?.Healthcheck : ends[earlier];
    const meet = (one: Instruction | undefined, note: (text: string) => void): void => {
      if (one?.kind !== "HEALTHCHECK") return;
      const { Test = [] } = check ?? {};
      if (Test.length > 0 && Test[0] !== "NONE") note(`Note: overriding previous HEALTHCHECK: [${Test.join(" ")}]\n`);
      const own = healthcheckOf(healthcheckStep(one));
      const { Healthcheck: merged } = mergeHealth(own, check);
      if (Object.keys(merged ?? {}).length > Object.keys(own).length) grown.add(at);
      check = merged;
    };
    for (const [number, text] of (base?.OnBuild ?? []).entries())
      meet(triggerOf(text), (note) => triggerNotes.set(`${stage} ${number}`, note));
    at++;
    for (const one of instructions) {
      meet(one, (note) => notes.set(at, note));
      at++;
    }
    ends.push(check);
  }
  return { notes, triggerNotes, grown };
}

/** The configuration of a step's image, with what its check has from the image before. */
export function withEarlierHealth(config: ImageRunConfig, parent: ImageRunConfig | undefined): ImageRunConfig {
  return { ...config, ...mergeHealth(config.Healthcheck, parent?.Healthcheck) };
}
