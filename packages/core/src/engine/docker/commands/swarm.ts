/** `docker swarm`, `node`, `secret` and `config`, as far as they are known here. Model: docker/cli cli/command/swarm. */
import { ANY, atLeast, type Command, command, exactly, NONE } from "../command.ts";
import { bool, duration, filter, integer, list, text } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { label, toMap } from "../values/pairs.ts";
import { checkInspectTemplate, FORMAT_HELP, TEMPLATE_HELP } from "./shared.ts";
import { SWARM_KEY_COMMANDS } from "./swarm-keys.ts";
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
      if (flags.pretty) throw new ValueError(`"docker ${name} --pretty" is not implemented`);
      checkInspectTemplate(flags.format);
      return { command: name, names: operands, format: flags.format };
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
  init: command({
    usage: "[OPTIONS]",
    summary: "Initialize a swarm",
    arity: NONE,
    flags: {
      "advertise-addr": text('Advertised address (format: "<ip|interface>[:port]")'),
      autolock: bool("Enable manager autolocking (requiring an unlock key to start a stopped manager)"),
      availability: text('Availability of the node ("active", "pause", "drain")', { initial: "active" }),
      "cert-expiry": duration("Validity period for node certificates (ns|us|ms|s|m|h)"),
      "force-new-cluster": bool("Force create a new cluster from current state"),
      "listen-addr": text('Listen address (format: "<ip|interface>[:port]")', { initial: "0.0.0.0:2377" }),
      "task-history-limit": integer("Task history retention limit", { initial: 5 }),
    },
    read: ({ flags, changed }) => ({
      command: "swarm init",
      listenAddress: flags["listen-addr"],
      advertiseAddress: flags["advertise-addr"],
      availability: flags.availability,
      autolock: flags.autolock,
      forceNewCluster: flags["force-new-cluster"],
      spec: {
        ...(changed.has("cert-expiry") ? { CAConfig: { NodeCertExpiry: flags["cert-expiry"] } } : {}),
        Orchestration: { TaskHistoryRetentionLimit: flags["task-history-limit"] },
      },
    }),
  }),
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

const updateSwarm = command({
  usage: "[OPTIONS]",
  summary: "Update the swarm",
  arity: NONE,
  flags: {
    autolock: bool("Change manager autolocking setting (true|false)"),
    "cert-expiry": duration("Validity period for node certificates (ns|us|ms|s|m|h)"),
    "dispatcher-heartbeat": duration("Dispatcher heartbeat period (ns|us|ms|s|m|h)"),
    "task-history-limit": integer("Task history retention limit", { initial: 5 }),
  },
  read: ({ flags, changed }) => ({
    command: "swarm update",
    spec: {
      ...(changed.has("autolock") ? { EncryptionConfig: { AutoLockManagers: flags.autolock } } : {}),
      ...(changed.has("cert-expiry") ? { CAConfig: { NodeCertExpiry: flags["cert-expiry"] } } : {}),
      ...(changed.has("dispatcher-heartbeat")
        ? { Dispatcher: { HeartbeatPeriod: flags["dispatcher-heartbeat"] } }
        : {}),
      ...(changed.has("task-history-limit")
        ? { Orchestration: { TaskHistoryRetentionLimit: flags["task-history-limit"] } }
        : {}),
    },
  }),
});

const NODE: Readonly<Record<string, Command>> = {
  inspect: inspects(
    "node inspect",
    "[OPTIONS] self|NODE [NODE...]",
    "Display detailed information on one or more nodes",
  ),
  ls: lists("node ls", "List nodes in the swarm"),
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
    read: ({ operands }) => ({ command: "node rm", nodes: operands }),
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

const creates = (kind: "secret" | "config", usage: string): Command =>
  command({
    usage,
    summary: `Create a ${kind} from a file or STDIN${kind === "secret" ? " as content" : ""}`,
    arity: exactly(2),
    flags: { label: list(`${kind === "secret" ? "Secret" : "Config"} labels`, { short: "l", entry: label }) },
    read: ({ flags, operands: [name = "", file = ""] }) => ({
      command: `${kind} create`,
      name,
      labels: toMap(flags.label),
      file: file === "-" ? "" : file,
    }),
  });

const payloads = (kind: "secret" | "config"): Readonly<Record<string, Command>> => {
  const NAME = kind.toUpperCase();
  return {
    create: creates(kind, kind === "secret" ? "[OPTIONS] SECRET [file|-]" : "[OPTIONS] CONFIG file|-"),
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
  swarm: { ...SWARM, ...SWARM_KEY_COMMANDS, update: updateSwarm },
  node: NODE,
  secret: payloads("secret"),
  config: payloads("config"),
};
