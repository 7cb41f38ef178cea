/** Several problems as one message, as moby's multierror and api/types/network print them. */

/** A single problem as it is; of several, each on a line of its own behind a star. */
export function joinedProblems(problems: readonly string[]): string {
  if (problems.length === 1) return (problems[0] ?? "").trim();
  return problems.map((problem) => `* ${problem.replaceAll("\n", "\n\t")}`).join("\n");
}
