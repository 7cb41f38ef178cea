/**
 * What real containers did, replayed: every recorded script, with its options, output and exit code.
 *
 * `deviations.json` names the cases that do not agree yet, each with the reason; a case that agrees must not be in it.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { differences, readRecordings, replayCase } from "@bottleship/cli";
import { describe, expect, it } from "vitest";

const DEVIATIONS = JSON.parse(readFileSync(join(import.meta.dirname, "deviations.json"), "utf8")) as Readonly<
  Record<string, string>
>;

async function problemsOf(recorded: Parameters<typeof replayCase>[0]): Promise<readonly string[]> {
  try {
    return differences(recorded, await replayCase(recorded));
  } catch (error) {
    return [String(error)];
  }
}

for (const { category, cases } of readRecordings(join(import.meta.dirname, "run"))) {
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
