/**
 * `parseDocker`: finds the command among the words, reads its options, checks its operands, makes the request.
 *
 * This folder is docker's command line without an engine: what lies here is a function of the words and of the client's
 * machine. Where the client answers by itself, the result is that answer.
 *
 * Model: docker/cli cmd/docker (global options, builder, plugins), spf13/cobra Traverse and execute.
 */
import { parseBool, quote } from "../../lib/go/index.ts";
import { BARE_CLIENT, type ClientMachine } from "./client.ts";
import { type Command, checkArity, refusal } from "./command.ts";
import { BUILDX_FLAGS } from "./commands/buildx-builders.ts";
import type { Flags } from "./flags/flag.ts";
import { FlagError, type ParsedFlags, parseFlags } from "./flags/parse.ts";
import { buildxHelp, GLOBAL_FLAGS, HELP_FLAG, helpText, rootHelp, usageLine } from "./help.ts";
import { CliError, failure, orFail } from "./problem.ts";
import type { DockerRequest, DockerUsageError, GlobalOptions } from "./request.ts";
import { BUILDX, type Entry, findEntry, type Group, isGroup, type Node, ROOT } from "./tree.ts";

/** The commands of `docker checkpoint`, which only experimental engines know. */
const CHECKPOINTS = new Set(["create", "list", "ls", "rm", "remove"]);
/** What `docker --version` prints. */
const VERSION_LINE = "Docker version 28.2.2, build e6534b4\n";

/** The request that `argv`, the words after `docker`, make; or the client's own answer. */
export function parseDocker(
  argv: readonly string[],
  client: ClientMachine = BARE_CLIENT,
): DockerRequest | DockerUsageError {
  const session = new Session(client);
  try {
    const request = session.start(argv);
    return {
      ...request,
      ...(session.notice + (request.notice ?? "") === "" ? {} : { notice: session.notice + (request.notice ?? "") }),
      ...(session.warning === "" ? {} : { warning: session.warning }),
    };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return {
      command: "usage",
      exitCode: error.exitCode,
      stdout: session.notice + error.stdout,
      stderr: session.warning + error.stderr,
    };
  }
}

/** Where the walk down the tree has come to. */
interface Place {
  readonly node: Node;
  /** The words that lead there: `docker container ls`. */
  readonly path: string;
  /** The last of them, which may be an alias. */
  readonly name: string;
  /** `--help` was given on the way. */
  readonly help: boolean;
}

class Session {
  /** What standard output and standard error show first. */
  notice = "";
  warning = "";
  readonly #client: ClientMachine;
  /** The words have become others, for buildx. */
  #isForwarded = false;

  constructor(client: ClientMachine) {
    this.#client = client;
  }

  start(argv: readonly string[]): DockerRequest {
    const flags = { ...GLOBAL_FLAGS, help: HELP_FLAG };
    const given = this.#flags(flags, argv, false, "docker", usageLine(ROOT, "docker"));
    this.warning += given.notice;
    const { values } = given;
    checkLogLevel(values["log-level"]);
    const global = given.changed.size === 0 ? undefined : globalOptions(values);
    const words = this.#builder(given.operands);
    const [first] = words;
    const plugin = this.#client.plugins.find(({ name }) => name === first);
    if (first !== undefined && plugin !== undefined && !findEntry(ROOT, first))
      return withGlobal(this.#plugin(first, words.slice(1)), global);
    if (first === "help" && !values.help) return this.#helpCommand(words.slice(1));
    const entry = first === undefined ? undefined : findEntry(ROOT, first);
    if (first === undefined || entry === undefined) return this.#root(words, values.help, values.version);
    const place = { node: entry.node, path: `docker ${first}`, name: first, help: values.help };
    return withGlobal(this.#walk(place, words.slice(1)), global);
  }

  /** `docker` without a command that it knows. */
  #root(words: readonly string[], help: boolean, version: boolean): never {
    const flags = { ...GLOBAL_FLAGS, help: HELP_FLAG };
    const given = this.#flags(flags, words, true, "docker", usageLine(ROOT, "docker"));
    this.notice += given.notice;
    const text = rootHelp(ROOT, this.#client.plugins);
    if (help || given.values.help) throw new CliError(0, { stdout: text });
    if (version || given.values.version) throw new CliError(0, { stdout: VERSION_LINE });
    const [name] = given.operands;
    if (name === undefined) throw new CliError(0, { stderr: text });
    throw failure(`docker: unknown command: docker ${name}\n\nRun 'docker --help' for more information`);
  }

  /** `docker help COMMAND…`. */
  #helpCommand(words: readonly string[]): DockerRequest {
    const usage = "docker help [command]";
    const given = this.#flags({ help: HELP_FLAG }, words, true, "docker help", usage);
    this.notice += given.notice;
    if (given.values.help) throw new CliError(0, { stdout: `Usage:  ${usage}\n\nHelp about the command\n` });
    const [first, ...rest] = given.operands;
    if (first === undefined) throw new CliError(0, { stdout: rootHelp(ROOT, this.#client.plugins) });
    if (first === "help") throw new CliError(0, { stdout: `Usage:  ${usage}\n\nHelp about the command\n` });
    if (this.#client.plugins.some(({ name }) => name === first)) return this.#plugin(first, [...rest, "--help"]);
    let node: Node = ROOT;
    let path = "docker";
    for (const [at, name] of given.operands.entries()) {
      const entry: Entry | undefined = isGroup(node) ? findEntry(node, name) : undefined;
      if (entry === undefined) throw failure(`unknown help topic: ${given.operands.slice(at).join(" ")}`);
      node = entry.node;
      path += ` ${name}`;
    }
    throw new CliError(0, { stdout: helpText(node, path) });
  }

  /** Goes down groups; words that look like options before a command's name are the group's. */
  #walk(place: Place, words: readonly string[]): DockerRequest {
    const { node, path } = place;
    if (path === "docker checkpoint") {
      const [name = ""] = words;
      const whole = CHECKPOINTS.has(name) ? `${path} ${name}` : path;
      const problem = `${whole} is only supported on a Docker daemon with experimental features enabled`;
      // In the place of help it is an answer.
      throw words.includes("--help") ? new CliError(0, { stdout: `${problem}\n` }) : failure(problem);
    }
    if (!isGroup(node)) return this.#command(node, place, words);
    const own: string[] = [];
    for (const [at, word] of words.entries()) {
      const isOption = word.startsWith("-") && word !== "-" && word !== "--";
      const takesNext = isOption && !word.includes("=") && !["--help", "-h"].includes(word) && /^(?:--|-.$)/.test(word);
      if (word === "--" || takesNext) break;
      if (isOption) {
        own.push(word);
        continue;
      }
      const entry = findEntry(node, word);
      if (entry === undefined) break;
      const help = place.help || this.#groupHelp(own);
      return this.#walk({ node: entry.node, path: `${path} ${word}`, name: word, help }, words.slice(at + 1));
    }
    return this.#group(node, place, words);
  }

  /** Reads the options before a command's name; a wrong one is complained about without a usage line. */
  #groupHelp(words: readonly string[]): boolean {
    const given = orFail(() => parseFlags({ help: HELP_FLAG }, words, { interspersed: true }));
    this.notice += given.notice;
    return given.values.help;
  }

  #group(group: Group, { path, help }: Place, words: readonly string[]): never {
    const given = this.#flags({ help: HELP_FLAG }, words, true, path, usageLine(group, path));
    this.notice += given.notice;
    const text = helpText(group, path);
    if (help || given.values.help) throw new CliError(0, { stdout: text });
    const [name] = given.operands;
    // docker prints an empty line before the help of `docker manifest`.
    if (name === undefined) throw new CliError(0, { stderr: group.isExperimental === true ? `\n${text}` : text });
    throw refusal(`unknown command: ${path} ${name}`, path, usageLine(group, path));
  }

  #command(node: Exclude<Node, Group>, { path, name, help }: Place, words: readonly string[]): DockerRequest {
    if (node.kind === "foreign") {
      if (help || words.includes("--help")) throw new CliError(0, { stdout: helpText(node, path) });
      return { command: "unsupported", path, argv: words };
    }
    const usage = usageLine(node, path);
    const ownHelp = "help" in node.flags;
    const flags: Flags = ownHelp ? node.flags : { ...node.flags, help: HELP_FLAG };
    const given = this.#flags(flags, words, node.interspersed, path, usage);
    this.notice += given.notice;
    const { help: asked, ...values } = given.values;
    if (asked === true || (help && !ownHelp)) throw new CliError(0, { stdout: this.#helpOf(node, path) });
    checkSupported(flags, given.changed);
    checkArity(node.arity, given.operands.length, path, usage);
    if (node.needsOption && given.changed.size === 0) throw new CliError(0, { stdout: helpText(node, path) });
    return this.#read(node, { ...given, values }, name);
  }

  #helpOf(node: Command, path: string): string {
    return helpText({ ...node, flags: this.#withBuilder(node.flags) }, path);
  }

  /** The builder that a command takes by itself is one that the environment names; the client names its own. */
  #withBuilder(flags: Flags): Flags {
    const { builder } = flags;
    const initial = this.#client.env.get("BUILDX_BUILDER") || (this.#isForwarded ? "default" : "");
    return builder === undefined || initial === ""
      ? flags
      : { ...flags, builder: { ...builder, initial, shown: quote(initial) } };
  }

  #read(node: Command, { values, operands, changed }: ParsedFlags<Flags>, name: string): DockerRequest {
    const warn = (line: string): void => {
      this.warning += `${line}\n`;
    };
    return orFail(() => node.read({ flags: values, operands, changed, client: this.#client, name, warn }));
  }

  #flags<F extends Flags>(
    flags: F,
    words: readonly string[],
    interspersed: boolean,
    path: string,
    usage: string,
  ): ParsedFlags<F> {
    try {
      return parseFlags(flags, words, { interspersed });
    } catch (error) {
      if (!(error instanceof FlagError)) throw error;
      checkSupported(flags, error.changed);
      const hint = `Usage:  ${usage}\n\nRun '${path} --help' for more information`;
      throw failure(`${error.message}\n\n${hint}`, 125);
    }
  }

  /** Hands builds to buildx where it is installed and not switched off. */
  #builder(words: readonly string[]): readonly string[] {
    const setting = this.#client.env.get("DOCKER_BUILDKIT") ?? "";
    const enabled = setting === "" ? undefined : buildkitEnabled(setting);
    const forwarded = forwardedBuild(words);
    if (forwarded === undefined) return words;
    const isBake = words[0] === "bake";
    if (enabled === false && !isBake) {
      this.warning += `${LEGACY_BUILDER}${BUILDKIT_DISABLED}\n\n`;
      return words;
    }
    this.#isForwarded = this.#client.plugins.some(({ name }) => name === "buildx");
    if (this.#isForwarded) return forwarded;
    if (isBake)
      throw failure(`ERROR: docker bake requires the buildx component but it is missing or broken.${BAKE_HINT}`);
    if (enabled === true)
      throw failure(`ERROR: BuildKit is enabled but the buildx component is missing or broken.${BUILD_HINT}`);
    this.warning += `${LEGACY_BUILDER}${BUILDX_MISSING}\n\n`;
    return words;
  }

  #plugin(name: string, argv: readonly string[]): DockerRequest {
    return name === "buildx" ? this.#buildx(BUILDX, "docker buildx", argv) : { command: "plugin", name, argv };
  }

  /** Goes down the groups of buildx; their options may stand before a command's name and are the command's then. */
  #buildx(group: Group, path: string, argv: readonly string[]): DockerRequest {
    const flags = { ...BUILDX_FLAGS, help: HELP_FLAG };
    const { values, operands, changed } = this.#flags(flags, argv, false, path, path);
    const [name, ...rest] = operands;
    const entry = name === undefined ? undefined : findEntry(group, name);
    if (name === undefined || entry === undefined) {
      this.#flags(flags, operands, true, path, path);
      const stdout = buildxHelp(group, path, this.#withBuilder(BUILDX_FLAGS));
      if (name === undefined || values.help) throw new CliError(0, { stdout });
      throw new CliError(1, { stdout, stderr: `ERROR: unknown command: ${quote(name)}\n` });
    }
    const { node } = entry;
    const words = changed.has("builder") ? ["--builder", values.builder, ...rest] : rest;
    if (isGroup(node)) return this.#buildx(node, `${path} ${name}`, words);
    try {
      return this.#walk(
        { node, path: `${path} ${name === "b" ? "build" : name === "f" ? "bake" : name}`, name, help: values.help },
        words,
      );
    } catch (error) {
      // Unlike the client itself, buildx says ERROR before a complaint about operands.
      if (!(error instanceof CliError) || error.exitCode !== 1) throw error;
      throw new CliError(1, { stdout: error.stdout, stderr: `ERROR: ${error.stderr}` });
    }
  }
}

const LEGACY_BUILDER =
  "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n            ";
const BUILDKIT_DISABLED =
  "BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0\n            environment-variable.";
const BUILDX_MISSING =
  "Install the buildx component to build images with BuildKit:\n            https://docs.docker.com/go/buildx/";
const BUILD_HINT =
  "\n       Install the buildx component to build images with BuildKit:\n       https://docs.docker.com/go/buildx/";
const BAKE_HINT = "\n       Install the buildx component to use bake:\n       https://docs.docker.com/go/buildx/";

function buildkitEnabled(setting: string): boolean {
  return orFail(() => parseBool(setting), "DOCKER_BUILDKIT environment variable expects boolean value: ");
}

/** The words for buildx that mean the same build; undefined if they are no build. */
function forwardedBuild([first, second, ...rest]: readonly string[]): readonly string[] | undefined {
  const others = second === undefined ? [] : [second, ...rest];
  if (first === "bake" || first === "build") return ["buildx", first, ...others];
  if (first === "builder") return ["buildx", ...others];
  return first === "image" && second === "build" ? ["buildx", "build", ...rest] : undefined;
}

const LOG_LEVELS = new Set(["panic", "fatal", "error", "warn", "warning", "info", "debug", "trace"]);

function checkLogLevel(level: string): void {
  if (!LOG_LEVELS.has(level.toLowerCase())) throw failure(`Unable to parse logging level: ${level}`);
}

type GlobalValues = ParsedFlags<typeof GLOBAL_FLAGS>["values"];

function globalOptions(values: GlobalValues): GlobalOptions {
  return {
    config: values.config,
    context: values.context,
    debug: values.debug,
    hosts: values.host,
    logLevel: values["log-level"],
    tls: values.tls,
    tlsVerify: values.tlsverify,
  };
}

function withGlobal(request: DockerRequest, global: GlobalOptions | undefined): DockerRequest {
  return global === undefined ? request : { ...request, global };
}

/** Refuses options that only work elsewhere. */
function checkSupported(flags: Flags, changed: ReadonlySet<string>): void {
  const complaints = [...changed].sort().flatMap((name) => {
    const only = flags[name]?.only;
    if (only === "windows")
      return [
        `"--${name}" is only supported on a Docker daemon running on windows, but the Docker daemon is running on linux`,
      ];
    if (only !== "experimental") return [];
    return [`"--${name}" is only supported on a Docker daemon with experimental features enabled`];
  });
  if (complaints.length > 0) throw failure(complaints.join("\n"));
}
