/**
 * Commands that name containers and little else: attach, diff, export, inspect, kill, logs, pause, port, prune, rename,
 * rm, start, stop, restart, top, unpause, wait.
 *
 * Model: docker/cli cli/command/container.
 */
import { atLeast, between, type Command, command, exactly, NONE } from "../command.ts";
import { bool, filter, integer, text } from "../flags/flag.ts";
import { failure, ValueError } from "../problem.ts";
import { checkInspectTemplate, DETACH_KEYS_HELP, NO_TERMINAL, objectName, TEMPLATE_HELP } from "./shared.ts";

/** Both names of a command that also lives under `docker container`. */
const both = (name: string): string => `docker container ${name}, docker ${name}`;

export const attach = command({
  usage: "[OPTIONS] CONTAINER",
  summary: "Attach local standard input, output, and error streams to a running container",
  aliases: both("attach"),
  arity: exactly(1),
  flags: {
    "detach-keys": text(DETACH_KEYS_HELP),
    "no-stdin": bool("Do not attach STDIN"),
    "sig-proxy": bool("Proxy all received signals to the process", { initial: true }),
  },
  read: ({ flags, operands: [container = ""] }) => ({
    command: "attach",
    container: objectName("container", container),
    noStdin: flags["no-stdin"],
    sigProxy: flags["sig-proxy"],
    detachKeys: flags["detach-keys"],
  }),
});

export const diff = command({
  usage: "CONTAINER",
  summary: "Inspect changes to files or directories on a container's filesystem",
  aliases: both("diff"),
  arity: exactly(1),
  flags: {},
  read: ({ operands: [container = ""] }) => {
    if (container === "") throw new ValueError("Container name cannot be empty");
    return { command: "diff", container: objectName("container", container) };
  },
});

export const exportContainer = command({
  usage: "[OPTIONS] CONTAINER",
  summary: "Export a container's filesystem as a tar archive",
  aliases: both("export"),
  arity: exactly(1),
  flags: { output: text("Write to a file, instead of STDOUT", { short: "o" }) },
  read: ({ flags, operands: [container = ""], client }) => {
    if (flags.output === "" && client.terminal.stdout) throw failure(NO_TERMINAL);
    return { command: "export", container: objectName("container", container), output: flags.output };
  },
});

export const inspectContainer = command({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Display detailed information on one or more containers",
  arity: atLeast(1),
  flags: {
    format: text(TEMPLATE_HELP, { short: "f" }),
    size: bool("Display total file sizes", { short: "s" }),
  },
  read: ({ flags, operands }) => {
    checkInspectTemplate(flags.format);
    return { command: "container inspect", names: operands, format: flags.format, size: flags.size };
  },
});

export const kill = command({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Kill one or more running containers",
  aliases: both("kill"),
  arity: atLeast(1),
  flags: { signal: text("Signal to send to the container", { short: "s" }) },
  read: ({ flags, operands }) => ({ command: "kill", containers: operands, signal: flags.signal }),
});

const SINCE = 'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)';
const UNTIL = 'Show logs before a timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)';

/** What logs of services are asked for too. */
export const LOG_FLAGS = {
  details: bool("Show extra details provided to logs"),
  follow: bool("Follow log output", { short: "f" }),
  since: text(SINCE),
  tail: text("Number of lines to show from the end of the logs", { short: "n", initial: "all" }),
  timestamps: bool("Show timestamps", { short: "t" }),
};

export const logs = command({
  usage: "[OPTIONS] CONTAINER",
  summary: "Fetch the logs of a container",
  aliases: both("logs"),
  arity: exactly(1),
  flags: { ...LOG_FLAGS, until: text(UNTIL) },
  read: ({ flags, operands: [container = ""] }) => ({
    command: "logs",
    container: objectName("container", container),
    ...flags,
  }),
});

function simple(name: "pause" | "unpause" | "wait", summary: string): Command {
  return command({
    usage: "CONTAINER [CONTAINER...]",
    summary,
    aliases: both(name),
    arity: atLeast(1),
    flags: {},
    read: ({ operands }) => ({ command: name, containers: operands }),
  });
}

export const pause = simple("pause", "Pause all processes within one or more containers");
export const unpause = simple("unpause", "Unpause all processes within one or more containers");
export const wait = simple("wait", "Block until one or more containers stop, then print their exit codes");

export const port = command({
  usage: "CONTAINER [PRIVATE_PORT[/PROTO]]",
  summary: "List port mappings or a specific mapping for the container",
  aliases: both("port"),
  arity: between(1, 2),
  flags: {},
  read: ({ operands: [container = "", asked] }) => ({
    command: "port",
    container: objectName("container", container),
    port: asked === "" ? undefined : asked,
  }),
});

export const pruneContainers = command({
  usage: "[OPTIONS]",
  summary: "Remove all stopped containers",
  arity: NONE,
  flags: {
    filter: filter('Provide filter values (e.g. "until=<timestamp>")'),
    force: bool("Do not prompt for confirmation", { short: "f" }),
  },
  read: ({ flags }) => ({
    command: "container prune",
    filters: flags.filter,
    confirm: flags.force
      ? undefined
      : "WARNING! This will remove all stopped containers.\nAre you sure you want to continue?",
  }),
});

export const rename = command({
  usage: "CONTAINER NEW_NAME",
  summary: "Rename a container",
  aliases: both("rename"),
  arity: exactly(2),
  flags: {},
  read: ({ operands }) => {
    const [container = "", newName = ""] = operands.map((name) => name.trim());
    if (container === "" || newName === "") throw new ValueError("Error: Neither old nor new names may be empty");
    return { command: "rename", container, newName };
  },
});

export const rm = command({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Remove one or more containers",
  aliases: "docker container rm, docker container remove, docker rm",
  arity: atLeast(1),
  flags: {
    force: bool("Force the removal of a running container (uses SIGKILL)", { short: "f" }),
    link: bool("Remove the specified link", { short: "l" }),
    volumes: bool("Remove anonymous volumes associated with the container", { short: "v" }),
  },
  read: ({ flags, operands }) => ({
    command: "rm",
    containers: operands,
    force: flags.force,
    link: flags.link,
    volumes: flags.volumes,
  }),
});

export const start = command({
  usage: "[OPTIONS] CONTAINER [CONTAINER...]",
  summary: "Start one or more stopped containers",
  aliases: both("start"),
  arity: atLeast(1),
  flags: {
    attach: bool("Attach STDOUT/STDERR and forward signals", { short: "a" }),
    checkpoint: text("Restore from this checkpoint", { only: "experimental" }),
    "checkpoint-dir": text("Use a custom checkpoint storage directory", { only: "experimental" }),
    "detach-keys": text(DETACH_KEYS_HELP),
    interactive: bool("Attach container's STDIN", { short: "i" }),
  },
  read: ({ flags, operands }) => {
    if ((flags.attach || flags.interactive) && operands.length > 1)
      throw new ValueError("you cannot start and attach multiple containers at once");
    return {
      command: "start",
      containers: operands,
      attach: flags.attach,
      interactive: flags.interactive,
      detachKeys: flags["detach-keys"],
    };
  },
});

function stopping(name: "stop" | "restart", summary: string): Command {
  return command({
    usage: "[OPTIONS] CONTAINER [CONTAINER...]",
    summary,
    aliases: both(name),
    arity: atLeast(1),
    flags: {
      signal: text("Signal to send to the container", { short: "s" }),
      time: integer("Seconds to wait before killing the container (deprecated: use --timeout)", {
        hidden: true,
        deprecated: "use --timeout instead",
        sets: "timeout",
      }),
      timeout: integer("Seconds to wait before killing the container", { short: "t" }),
    },
    read: ({ flags, operands, changed }) => {
      if (changed.has("time") && changed.has("timeout"))
        throw new ValueError("conflicting options: cannot specify both --timeout and --time");
      const given = changed.has("time") || changed.has("timeout");
      return {
        command: name,
        containers: operands,
        signal: flags.signal,
        timeout: given ? flags.timeout : undefined,
      };
    },
  });
}

export const stop = stopping("stop", "Stop one or more running containers");
export const restart = stopping("restart", "Restart one or more containers");

export const top = command({
  usage: "CONTAINER [ps OPTIONS]",
  summary: "Display the running processes of a container",
  aliases: both("top"),
  arity: atLeast(1),
  interspersed: false,
  flags: {},
  read: ({ operands: [container = "", ...psOptions] }) => ({
    command: "top",
    container: objectName("container", container),
    psOptions,
  }),
});
