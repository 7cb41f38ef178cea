/** `bottleship recorded`: replays recordings and prints the score. */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Terminal, UsageError } from "../terminal.ts";
import { openRecordings, type RecordedCase } from "./recordings.ts";
import { CaseSkipped, ReplayError } from "./replay.ts";
import { Score } from "./score.ts";

export const RECORDED_USAGE = `Usage: bottleship recorded --dir DIR [OPTIONS]

Replay what real containers, builds and command lines did on simulated ones, and count what agrees.

Options:
      --dir DIR     Directory of the recordings (or the one that has them in "run", "build" and "cli")
      --json OUT    Also write the score and every failure to the file OUT
      --only NAME   Replay only a category, or a case, of that name (may be repeated)
  -v, --verbose     Print what differs in every case that fails

The exit code is 0 if all cases agree, 1 if some do not, 2 for bad usage.
`;

interface Options {
  readonly dir: string;
  readonly only: readonly string[];
  readonly json: string | undefined;
  readonly verbose: boolean;
}

export async function recorded(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { dir, only, json, verbose } = parse(argv);
  const score = new Score();
  for (const { category, cases } of openRecordings(dir)) {
    for (const one of cases) {
      if (only.length > 0 && !only.includes(category) && !only.includes(one.name)) continue;
      const problems = await problemsOf(one);
      if (problems instanceof CaseSkipped) {
        score.skip(category, one.name, problems.message);
        continue;
      }
      score.add(category, one.name, problems);
      if (problems.length > 0) terminal.out(`FAIL ${category}/${one.name}\n${verbose ? details(problems) : ""}`);
    }
  }
  if (score.isEmpty) throw new UsageError(`nothing in ${dir} is named ${only.join(" or ")}`);
  terminal.out(score.table());
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(score.document(), undefined, 2)}\n`);
  return score.total.failed === 0 ? 0 : 1;
}

function parse(argv: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        dir: { type: "string" },
        only: { type: "string", multiple: true },
        json: { type: "string" },
        verbose: { type: "boolean", short: "v" },
      },
    });
    if (values.dir === undefined) throw new UsageError("--dir is missing");
    return { dir: values.dir, only: values.only ?? [], json: values.json, verbose: values.verbose ?? false };
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

async function problemsOf(recordedCase: RecordedCase): Promise<readonly string[] | CaseSkipped> {
  try {
    return await recordedCase.replay();
  } catch (error) {
    if (error instanceof CaseSkipped) return error;
    if (error instanceof ReplayError) return [error.message];
    // A bug in the simulator is one failed case, told with where it is.
    return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
}

function details(problems: readonly string[]): string {
  return problems.map((problem) => `${problem.replace(/^/gm, "  ")}\n`).join("");
}
