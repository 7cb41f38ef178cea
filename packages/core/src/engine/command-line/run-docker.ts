/** A command line from its words to its result: what is asked for, whether the engine can be reached, what went wrong. */
import { StatusError } from "../../lib/index.ts";
import { runCompose } from "../compose/command-line/index.ts";
import { parseDocker } from "../docker/parse.ts";
import { CliError } from "../docker/problem.ts";
import type { DockerRequest } from "../docker/request.ts";
import { splitWords } from "../docker/words.ts";
import { API_VERSION, MIN_API_VERSION } from "../documents/versions.ts";
import type { Engine } from "../engine.ts";
import { NO_DAEMON } from "../machine/daemon.ts";
import { ConnectionLost } from "../machine/daemon-life.ts";
import { DEFAULT_CONTEXT, DEFAULT_HOST } from "./client-contexts.ts";
import { contextHost, currentContext, isContext, missingContext } from "./contexts.ts";
import { parseDockerHost } from "./docker-host.ts";
import { execute } from "./execute.ts";
import { told } from "./refusal.ts";
import { type CommandOptions, type CommandResult, Session } from "./session.ts";
import { showClient } from "./system.ts";

/** Exit code of `docker exec` that never hears how the command has ended: -1, as a shell sees it. */
const EXEC_LOST = 255;

/** Runs a command line: what follows the word `docker`. */
export async function runDocker(
  engine: Engine,
  line: string | readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const words = typeof line === "string" ? splitWords(line) : line;
  const session = new Session(engine, options, words);
  if (words[0] === "compose") return session.result(await runCompose(session, words.slice(1)));
  const request = parseDocker(words, session.client);
  if (request.command === "usage") {
    session.out(request.stdout);
    session.err(request.stderr);
    return session.result(request.exitCode);
  }
  showClient(session, request);
  const unreachable = isOwnWork(request) ? undefined : hostProblem(session, request);
  if (unreachable !== undefined) {
    session.err(`${unreachable}\n`);
    return session.result(1);
  }
  if (!engine.daemon.isListening && !isOwnWork(request)) {
    session.err(`${request.command.startsWith("buildx ") ? "ERROR: " : ""}${NO_DAEMON}\n`);
    return session.result(1);
  }
  const outdated = versionProblem(session.client.env.get("DOCKER_API_VERSION") ?? "");
  if (outdated !== undefined) {
    session.err(`Error response from daemon: ${outdated}\n`);
    return session.result(1);
  }
  if (engine.restored !== undefined) await engine.restored;
  session.out(request.notice ?? "");
  session.err(request.warning ?? "");
  try {
    return session.result(await execute(session, request));
  } catch (error) {
    if (error instanceof CliError) {
      session.out(error.stdout);
      session.err(error.stderr);
      return session.result(error.exitCode);
    }
    if (error instanceof ConnectionLost) return lose(session, request);
    if (options.signal?.aborted === true && error === options.signal.reason) return session.result(INTERRUPTED);
    if (!(error instanceof StatusError)) throw error;
    session.err(`${told(error)}\n`);
    return session.result(1);
  }
}

/** The client does it without the engine, or says by itself what it misses. */
function isOwnWork(request: DockerRequest): boolean {
  const { command } = request;
  if (command === "buildx bake") return request.print || request.list !== "";
  return command === "stack config" || command === "buildx version" || /^(context|manifest|imagetools) /.test(command);
}

/** Why the engine that is asked for cannot be reached: this client knows one only. */
function hostProblem(session: Session, { global }: DockerRequest): string | undefined {
  const { hosts = [], context = "" } = global ?? {};
  const [given = ""] = hosts;
  if (hosts.length > 1) return "Failed to initialize: unable to resolve docker endpoint: Specify only one -H";
  if (given !== "" && context !== "") return "conflicting options: cannot specify both --host and --context";
  const name = currentContext(session, context);
  if (!isContext(session, name)) {
    return `Failed to initialize: unable to resolve docker endpoint: ${missingContext(session, name)}`;
  }
  const host =
    given ||
    (name === DEFAULT_CONTEXT ? "" : contextHost(session, name)) ||
    (context === "" ? session.client.env.get("DOCKER_HOST") : "") ||
    DEFAULT_HOST;
  const parsed = parseDockerHost(host);
  if ("problem" in parsed) return `Failed to initialize: ${parsed.problem}`;
  return parsed.address === DEFAULT_HOST
    ? undefined
    : `Cannot connect to the Docker daemon at ${parsed.address}. Is the docker daemon running?`;
}

/** What a shell sees of a command that SIGINT has ended. */
const INTERRUPTED = 130;

/** The daemon has ended before the command has. */
function lose(session: Session, { command }: DockerRequest): CommandResult {
  if (command === "exec") return session.result(EXEC_LOST);
  session.err(`${new ConnectionLost().message}\n`);
  return session.result(1);
}

/** What the engine says to a client that speaks another version of the API. */
function versionProblem(text: string): string | undefined {
  const number = (version: string): number => Number(version.split(".")[0]) * 1000 + Number(version.split(".")[1]);
  if (text === "" || Number.isNaN(number(text))) return undefined;
  if (number(text) < number(MIN_API_VERSION)) {
    return `client version ${text} is too old. Minimum supported API version is ${MIN_API_VERSION}, please upgrade your client to a newer version`;
  }
  if (number(text) <= number(API_VERSION)) return undefined;
  return `client version ${text} is too new. Maximum supported API version is ${API_VERSION}`;
}
