/**
 * What lies in real time between an end and the word of it.
 *
 * A busy client hears of what has come together in any order; with Docker things follow each other at some distance.
 */
import type { Container, Engine } from "@bottleship/core/engine";

/** At least; with Docker it is some ten times as much. */
export const WAIT_SETTLED_US = 10_000;
/** A container that is removed while it runs is cleaned away before its removal is answered: that takes so long. */
export const REMOVAL_SETTLED_US = 40_000;

/** Resolves when the container's end is that long ago, in real time. */
export function untilSettled(
  { world, kernel }: Engine,
  { finishedUs }: Pick<Container, "finishedUs">,
  settledUs: number,
): Promise<void> {
  const leftUs = world.policy === "real" ? finishedUs + settledUs - kernel.nowUs : 0;
  return leftUs <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, leftUs / 1000));
}
