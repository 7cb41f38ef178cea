/** What `docker compose --help` and the help of its commands say. Source: compose 2.40. */
import type { Flags } from "../../docker/flags/flag.ts";
import { flagUsages } from "../../docker/flags/usage.ts";
import { commandHelp, row, section } from "../../docker/help.ts";
import { DRY_RUN, PROJECT_FLAGS } from "./flags.ts";

type Words = readonly [usage: string, summary: string, description?: string];

const RM = `Removes stopped service containers

By default, anonymous volumes attached to containers will not be removed. You
can override this with -v. To list all volumes, use "docker volume ls".

Any data which is not in a volume will be lost.`;

/** Commands, and what follows their name, in the order of the list. */
const WORDS: Readonly<Record<string, Words>> = {
  attach: [
    "[OPTIONS] SERVICE",
    "Attach local standard input, output, and error streams to a service's running container",
  ],
  build: ["[OPTIONS] [SERVICE...]", "Build or rebuild services"],
  commit: ["[OPTIONS] SERVICE [REPOSITORY[:TAG]]", "Create a new image from a service container's changes"],
  config: ["[OPTIONS] [SERVICE...]", "Parse, resolve and render compose file in canonical format"],
  cp: [
    "[OPTIONS] SERVICE:SRC_PATH DEST_PATH|-\n\tdocker compose cp [OPTIONS] SRC_PATH|- SERVICE:DEST_PATH",
    "Copy files/folders between a service container and the local filesystem",
  ],
  create: ["[OPTIONS] [SERVICE...]", "Creates containers for a service"],
  down: ["[OPTIONS] [SERVICES]", "Stop and remove containers, networks"],
  events: ["[OPTIONS] [SERVICE...]", "Receive real time events from containers"],
  exec: ["[OPTIONS] SERVICE COMMAND [ARGS...]", "Execute a command in a running container"],
  export: ["[OPTIONS] SERVICE", "Export a service container's filesystem as a tar archive"],
  images: ["[OPTIONS] [SERVICE...]", "List images used by the created containers"],
  kill: ["[OPTIONS] [SERVICE...]", "Force stop service containers"],
  logs: ["[OPTIONS] [SERVICE...]", "View output from containers"],
  ls: ["[OPTIONS]", "List running compose projects"],
  pause: ["[SERVICE...]", "Pause services"],
  port: ["[OPTIONS] SERVICE PRIVATE_PORT", "Print the public port for a port binding"],
  ps: ["[OPTIONS] [SERVICE...]", "List containers"],
  publish: ["[OPTIONS] REPOSITORY[:TAG]", "Publish compose application"],
  pull: ["[OPTIONS] [SERVICE...]", "Pull service images"],
  push: ["[OPTIONS] [SERVICE...]", "Push service images"],
  restart: ["[OPTIONS] [SERVICE...]", "Restart service containers"],
  rm: ["[OPTIONS] [SERVICE...]", "Removes stopped service containers", RM],
  run: ["[OPTIONS] SERVICE [COMMAND] [ARGS...]", "Run a one-off command on a service"],
  scale: ["[SERVICE=REPLICAS...]", "Scale services "],
  start: ["[SERVICE...]", "Start services"],
  stats: ["[OPTIONS] [SERVICE]", "Display a live stream of container(s) resource usage statistics"],
  stop: ["[OPTIONS] [SERVICE...]", "Stop services"],
  top: ["[SERVICES...]", "Display the running processes"],
  unpause: ["[SERVICE...]", "Unpause services"],
  up: ["[OPTIONS] [SERVICE...]", "Create and start containers"],
  version: ["[OPTIONS]", "Show the Docker Compose version information"],
  volumes: ["[OPTIONS] [SERVICE...]", "List volumes"],
  wait: ["SERVICE [SERVICE...] [OPTIONS]", "Block until containers of all (or specified) services stop."],
  watch: ["[SERVICE...]", "Watch build context for service and rebuild/refresh containers when files are updated"],
};

const pathOf = (name: string): string => `docker compose ${name}`;

/** `docker compose up [OPTIONS] [SERVICE...]` */
export function usageOf(name: string): string {
  const [usage = ""] = WORDS[name] ?? [];
  return `${pathOf(name)} ${usage}`;
}

/** The help of a command with these options. */
export function helpOf(name: string, flags: Flags): string {
  const [usage = "", summary = "", description = summary.trimEnd()] = WORDS[name] ?? [];
  return commandHelp({ usage, summary: description, flags }, pathOf(name));
}

/** What `docker compose bridge` says of itself. */
export function bridgeHelp(): string {
  const convert = "Convert compose files to Kubernetes manifests, Helm charts, or another model";
  return `${[
    "Usage:  docker compose bridge [OPTIONS] COMMAND",
    "Convert compose files into another model",
    section("Options", flagUsages(DRY_RUN).trimEnd()),
    section("Management Commands", row("transformations", "Manage transformation images")),
    section("Commands", row("convert", convert)),
    "Run 'docker compose bridge COMMAND --help' for more information on a command.",
  ].join("\n\n")}\n`;
}

/** What `docker compose` says of itself. */
export function composeHelp(): string {
  const commands = Object.entries(WORDS).map(([name, [, summary]]) => row(name, summary));
  return `${[
    "Usage:  docker compose [OPTIONS] COMMAND",
    "Define and run multi-container applications with Docker",
    section("Options", flagUsages(PROJECT_FLAGS).trimEnd()),
    section("Management Commands", row("bridge", "Convert compose files into another model")),
    section("Commands", commands.join("\n")),
    "Run 'docker compose COMMAND --help' for more information on a command.",
  ].join("\n\n")}\n`;
}
