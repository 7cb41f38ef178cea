/** Replays the recordings of a directory as tests, one for each case. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openRecordings, type RecordedCase } from "@bottleship/cli";
import { describe, expect, it } from "vitest";

/** Cases that do not agree yet, `category/name`, each with the reason. */
const DEVIATIONS = JSON.parse(readFileSync(join(import.meta.dirname, "deviations.json"), "utf8")) as Readonly<
  Record<string, string>
>;

/** A case that agrees must not be listed as a deviation. */
export function replayAll(directory: string): void {
  for (const { category, cases } of openRecordings(join(import.meta.dirname, directory))) {
    describe(category, () => {
      for (const recorded of cases) {
        const reason = DEVIATIONS[`${category}/${recorded.name}`];
        if (reason === undefined) {
          it(`${recorded.name}: ${recorded.why}`, async () => {
            expect(await problemsOf(recorded)).toEqual([]);
          });
        } else {
          it(`${recorded.name} deviates: ${reason}`, async () => {
            expect(await problemsOf(recorded), "it agrees now: take it out of deviations.json").not.toEqual([]);
          });
        }
      }
    });
  }
}

async function problemsOf(recorded: RecordedCase): Promise<readonly string[]> {
  try {
    return await recorded.replay();
  } catch (error) {
    return [String(error)];
  }
}
