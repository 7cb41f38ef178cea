/** `docker create` and `docker run`. Model: docker/cli container/create.go, container/run.go. */
import { reworded } from "../../../lib/go/index.ts";
import type { ClientMachine } from "../client.ts";
import { atLeast, command, type Invocation } from "../command.ts";
import type { CreateBody } from "../create-body.ts";
import { bool, text } from "../flags/flag.ts";
import { type CliError, failure, ValueError } from "../problem.ts";
import { familiarText, parseReferenceOrId, withDefaultTag } from "../reference.ts";
import type { CreateParts } from "../requests/container.ts";
import { parsePull } from "../values/policies.ts";
import { createBody } from "./create-body.ts";
import { CREATE_FLAGS } from "./create-flags.ts";
import { DETACH_KEYS_HELP, optionalPlatform } from "./shared.ts";

const CREATE = {
  ...CREATE_FLAGS,
  pull: text('Pull image before creating ("always", "|missing", "never")', { initial: "missing" }),
};

const RUN = {
  ...CREATE_FLAGS,
  detach: bool("Run container in background and print container ID", { short: "d" }),
  "detach-keys": text(DETACH_KEYS_HELP),
  pull: text('Pull image before running ("always", "missing", "never")', { initial: "missing" }),
  "sig-proxy": bool("Proxy received signals to the process", { initial: true }),
};

export const create = command({
  usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
  summary: "Create a new container",
  aliases: "docker container create, docker create",
  arity: atLeast(1),
  interspersed: false,
  flags: CREATE,
  read: (given) => {
    const pull = withHelp("create", () => parsePull(given.flags.pull));
    const body = withHelp("create", () => createBody(given));
    return { command: "create", pull, ...createParts(given, body) };
  },
});

export const run = command({
  usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]",
  summary: "Create and run a new container from an image",
  aliases: "docker container run, docker run",
  arity: atLeast(1),
  interspersed: false,
  flags: RUN,
  read: (given) => {
    const { flags } = given;
    const pull = withHelp("run", () => parsePull(flags.pull));
    const asked = withHelp("run", () => createBody(given));
    if (flags.detach && flags.attach.length > 0)
      throw failure("conflicting options: cannot specify both --attach and --detach");
    if (!flags.detach && asked.AttachStdin && asked.Tty && !given.client.terminal.stdin) throw failure(NO_TTY);
    const detached = { AttachStdin: false, AttachStdout: false, AttachStderr: false, StdinOnce: false };
    const body = flags.detach ? { ...asked, ...detached } : asked;
    return {
      command: "run",
      pull,
      detach: flags.detach,
      sigProxy: flags["sig-proxy"],
      detachKeys: flags["detach-keys"],
      ...orRunFailure(() => createParts(given, body)),
    };
  },
});

/** What `run`, `exec` and `attach` say to a terminal session without a terminal. */
export const NO_TTY = "the input device is not a TTY";

/**
 * How `docker run` ends when creating or starting fails: 127 for a command that was not found, 126 for one that may
 * not be executed, 125 for the rest. `message` is the error with its "Error response from daemon: ".
 */
function runFailure(message: string): CliError {
  const notFound = /executable file not found|no such file or directory|system cannot find the file specified/;
  const exitCode = notFound.test(message) ? 127 : /permission denied|is a directory/.test(message) ? 126 : 125;
  return failure(helpful("run", message), exitCode);
}

const helpful = (name: string, message: string): string =>
  `docker: ${message}\n\nRun 'docker ${name} --help' for more information`;

function withHelp<T>(name: string, parse: () => T): T {
  return reworded(parse, ({ message }) => failure(helpful(name, message), 125));
}

function orRunFailure<T>(parse: () => T): T {
  return reworded(parse, ({ message }) => runFailure(message));
}

function createParts({ flags, client }: Invocation<typeof CREATE>, body: CreateBody): Omit<CreateParts, "pull"> {
  if (flags.cidfile !== "" && client.exists(flags.cidfile))
    throw new ValueError(
      `container ID file found, make sure the other container isn't running or delete ${flags.cidfile}`,
    );
  const reference = parseReferenceOrId(body.Image);
  const platform = flags.platform || (client.env.get("DOCKER_DEFAULT_PLATFORM") ?? "");
  return {
    body: flags["use-api-socket"] ? withApiSocket(body, client) : body,
    name: flags.name,
    platform: optionalPlatform(platform, "error parsing specified platform: "),
    familiarImage: reference === undefined ? undefined : familiarText(withDefaultTag(reference)),
    quiet: flags.quiet,
    cidFile: flags.cidfile,
    contentTrust: !flags["disable-content-trust"],
    useApiSocket: flags["use-api-socket"],
  };
}

const API_SOCKET = "/var/run/docker.sock";

/** `--use-api-socket`: the engine's socket is mounted where a client in the container looks for it. */
function withApiSocket(body: CreateBody, client: ClientMachine): CreateBody {
  const host = client.env.get("DOCKER_HOST") || `unix://${API_SOCKET}`;
  if (!host.startsWith("unix://"))
    throw new ValueError(
      `flag --use-api-socket can only be used with unix sockets: docker endpoint ${host} incompatible`,
    );
  const mount = { Type: "bind", Source: host.slice("unix://".length), Target: API_SOCKET, BindOptions: {} };
  return { ...body, HostConfig: { ...body.HostConfig, Mounts: [...(body.HostConfig.Mounts ?? []), mount] } };
}
