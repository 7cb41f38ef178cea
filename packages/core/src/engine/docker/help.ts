/** What `--help` prints. Model: the usage template in docker/cli cli/cobra.go. */
import type { ClientPlugin } from "./client.ts";
import type { Command } from "./command.ts";
import { BUILDX_FLAGS } from "./commands/buildx-builders.ts";
import { bool, type Flags, list, text } from "./flags/flag.ts";
import { flagUsages } from "./flags/usage.ts";
import { type Entry, type Group, isGroup, type Node } from "./tree.ts";

/** Options before the command. */
export const GLOBAL_FLAGS = {
  config: text("Location of client config files", { initial: "/root/.docker" }),
  context: text(
    'Name of the context to use to connect to the daemon (overrides DOCKER_HOST env var and default context set with "docker context use")',
    { short: "c" },
  ),
  debug: bool("Enable debug mode", { short: "D" }),
  host: list("Daemon socket to connect to", { short: "H" }),
  "log-level": text('Set the logging level ("debug", "info", "warn", "error", "fatal")', {
    short: "l",
    initial: "info",
  }),
  tls: bool("Use TLS; implied by --tlsverify"),
  tlscacert: text("Trust certs signed only by this CA", { initial: "/root/.docker/ca.pem" }),
  tlscert: text("Path to TLS certificate file", { initial: "/root/.docker/cert.pem" }),
  tlskey: text("Path to TLS key file", { initial: "/root/.docker/key.pem" }),
  tlsverify: bool("Use TLS and verify the remote"),
  version: bool("Print version information and quit", { short: "v" }),
} satisfies Flags;

/** Every command has it; its letter is on its way out. */
export const HELP_FLAG = bool("Print usage", { short: "h", hidden: true });

/** The usage line: the words of the command and what follows them. */
export function usageLine(node: Pick<Node, "usage">, path: string): string {
  return node.usage === "" ? path : `${path} ${node.usage}`;
}

/** The help of a command or a group of commands that is called as `path`. */
export function helpText(node: Node, path: string): string {
  if (isGroup(node)) return groupHelp(node, path);
  return commandHelp(node.kind === "foreign" ? { ...node, flags: {} } : node, path);
}

/** The same of a single command. */
export function commandHelp(
  {
    usage,
    summary,
    description = summary,
    aliases,
    isExperimental = false,
    flags,
  }: Pick<Command, "usage" | "summary" | "flags"> &
    Partial<Pick<Command, "description" | "aliases" | "isExperimental">>,
  path: string,
): string {
  const sections = [
    `Usage:  ${usageLine({ usage }, path)}`,
    description,
    section("Aliases", aliases === undefined ? "" : `  ${aliases}`),
    isExperimental ? experimental(path) : "",
    section("Options", flagUsages(flags).trimEnd()),
  ];
  return `${sections.filter((part) => part !== "").join("\n\n")}\n`;
}

/** What buildx says of itself, and of its groups of commands. */
export function buildxHelp(group: Group, path: string, flags: Flags = BUILDX_FLAGS): string {
  const isWhole = path === "docker buildx";
  return groupHelp(group, path, {
    operands: "[OPTIONS] COMMAND",
    options: section("Options", flagUsages(flags).trimEnd()),
    note: isWhole ? "Experimental commands and flags are hidden. Set BUILDX_EXPERIMENTAL=1 to show them." : "",
  });
}

function groupHelp(group: Group, path: string, { operands = "COMMAND", options = "", note = "" } = {}): string {
  const entries = [...group.entries].filter(([, { hidden }]) => !hidden);
  const management = rows(entries.filter(([, { node }]) => isGroup(node)));
  const commands = rows(entries.filter(([, { node }]) => !isGroup(node)));
  const hint = `Run '${path} COMMAND --help' for more information on a command.`;
  const about = [
    `Usage:  ${path} ${operands}`,
    group.description ?? group.summary,
    group.isExperimental === true ? experimental(path) : "",
    options,
    section("Management Commands", management),
  ];
  return `${[...about, section("Commands", commands), hint, note].filter((part) => part !== "").join("\n\n")}\n`;
}

/** The help of `docker` itself: common commands, groups and plugins, Swarm, the rest, global options. */
export function rootHelp(root: Group, plugins: readonly ClientPlugin[]): string {
  const buildx = plugins.some(({ name }) => name === "buildx");
  const entries = [...root.entries].filter(([name, { hidden }]) => !hidden && (name !== "bake" || buildx));
  const isCommon = ([, { rank }]: Row): boolean => rank !== undefined;
  const common = entries.filter(isCommon).sort(([, a], [, b]) => (a.rank ?? 0) - (b.rank ?? 0));
  const groups = entries.flatMap(([name, { node }]) => (isGroup(node) ? [{ name, node }] : []));
  const management = [
    ...groups.filter(({ node }) => !node.swarm).map(({ name, node }) => ({ name, mark: "", summary: node.summary })),
    ...plugins.map(({ name, description }) => ({ name, mark: "*", summary: description })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${[
    "Usage:  docker [OPTIONS] COMMAND",
    root.summary,
    section("Common Commands", rows(common)),
    section("Management Commands", management.map(({ name, mark, summary }) => row(name + mark, summary)).join("\n")),
    section("Swarm Commands", rows(entries.filter(([, { node }]) => isGroup(node) && node.swarm))),
    section("Commands", rows(entries.filter((entry) => !isGroup(entry[1].node) && !isCommon(entry)))),
    section("Global Options", flagUsages(GLOBAL_FLAGS).trimEnd()),
    "Run 'docker COMMAND --help' for more information on a command.",
    "For more help on how to use Docker, head to https://docs.docker.com/go/guides/",
  ].join("\n\n")}\n`;
}

const experimental = (path: string): string => `EXPERIMENTAL:
  ${path} is an experimental feature.
  Experimental features provide early access to product functionality. These
  features may change between releases without warning, or can be removed from a
  future release. Learn more about experimental features in our documentation:
  https://docs.docker.com/go/experimental/`;

type Row = readonly [name: string, entry: Entry];
const NAME_WIDTH = 11;

export const section = (title: string, body: string): string => (body === "" ? "" : `${title}:\n${body}`);
export const row = (name: string, summary: string): string => `  ${name.padEnd(NAME_WIDTH)} ${summary}`;
const rows = (entries: readonly Row[]): string => entries.map(([name, { node }]) => row(name, node.summary)).join("\n");
