/** `docker swarm`, `node`, `secret` and `config`, as far as they are known here. Model: docker/cli cli/command/swarm. */
import { ANY, atLeast, between, type Command, command, exactly, NONE } from "../command.ts";
import { bool, filter, list, text } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { label, toMap } from "../values/pairs.ts";
import { checkInspectTemplate, FORMAT_HELP, TEMPLATE_HELP } from "./shared.ts";
import { SWARM_KEY_COMMANDS } from "./swarm-keys.ts";
import { SWARM_SETTING_COMMANDS } from "./swarm-settings.ts";
import { TASK_LIST_FLAGS, taskList } from "./task-list.ts";

type ListCommand = "node ls" | "service ls" | "secret ls" | "config ls";
type InspectCommand = "node inspect" | "service inspect" | "secret inspect" | "config inspect";

/** A list of one kind of thing. */
export const lists = (name: ListCommand, summary: string): Command =>
  command({
    usage: "[OPTIONS]",
    summary,
    aliases: `docker ${name}, docker ${name.replace(/ls$/, "list")}`,
    arity: NONE,
    flags: {
      filter: filter("Filter output based on conditions provided", { short: "f" }),
      format: text(FORMAT_HELP),
      quiet: bool("Only display IDs", { short: "q" }),
    },
    read: ({ flags }) => ({ command: name, filters: flags.filter, format: flags.format, quiet: flags.quiet }),
  });

export const inspects = (name: InspectCommand, usage: string, summary: string): Command =>
  command({
    usage,
    summary,
    arity: atLeast(1),
    flags: {
      format: text(TEMPLATE_HELP, { short: "f" }),
      pretty: bool("Print the information in a human friendly format"),
    },
    read: ({ flags, operands }) => {
      if (flags.pretty && flags.format !== "" && name === "service inspect")
        throw new ValueError("--format is incompatible with human friendly format");
      if (flags.pretty) return { command: name, names: operands, format: "", isPretty: true };
      checkInspectTemplate(flags.format);
      return { command: name, names: operands, format: flags.format, isPretty: false };
    },
  });

export const removes = (name: "service rm" | "secret rm" | "config rm", usage: string, summary: string): Command =>
  command({
    usage,
    summary,
    aliases: `docker ${name}, docker ${name.replace(/rm$/, "remove")}`,
    arity: atLeast(1),
    flags: {},
    read: ({ operands }) => ({ command: name, names: operands }),
  });

const SWARM: Readonly<Record<string, Command>> = {
  leave: command({
    usage: "[OPTIONS]",
    summary: "Leave the swarm",
    arity: NONE,
    flags: { force: bool("Force this node to leave the swarm, ignoring warnings", { short: "f" }) },
    read: ({ flags }) => ({ command: "swarm leave", force: flags.force }),
  }),
  "join-token": command({
    usage: "[OPTIONS] (worker|manager)",
    summary: "Manage join tokens",
    arity: exactly(1),
    flags: {
      quiet: bool("Only display token", { short: "q" }),
      rotate: bool("Rotate join token"),
    },
    read: ({ flags, operands: [role = ""] }) => {
      if (role !== "worker" && role !== "manager") throw new ValueError(`unknown role ${role}`);
      return { command: "swarm join-token", role, quiet: flags.quiet, rotate: flags.rotate };
    },
  }),
};

const changesRole = (verb: "promote" | "demote", role: "manager" | "worker", summary: string): Command =>
  command({
    usage: "NODE [NODE...]",
    summary,
    arity: atLeast(1),
    flags: {},
    read: ({ operands }) => ({ command: `node ${verb}`, nodes: operands, role }),
  });

const NODE: Readonly<Record<string, Command>> = {
  inspect: inspects(
    "node inspect",
    "[OPTIONS] self|NODE [NODE...]",
    "Display detailed information on one or more nodes",
  ),
  ls: lists("node ls", "List nodes in the swarm"),
  demote: changesRole("demote", "worker", "Demote one or more nodes from manager in the swarm"),
  promote: changesRole("promote", "manager", "Promote one or more nodes to manager in the swarm"),
  ps: command({
    usage: "[OPTIONS] [NODE...]",
    summary: "List tasks running on one or more nodes, defaults to current node",
    arity: ANY,
    flags: TASK_LIST_FLAGS,
    read: ({ flags, operands }) => ({
      command: "node ps",
      nodes: operands.length === 0 ? ["self"] : operands,
      ...taskList(flags),
    }),
  }),
  rm: command({
    usage: "[OPTIONS] NODE [NODE...]",
    summary: "Remove one or more nodes from the swarm",
    aliases: "docker node rm, docker node remove",
    arity: atLeast(1),
    flags: { force: bool("Force remove a node from the swarm", { short: "f" }) },
    read: ({ flags, operands }) => ({ command: "node rm", nodes: operands, force: flags.force }),
  }),
  update: command({
    usage: "[OPTIONS] NODE",
    summary: "Update a node",
    arity: exactly(1),
    flags: {
      availability: text('Availability of the node ("active", "pause", "drain")'),
      "label-add": list('Add or update a node label ("key=value")'),
      "label-rm": list("Remove a node label if exists"),
      role: text('Role of the node ("worker", "manager")'),
    },
    read: ({ flags, operands: [node = ""] }) => ({
      command: "node update",
      node,
      availability: flags.availability,
      role: flags.role,
      addLabels: toMap(flags["label-add"]),
      removeLabels: flags["label-rm"],
    }),
  }),
};

const createSecret = command({
  usage: "[OPTIONS] SECRET [file|-]",
  summary: "Create a secret from a file or STDIN as content",
  arity: between(1, 2),
  flags: {
    driver: text("Secret driver", { short: "d" }),
    label: list("Secret labels", { short: "l", entry: label }),
    "template-driver": text("Template driver"),
  },
  read: ({ flags, operands: [name = "", file = ""] }) => {
    const { driver } = flags;
    if (driver !== "" && file !== "") throw new ValueError("When using secret driver secret data must be empty");
    if (driver === "" && file === "") throw new ValueError("secret file is required");
    const labels = toMap(flags.label);
    return { command: "secret create", name, labels, file, driver, templateDriver: flags["template-driver"] };
  },
});

const createConfig = command({
  usage: "[OPTIONS] CONFIG file|-",
  summary: "Create a config from a file or STDIN",
  arity: exactly(2),
  flags: {
    label: list("Config labels", { short: "l", entry: label }),
    "template-driver": text("Template driver"),
  },
  read: ({ flags, operands: [name = "", file = ""] }) => {
    const labels = toMap(flags.label);
    return { command: "config create", name, labels, file, driver: "", templateDriver: flags["template-driver"] };
  },
});

const payloads = (kind: "secret" | "config"): Readonly<Record<string, Command>> => {
  const NAME = kind.toUpperCase();
  return {
    create: kind === "secret" ? createSecret : createConfig,
    inspect: inspects(
      `${kind} inspect`,
      `[OPTIONS] ${NAME} [${NAME}...]`,
      `Display detailed information on one or more ${kind}s`,
    ),
    ls: lists(`${kind} ls`, `List ${kind}s`),
    rm: removes(`${kind} rm`, `${NAME} [${NAME}...]`, `Remove one or more ${kind}s`),
  };
};

/** What of the commands of swarm mode is done here, by its group. */
export const SWARM_COMMANDS: Readonly<Record<string, Readonly<Record<string, Command>>>> = {
  swarm: { ...SWARM, ...SWARM_KEY_COMMANDS, ...SWARM_SETTING_COMMANDS },
  node: NODE,
  secret: payloads("secret"),
  config: payloads("config"),
};
