/** `docker buildx create`. Texts: docker/buildx commands/create.go (Apache-2.0). */
import { atMost, command } from "../command.ts";
import { bool, text, texts } from "../flags/flag.ts";

export const buildxCreate = command({
  usage: "[OPTIONS] [CONTEXT|ENDPOINT]",
  summary: "Create a new builder instance",
  arity: atMost(1),
  flags: {
    append: bool("Append a node to builder instead of changing it"),
    bootstrap: bool("Boot builder after creation"),
    "buildkitd-config": text("BuildKit daemon config file"),
    "buildkitd-flags": text("BuildKit daemon flags"),
    debug: bool("Enable debug logging", { short: "D" }),
    driver: text('Driver to use (available: "docker-container", "kubernetes", "remote")'),
    "driver-opt": texts("Options for the driver"),
    leave: bool("Remove a node from builder instead of changing it"),
    name: text("Builder instance name"),
    node: text("Create/modify node with given name"),
    platform: texts("Fixed platforms for current node"),
    use: bool("Set the current builder instance"),
  },
  read: ({ flags, operands: [endpoint = ""] }) => ({
    command: "buildx create",
    endpoint,
    append: flags.append,
    bootstrap: flags.bootstrap,
    configFile: flags["buildkitd-config"],
    daemonFlags: flags["buildkitd-flags"],
    driver: flags.driver,
    driverOptions: flags["driver-opt"],
    leave: flags.leave,
    name: flags.name,
    node: flags.node,
    platforms: flags.platform,
    use: flags.use,
  }),
});
