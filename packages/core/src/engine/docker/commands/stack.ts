/** `docker stack`. Texts: docker/cli (Apache-2.0). Model: docker/cli cli/command/stack. */
import { atLeast, type Command, command, exactly, NONE } from "../command.ts";
import { bool, filter, strings, text } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { FORMAT_HELP } from "./shared.ts";
import { TASK_LIST_FLAGS, taskList } from "./task-list.ts";

const COMPOSE_FILE = strings('Path to a Compose file, or "-" to read from stdin', { short: "c" });
const LIST_FLAGS = { format: text(FORMAT_HELP) };

const deploy = command({
  usage: "[OPTIONS] STACK",
  summary: "Deploy a new stack or update an existing stack",
  aliases: "docker stack deploy, docker stack up",
  arity: exactly(1),
  flags: {
    "compose-file": COMPOSE_FILE,
    detach: bool("Exit immediately instead of waiting for the stack services to converge", {
      short: "d",
      initial: true,
    }),
    prune: bool("Prune services that are no longer referenced"),
    quiet: bool("Suppress progress output", { short: "q" }),
    "resolve-image": text(
      'Query the registry to resolve image digest and supported platforms ("always", "changed", "never")',
      { initial: "always" },
    ),
    "with-registry-auth": bool("Send registry authentication details to Swarm agents"),
  },
  read: ({ flags, changed, operands: [name = ""] }) => ({
    command: "stack deploy",
    name: stackName(name),
    files: filesOf(flags["compose-file"]),
    detach: flags.detach,
    isDetachSaid: changed.has("detach"),
    prune: flags.prune,
    quiet: flags.quiet,
    resolveImage: flags["resolve-image"],
  }),
});

const config = command({
  usage: "[OPTIONS]",
  summary: "Outputs the final config file, after doing merges and interpolations",
  arity: NONE,
  flags: {
    "compose-file": COMPOSE_FILE,
    "skip-interpolation": bool("Skip interpolation and output only merged config"),
  },
  read: ({ flags }) => ({
    command: "stack config",
    files: filesOf(flags["compose-file"]),
    isRaw: flags["skip-interpolation"],
  }),
});

const ls = command({
  usage: "[OPTIONS]",
  summary: "List stacks",
  aliases: "docker stack ls, docker stack list",
  arity: NONE,
  flags: LIST_FLAGS,
  read: ({ flags }) => ({ command: "stack ls", format: flags.format }),
});

const ps = command({
  usage: "[OPTIONS] STACK",
  summary: "List the tasks in the stack",
  arity: exactly(1),
  flags: { ...TASK_LIST_FLAGS, ...LIST_FLAGS },
  read: ({ flags, operands: [name = ""] }) => ({ command: "stack ps", name: stackName(name), ...taskList(flags) }),
});

const rm = command({
  usage: "[OPTIONS] STACK [STACK...]",
  summary: "Remove one or more stacks",
  aliases: "docker stack rm, docker stack remove, docker stack down",
  arity: atLeast(1),
  flags: { detach: bool("Do not wait for stack removal", { short: "d", initial: true }) },
  read: ({ flags, operands }) => ({ command: "stack rm", names: operands.map(stackName), detach: flags.detach }),
});

const services = command({
  usage: "[OPTIONS] STACK",
  summary: "List the services in the stack",
  arity: exactly(1),
  flags: {
    filter: filter("Filter output based on conditions provided", { short: "f" }),
    ...LIST_FLAGS,
    quiet: bool("Only display IDs", { short: "q" }),
  },
  read: ({ flags, operands: [name = ""] }) => ({
    command: "stack services",
    name: stackName(name),
    filters: flags.filter,
    format: flags.format,
    quiet: flags.quiet,
  }),
});

function stackName(name: string): string {
  if (name.trim() === "") throw new ValueError(`invalid stack name: "${name}"`);
  return name;
}

function filesOf(files: readonly string[]): readonly string[] {
  const all = files.flatMap((text) => text.split(","));
  if (all.length === 0) throw new ValueError("Specify a Compose file (with --compose-file)");
  return all;
}

export const STACK_COMMANDS: Readonly<Record<string, Command>> = { config, deploy, ls, ps, rm, services };
