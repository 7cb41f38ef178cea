/** Why steps of a build were not cached. */
import type { BuildResult } from "../../build/index.ts";
import type { Finding } from "./finding.ts";

type Miss = BuildResult["misses"][number];

const SHOWN_LENGTH = 80;

export function missFindings({ misses }: Pick<BuildResult, "misses">): readonly Finding[] {
  if (misses.length === 0) return [{ kind: "cache", text: "every step was cached" }];
  const missed = new Set(misses.map(({ step }) => step));
  return misses.map((miss): Finding => {
    const { step, changed, before, now, below } = miss;
    const facts = {
      step,
      reason: miss.reason,
      ...(changed && { changed }),
      ...(before !== undefined && { before }),
      ...(now !== undefined && { now }),
      ...(below !== undefined && { below }),
    };
    const because: Finding = { kind: "cache", text: reasonOf(miss, missed) };
    return { kind: "cache", text: `${step} was not cached`, facts, because: [because] };
  });
}

function reasonOf({ reason, changed, before, now, below }: Miss, missed: ReadonlySet<string>): string {
  if (reason === "no-cache") return "the cache was not to be used for it (--no-cache)";
  if (reason === "pruned") return "what it had made was pruned from the cache";
  if (changed === undefined) return "it has not been built before";
  if (below !== undefined) {
    return missed.has(below) ? `it comes after ${below}, which was not cached` : `it comes after ${below} now`;
  }
  const was = before === undefined ? "was not there" : `was ${quoted(before)}`;
  const is = now === undefined ? "is not there" : `is ${quoted(now)}`;
  return `${changed} differs: it ${was} and ${is}`;
}

const quoted = (text: string): string =>
  JSON.stringify(text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH - 1)}…` : text);
