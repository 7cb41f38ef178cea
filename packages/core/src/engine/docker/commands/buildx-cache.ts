/** `docker buildx prune` and `docker buildx du`. Texts: docker/buildx commands/prune.go, diskusage.go (Apache-2.0). */
import { command, NONE } from "../command.ts";
import { bool, bytes, filter, text } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { BUILDX_FLAGS } from "./buildx-builders.ts";

export const buildxPrune = command({
  usage: "",
  summary: "Remove build cache",
  arity: NONE,
  flags: {
    ...BUILDX_FLAGS,
    all: bool("Include internal/frontend images", { short: "a" }),
    filter: filter("Provide filter values"),
    force: bool("Do not prompt for confirmation", { short: "f" }),
    "keep-storage": bytes("Amount of disk space to keep for cache", {
      deprecated: "keep-storage flag has been changed to reserved-space",
      hidden: true,
    }),
    "max-used-space": bytes("Maximum amount of disk space allowed to keep for cache"),
    "min-free-space": bytes("Target amount of free disk space after pruning"),
    "reserved-space": bytes("Amount of disk space always allowed to keep for cache"),
    verbose: bool("Provide a more verbose output"),
  },
  read: ({ flags }) => ({
    command: "buildx prune",
    builder: flags.builder,
    all: flags.all,
    verbose: flags.verbose,
    filters: flags.filter,
    reservedBytes: Math.max(flags["reserved-space"], flags["keep-storage"]),
    maxUsedBytes: flags["max-used-space"],
    confirm: flags.force
      ? undefined
      : `WARNING! This will remove all ${flags.all ? "" : "dangling "}build cache. Are you sure you want to continue?`,
  }),
});

export const buildxDu = command({
  usage: "",
  summary: "Disk usage",
  arity: NONE,
  flags: {
    ...BUILDX_FLAGS,
    filter: filter("Provide filter values"),
    format: text("Format the output"),
    verbose: bool('Shorthand for "--format=pretty"'),
  },
  read: ({ flags }) => {
    if (flags.verbose && flags.format !== "" && flags.format !== "pretty")
      throw new ValueError("--format and --verbose cannot be used together");
    const { builder, format } = flags;
    return { command: "buildx du", builder, filters: flags.filter, format: flags.verbose ? "pretty" : format };
  },
});
