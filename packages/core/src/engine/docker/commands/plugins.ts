/** `docker plugin` and `docker trust`. Texts: docker/cli (Apache-2.0). Model: docker/cli cli/command/plugin, trust. */
import { atLeast, type Command, command, exactly, NONE } from "../command.ts";
import { bool, filter, integer, list, text } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { parseReference } from "../reference.ts";
import { checkInspectTemplate, FORMAT_HELP, objectName, TEMPLATE_HELP } from "./shared.ts";

const TRUST = bool("Skip image verification", { initial: true });
const GRANT = bool("Grant all permissions necessary to run the plugin");

const plugin = (text: string): string => objectName("plugin", text);

export const PLUGIN_COMMANDS: Readonly<Record<string, Command>> = {
  create: command({
    usage: "[OPTIONS] PLUGIN PLUGIN-DATA-DIR",
    summary:
      "Create a plugin from a rootfs and configuration. Plugin data directory must contain config.json and rootfs directory.",
    arity: atLeast(2),
    flags: { compress: bool("Compress the context using gzip") },
    read: ({ operands: [name = "", directory = ""] }) => {
      parseReference(name);
      return { command: "plugin create", directory };
    },
  }),
  disable: command({
    usage: "[OPTIONS] PLUGIN",
    summary: "Disable a plugin",
    arity: exactly(1),
    flags: { force: bool("Force the disable of an active plugin", { short: "f" }) },
    read: ({ operands }) => ({ command: "plugin disable", names: operands.map(plugin) }),
  }),
  enable: command({
    usage: "[OPTIONS] PLUGIN",
    summary: "Enable a plugin",
    arity: exactly(1),
    flags: { timeout: integer("HTTP client timeout (in seconds)", { initial: 30 }) },
    read: ({ operands }) => ({ command: "plugin enable", names: operands.map(plugin) }),
  }),
  inspect: command({
    usage: "[OPTIONS] PLUGIN [PLUGIN...]",
    summary: "Display detailed information on one or more plugins",
    arity: atLeast(1),
    flags: { format: text(TEMPLATE_HELP, { short: "f" }) },
    read: ({ flags, operands }) => {
      checkInspectTemplate(flags.format);
      return { command: "plugin inspect", names: operands, format: flags.format };
    },
  }),
  install: command({
    usage: "[OPTIONS] PLUGIN [KEY=VALUE...]",
    summary: "Install a plugin",
    arity: atLeast(1),
    flags: {
      alias: text("Local name for plugin"),
      disable: bool("Do not enable the plugin on install"),
      "disable-content-trust": TRUST,
      "grant-all-permissions": GRANT,
    },
    read: ({ operands: [name = ""] }) => {
      parseReference(name);
      return { command: "plugin install", name };
    },
  }),
  ls: command({
    usage: "[OPTIONS]",
    summary: "List plugins",
    aliases: "docker plugin ls, docker plugin list",
    arity: NONE,
    flags: {
      filter: filter('Provide filter values (e.g. "enabled=true")', { short: "f" }),
      format: text(FORMAT_HELP),
      "no-trunc": bool("Don't truncate output"),
      quiet: bool("Only display plugin IDs", { short: "q" }),
    },
    read: ({ flags }) => ({
      command: "plugin ls",
      filters: flags.filter,
      format: flags.format,
      quiet: flags.quiet,
    }),
  }),
  push: command({
    usage: "[OPTIONS] PLUGIN[:TAG]",
    summary: "Push a plugin to a registry",
    arity: exactly(1),
    flags: { "disable-content-trust": bool("Skip image signing", { initial: true }) },
    read: ({ operands }) => {
      for (const name of operands) parseReference(name);
      return { command: "plugin push", names: operands };
    },
  }),
  rm: command({
    usage: "[OPTIONS] PLUGIN [PLUGIN...]",
    summary: "Remove one or more plugins",
    aliases: "docker plugin rm, docker plugin remove",
    arity: atLeast(1),
    flags: { force: bool("Force the removal of an active plugin", { short: "f" }) },
    read: ({ operands }) => ({ command: "plugin rm", names: operands }),
  }),
  set: command({
    usage: "PLUGIN KEY=VALUE [KEY=VALUE...]",
    summary: "Change settings for a plugin",
    arity: atLeast(2),
    flags: {},
    read: ({ operands: [name = ""] }) => ({ command: "plugin set", names: [plugin(name)] }),
  }),
  upgrade: command({
    usage: "[OPTIONS] PLUGIN [REMOTE]",
    summary: "Upgrade an existing plugin",
    arity: { kind: "between", least: 1, most: 2 },
    flags: {
      "disable-content-trust": TRUST,
      "grant-all-permissions": GRANT,
      "skip-remote-check": bool("Do not check if specified remote plugin matches existing plugin image"),
    },
    read: ({ operands: [name = ""] }) => ({ command: "plugin upgrade", names: [plugin(name)] }),
  }),
};

export const TRUST_COMMANDS: Readonly<Record<string, Command>> = {
  inspect: command({
    usage: "IMAGE[:TAG] [IMAGE[:TAG]...]",
    summary: "Return low-level information about keys and signatures",
    arity: atLeast(1),
    flags: { pretty: bool("Print the information in a human friendly format") },
    read: ({ flags, operands }) => ({ command: "trust inspect", images: operands, isPretty: flags.pretty }),
  }),
  revoke: command({
    usage: "[OPTIONS] IMAGE[:TAG]",
    summary: "Remove trust for an image",
    arity: exactly(1),
    flags: { yes: bool("Do not prompt for confirmation", { short: "y" }) },
    read: ({ flags, operands: [image = ""] }) => ({ command: "trust revoke", image, isConfirmed: flags.yes }),
  }),
  sign: command({
    usage: "IMAGE:TAG",
    summary: "Sign an image",
    arity: exactly(1),
    flags: { local: bool("Sign a locally tagged image") },
    read: ({ operands: [image = ""] }) => ({ command: "trust sign", image }),
  }),
};

export const TRUST_KEY_COMMANDS: Readonly<Record<string, Command>> = {
  generate: command({
    usage: "NAME",
    summary: "Generate and load a signing key-pair",
    arity: exactly(1),
    flags: { dir: text("Directory to generate key in, defaults to current directory") },
    read: ({ flags, operands: [name = ""], client }) => {
      if (!/^[a-z0-9][a-z0-9_-]*$/.test(name)) {
        const rule = `must start with lowercase alphanumeric characters and can include "-" or "_" after the first character`;
        throw new ValueError(`key name ${JSON.stringify(name)} ${rule}`);
      }
      if (flags.dir !== "" && !client.exists(flags.dir))
        throw new ValueError(`public key path does not exist: ${JSON.stringify(flags.dir)}`);
      throw new ValueError('"docker trust key generate" is not implemented');
    },
  }),
  load: command({
    usage: "[OPTIONS] KEYFILE",
    summary: "Load a private key file for signing",
    arity: exactly(1),
    flags: { name: text("Name for the loaded key", { initial: "signer" }) },
    read: ({ operands: [file = ""], client }) => {
      const content = client.readFile(file);
      if (typeof content !== "string") throw new ValueError('"docker trust key load" is not implemented');
      throw new ValueError(`refusing to load key from ${file}: stat ${file}: ${content}`);
    },
  }),
};

export const TRUST_SIGNER_COMMANDS: Readonly<Record<string, Command>> = {
  add: command({
    usage: "OPTIONS NAME REPOSITORY [REPOSITORY...] ",
    summary: "Add a signer",
    arity: atLeast(2),
    flags: { key: list("Path to the signer's public key file") },
    read: ({ flags, client }) => {
      const [file] = flags.key;
      if (file === undefined) throw new ValueError("path to a public key must be provided using the `--key` flag");
      const content = client.readFile(file);
      if (typeof content === "string")
        throw new ValueError(`unable to read public key from file: open ${file}: ${content}`);
      throw new ValueError('"docker trust signer add" is not implemented');
    },
  }),
  remove: command({
    usage: "[OPTIONS] NAME REPOSITORY [REPOSITORY...]",
    summary: "Remove a signer",
    arity: atLeast(2),
    flags: {
      force: bool("Do not prompt for confirmation before removing the most recent signer", { short: "f" }),
    },
    read: ({ operands: [signer = "", ...repositories] }) => ({ command: "trust signer remove", signer, repositories }),
  }),
};
