/** `docker context`. Texts: docker/cli (Apache-2.0). Model: docker/cli cli/command/context. */

import { parseCsv } from "../../../lib/go/index.ts";
import { ANY, atLeast, between, type Command, command, exactly, NONE } from "../command.ts";
import { bool, listOf, text } from "../flags/flag.ts";
import { ValueError } from "../problem.ts";
import { cut } from "../values/pairs.ts";
import { checkInspectTemplate, FORMAT_HELP, TEMPLATE_HELP } from "./shared.ts";

const endpointHelp = (verb: string, summary: string): string =>
  `${summary}

Docker endpoint config:

NAME                DESCRIPTION
from                Copy named context's Docker endpoint configuration
host                Docker endpoint on which to connect
ca                  Trust certs signed only by this CA
cert                Path to TLS certificate file
key                 Path to TLS key file
skip-tls-verify     Skip TLS certificate validation

Example:

$ docker context ${verb} my-context --description "some description" --docker "host=tcp://myserver:2376,ca=~/ca-file,cert=~/cert-file,key=~/key-file"
`.trimEnd();

/** `KEY=VALUE,…`; a text with one equals sign is one pair, commas and all. @see pflag stringToString */
function pairsIn(given: string): readonly (readonly [string, string])[] {
  const count = given.split("=").length - 1;
  const texts = count === 1 ? [given.replace(/^"+|"+$/g, "")] : parseCsv(given);
  return texts.map((one) => {
    const [key, value] = cut(one, "=");
    if (value === undefined) throw new ValueError(`${one} must be formatted as key=value`);
    return [key, value] as const;
  });
}

const DOCKER = listOf("set the docker endpoint", { type: "stringToString", shown: "[]", entry: pairsIn });
const DESCRIPTION = text("Description of the context");

const create = command({
  usage: "[OPTIONS] CONTEXT",
  summary: "Create a context",
  description: endpointHelp("create", "Create a context"),
  arity: exactly(1),
  flags: { description: DESCRIPTION, docker: DOCKER, from: text("create context from a named context") },
  read: ({ flags, changed, operands: [name = ""] }) => ({
    command: "context create",
    name,
    description: flags.description,
    docker: changed.has("docker") ? Object.fromEntries(flags.docker.flat()) : undefined,
    from: flags.from,
  }),
});

const update = command({
  usage: "[OPTIONS] CONTEXT",
  summary: "Update a context",
  description: endpointHelp("update", "Update a context"),
  arity: exactly(1),
  flags: { description: DESCRIPTION, docker: DOCKER },
  read: ({ flags, changed, operands: [name = ""] }) => ({
    command: "context update",
    name,
    description: flags.description === "" ? undefined : flags.description,
    docker: changed.has("docker") ? Object.fromEntries(flags.docker.flat()) : undefined,
  }),
});

const exports = command({
  usage: "[OPTIONS] CONTEXT [FILE|-]",
  summary: "Export a context to a tar archive FILE or a tar stream on STDOUT.",
  arity: between(1, 2),
  flags: {},
  read: ({ operands: [name = "", file = `${name}.dockercontext`] }) => ({ command: "context export", name, file }),
});

const imports = command({
  usage: "CONTEXT FILE|-",
  summary: "Import a context from a tar or zip file",
  arity: exactly(2),
  flags: {},
  read: ({ operands: [name = "", file = ""] }) => ({ command: "context import", name, file }),
});

const inspect = command({
  usage: "[OPTIONS] [CONTEXT] [CONTEXT...]",
  summary: "Display detailed information on one or more contexts",
  arity: ANY,
  flags: { format: text(TEMPLATE_HELP, { short: "f" }) },
  read: ({ flags, operands }) => {
    checkInspectTemplate(flags.format);
    return { command: "context inspect", names: operands, format: flags.format };
  },
});

const ls = command({
  usage: "[OPTIONS]",
  summary: "List contexts",
  aliases: "docker context ls, docker context list",
  arity: NONE,
  flags: { format: text(FORMAT_HELP), quiet: bool("Only show context names", { short: "q" }) },
  read: ({ flags }) => ({ command: "context ls", format: flags.format, quiet: flags.quiet }),
});

const rm = command({
  usage: "CONTEXT [CONTEXT...]",
  summary: "Remove one or more contexts",
  aliases: "docker context rm, docker context remove",
  arity: atLeast(1),
  flags: { force: bool("Force the removal of a context in use", { short: "f" }) },
  read: ({ flags, operands }) => ({ command: "context rm", names: operands, force: flags.force }),
});

const show = command({
  usage: "",
  summary: "Print the name of the current context",
  arity: NONE,
  flags: {},
  read: () => ({ command: "context show" }),
});

const use = command({
  usage: "CONTEXT",
  summary: "Set the current docker context",
  arity: ANY,
  flags: {},
  read: ({ operands }) => {
    const [name] = operands;
    if (operands.length !== 1 || name === undefined)
      throw new ValueError(`accepts 1 arg(s), received ${operands.length}`);
    return { command: "context use", name };
  },
});

export const CONTEXT_COMMANDS: Readonly<Record<string, Command>> = {
  create,
  export: exports,
  import: imports,
  inspect,
  ls,
  rm,
  show,
  update,
  use,
};
