/** `docker ps` and `docker stats`. Model: docker/cli container/list.go, container/stats.go. */
import { ANY, command, NONE } from "../command.ts";
import { bool, filter, integer, text } from "../flags/flag.ts";
import { compileTemplate, GoValue, renderTemplate } from "../format.ts";
import { usesSize } from "../lists/containers.ts";
import { orFail } from "../problem.ts";
import { FORMAT_HELP } from "./shared.ts";

export const ps = command({
  usage: "[OPTIONS]",
  summary: "List containers",
  aliases: "docker container ls, docker container list, docker container ps, docker ps",
  arity: NONE,
  flags: {
    all: bool("Show all containers (default shows just running)", { short: "a" }),
    filter: filter("Filter output based on conditions provided", { short: "f" }),
    format: text(FORMAT_HELP),
    last: integer("Show n last created containers (includes all states)", { short: "n", initial: -1 }),
    latest: bool("Show the latest created container (includes all states)", { short: "l" }),
    "no-trunc": bool("Don't truncate output"),
    quiet: bool("Only display container IDs", { short: "q" }),
    size: bool("Display total file sizes", { short: "s" }),
  },
  read: ({ flags, changed, warn }) => {
    if (flags.format !== "" && flags.quiet)
      warn("WARNING: Ignoring custom format, because both --format and --quiet are set.");
    const inFormat = flags.format !== "" && formatUsesSize(flags.format);
    return {
      command: "ps",
      all: flags.all,
      limit: flags.latest && flags.last === -1 ? 1 : flags.last,
      size: flags.size || (inFormat && !flags.quiet && !changed.has("size")),
      filters: flags.filter,
      format: flags.format,
      quiet: flags.quiet,
      noTrunc: flags["no-trunc"],
    };
  },
});

/** Tries the template before anything is asked of the engine; sizes are only computed where it wants them. */
function formatUsesSize(format: string): boolean {
  return usesSize(format, (source, list, row) => {
    const template = orFail(() => compileTemplate(source), "failed to parse template: ");
    orFail(() => renderTemplate(template, new GoValue(list.type, row)), "failed to execute template: ");
  });
}

export const stats = command({
  usage: "[OPTIONS] [CONTAINER...]",
  summary: "Display a live stream of container(s) resource usage statistics",
  aliases: "docker container stats, docker stats",
  arity: ANY,
  flags: {
    all: bool("Show all containers (default shows just running)", { short: "a" }),
    format: text(FORMAT_HELP),
    "no-stream": bool("Disable streaming stats and only pull the first result"),
    "no-trunc": bool("Do not truncate output"),
  },
  read: ({ flags, operands }) => ({
    command: "stats",
    containers: operands,
    all: flags.all,
    format: flags.format,
    noStream: flags["no-stream"],
    noTrunc: flags["no-trunc"],
  }),
});
