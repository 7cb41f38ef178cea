/** The options of the commands that list tasks. Texts: docker/cli (Apache-2.0). */
import { bool, type FlagValues, filter, text } from "../flags/flag.ts";
import type { TaskListRequest } from "../requests/swarm.ts";

export const TASK_LIST_FLAGS = {
  filter: filter("Filter output based on conditions provided", { short: "f" }),
  format: text("Pretty-print tasks using a Go template"),
  "no-resolve": bool("Do not map IDs to Names"),
  "no-trunc": bool("Do not truncate output"),
  quiet: bool("Only display task IDs", { short: "q" }),
};

export const taskList = (flags: FlagValues<typeof TASK_LIST_FLAGS>): TaskListRequest => ({
  filters: flags.filter,
  format: flags.format,
  quiet: flags.quiet,
  noTrunc: flags["no-trunc"],
  noResolve: flags["no-resolve"],
});
