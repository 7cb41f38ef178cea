/** `docker buildx ls`, `inspect`, `use`, `rm`, `stop` and `version`. Texts: docker/buildx commands (Apache-2.0). */
import { ANY, atMost, command, exactly } from "../command.ts";
import { bool, type Flags, text } from "../flags/flag.ts";

const DEBUG = { debug: bool("Enable debug logging", { short: "D" }) };
/** Options of buildx before its commands, and of most of them. */
export const BUILDX_FLAGS = { builder: text("Override the configured builder instance"), ...DEBUG } satisfies Flags;

export const buildxLs = command({
  usage: "",
  summary: "List builder instances",
  arity: exactly(0),
  flags: {
    builder: text("Override the configured builder instance", { hidden: true }),
    ...DEBUG,
    format: text("Format the output", { initial: "table" }),
    "no-trunc": bool("Don't truncate output"),
  },
  read: ({ flags }) => ({ command: "buildx ls", format: flags.format, noTrunc: flags["no-trunc"] }),
});

export const buildxInspect = command({
  usage: "[NAME]",
  summary: "Inspect current builder instance",
  arity: atMost(1),
  flags: { bootstrap: bool("Ensure builder has booted before inspecting"), ...BUILDX_FLAGS },
  read: ({ flags, operands: [name = flags.builder] }) => ({ command: "buildx inspect", names: [name] }),
});

export const buildxUse = command({
  usage: "[OPTIONS] NAME",
  summary: "Set the current builder instance",
  arity: atMost(1),
  flags: {
    ...BUILDX_FLAGS,
    default: bool("Set builder as default for current context"),
    global: bool("Builder persists context changes"),
  },
  read: ({ flags, operands: [name = flags.builder] }) => ({ command: "buildx use", names: [name] }),
});

export const buildxRm = command({
  usage: "[OPTIONS] [NAME...]",
  summary: "Remove one or more builder instances",
  arity: ANY,
  flags: {
    "all-inactive": bool("Remove all inactive builders"),
    ...BUILDX_FLAGS,
    force: bool("Do not prompt for confirmation", { short: "f" }),
    "keep-daemon": bool("Keep the BuildKit daemon running"),
    "keep-state": bool("Keep BuildKit state"),
  },
  read: ({ flags, operands }) => ({
    command: "buildx rm",
    names: operands.length > 0 || flags["all-inactive"] ? operands : [flags.builder],
    allInactive: flags["all-inactive"],
    confirm:
      flags.force || !flags["all-inactive"]
        ? undefined
        : "WARNING! This will remove all builders that are not in running state. Are you sure you want to continue?",
  }),
});

export const buildxStop = command({
  usage: "[NAME]",
  summary: "Stop builder instance",
  arity: atMost(1),
  flags: BUILDX_FLAGS,
  read: ({ flags, operands: [name = flags.builder] }) => ({ command: "buildx stop", names: [name] }),
});

export const buildxVersion = command({
  usage: "",
  summary: "Show buildx version information",
  arity: exactly(0),
  flags: DEBUG,
  read: () => ({ command: "buildx version" }),
});
