/** `docker inspect`, `info`, `version`, `events`, `system df`, `system prune`. Model: docker/cli cli/command/system. */

import { quote } from "../../../lib/go/index.ts";
import { atLeast, command, NONE } from "../command.ts";
import { bool, filter, text } from "../flags/flag.ts";
import { compileTemplate, GoValue, renderTemplate } from "../format.ts";
import { EVENT_MESSAGE } from "../inspected/event.ts";
import { naturalCompare } from "../lists/shared.ts";
import { orFail, ValueError } from "../problem.ts";
import type { ObjectType } from "../requests/system.ts";
import { pointer } from "../template/type.ts";
import type { Filters } from "../values/filter.ts";
import { checkInspectTemplate, FORMAT_HELP, TEMPLATE_EXIT_CODE, TEMPLATE_HELP } from "./shared.ts";

const OBJECT_TYPES: readonly ObjectType[] = [
  "config",
  "container",
  "image",
  "network",
  "node",
  "plugin",
  "secret",
  "service",
  "task",
  "volume",
];

export const inspect = command({
  usage: "[OPTIONS] NAME|ID [NAME|ID...]",
  summary: "Return low-level information on Docker objects",
  arity: atLeast(1),
  flags: {
    format: text(TEMPLATE_HELP, { short: "f" }),
    size: bool("Display total file sizes if the type is container", { short: "s" }),
    type: text("Only inspect objects of the given type"),
  },
  read: ({ flags, operands, changed }) => {
    const known = `must be one of "${OBJECT_TYPES.join('", "')}"`;
    if (changed.has("type") && flags.type === "") throw new ValueError(`type is empty: ${known}`);
    const type = OBJECT_TYPES.find((name) => name === flags.type);
    if (flags.type !== "" && type === undefined) throw new ValueError(`unknown type: ${quote(flags.type)}: ${known}`);
    checkInspectTemplate(flags.format);
    return { command: "inspect", names: operands, format: flags.format, size: flags.size, type };
  },
});

export const info = command({
  usage: "[OPTIONS]",
  summary: "Display system-wide information",
  aliases: "docker system info, docker info",
  arity: NONE,
  flags: { format: text(TEMPLATE_HELP, { short: "f" }) },
  read: ({ flags }) => {
    checkInspectTemplate(flags.format);
    return { command: "info", format: flags.format };
  },
});

export const version = command({
  usage: "[OPTIONS]",
  summary: "Show the Docker version information",
  arity: NONE,
  flags: { format: text(TEMPLATE_HELP, { short: "f" }) },
  read: ({ flags }) => {
    const { format } = flags;
    if (format !== "" && format !== "json")
      orFail(() => compileTemplate(format, "version"), "template parsing error: ", TEMPLATE_EXIT_CODE);
    return { command: "version", format };
  },
});

export const events = command({
  usage: "[OPTIONS]",
  summary: "Get real time events from the server",
  aliases: "docker system events, docker events",
  arity: NONE,
  flags: {
    filter: filter("Filter output based on conditions provided", { short: "f" }),
    format: text(TEMPLATE_HELP),
    since: text("Show all events created since timestamp"),
    until: text("Stream events until this timestamp"),
  },
  read: ({ flags }) => {
    checkEventTemplate(flags.format);
    return {
      command: "events",
      since: flags.since,
      until: flags.until,
      filters: flags.filter,
      format: flags.format,
    };
  },
});

/** Tries the template on an empty event. */
function checkEventTemplate(format: string): void {
  if (format === "" || format === "json") return;
  orFail(
    () => renderTemplate(compileTemplate(format), new GoValue(pointer(EVENT_MESSAGE), {})),
    "Error parsing format: ",
    TEMPLATE_EXIT_CODE,
  );
}

export const diskUsage = command({
  usage: "[OPTIONS]",
  summary: "Show docker disk usage",
  arity: NONE,
  flags: {
    format: text(FORMAT_HELP),
    verbose: bool("Show detailed information on space usage", { short: "v" }),
  },
  read: ({ flags }) => ({ command: "system df", verbose: flags.verbose, format: flags.format }),
});

export const pruneSystem = command({
  usage: "[OPTIONS]",
  summary: "Remove unused data",
  arity: NONE,
  flags: {
    all: bool("Remove all unused images not just dangling ones", { short: "a" }),
    filter: filter('Provide filter values (e.g. "label=<key>=<value>")'),
    force: bool("Do not prompt for confirmation", { short: "f" }),
    volumes: bool("Prune anonymous volumes"),
  },
  read: ({ flags }) => {
    if (flags.volumes && flags.filter["until"] !== undefined)
      throw new ValueError('ERROR: The "until" filter is not supported with "--volumes"');
    return {
      command: "system prune",
      all: flags.all,
      volumes: flags.volumes,
      filters: flags.filter,
      confirm: flags.force ? undefined : pruneQuestion(flags.all, flags.volumes, flags.filter),
    };
  },
});

function pruneQuestion(all: boolean, volumes: boolean, filters: Filters): string {
  const what = [
    "all stopped containers",
    "all networks not used by at least one container",
    ...(volumes ? ["all anonymous volumes not used by at least one container"] : []),
    all ? "all images without at least one container associated to them" : "all dangling images",
    all ? "all build cache" : "unused build cache",
  ];
  const shown = ["label", "label!", "until"]
    .flatMap((name) => (filters[name] ?? []).map((value) => `${name}=${value}`))
    .sort(naturalCompare);
  const items = (lines: readonly string[]): string => lines.map((line) => `\n  - ${line}`).join("");
  const filtered = shown.length === 0 ? "" : `\n  Items to be pruned will be filtered with:${items(shown)}\n`;
  return `WARNING! This will remove:${items(what)}\n${filtered}\nAre you sure you want to continue?`;
}
