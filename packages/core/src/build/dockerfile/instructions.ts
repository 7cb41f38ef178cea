/**
 * From a node to a typed instruction: which flags it takes, how many arguments, which forms.
 *
 * Checked is what needs no variables; the rest waits for `dispatch.ts`. Model: BuildKit's instructions/parse.go, with
 * its messages and its order of checks.
 */

import { parseDuration, parseInteger, quote, replaceInvalid, trimSpace } from "../../lib/go/index.ts";
import { unreachable } from "../../lib/index.ts";
import type {
  AddInstruction,
  AnyInstruction,
  ArgDefinition,
  CopyInstruction,
  FromInstruction,
  HealthcheckInstruction,
  Heredoc,
  InstructionKind,
  OnbuildInstruction,
  Pair,
  RunInstruction,
  ShellOrExec,
  Written,
} from "./ast.ts";
import { checkDevice } from "./device.ts";
import { BuildError, readValue } from "./error.ts";
import { Flags, type FlagTypes } from "./flags.ts";
import type { Frontend } from "./frontends.ts";
import { heredoc, heredocOf } from "./heredoc.ts";
import { checkMount } from "./mount.ts";
import { INSTRUCTION_NAMES, type Node } from "./node.ts";
import { withSuggestion } from "./suggest.ts";

/** What the reader of one instruction gets. */
interface Request {
  readonly node: Node;
  readonly written: Written;
  readonly heredocs: readonly Heredoc[];
  /** The instruction's line as it stands in the text. */
  readonly line: string;
  readonly frontend: Frontend;
}

const NO_FLAGS: FlagTypes = {};
const FILE_FLAGS: FlagTypes = { chown: "string", chmod: "string", link: "bool", exclude: "strings" };
const COPY_FLAGS: FlagTypes = { ...FILE_FLAGS, from: "string" };
const COPY_WITH_PARENTS: FlagTypes = { ...COPY_FLAGS, parents: "bool" };
const ADD_FLAGS: FlagTypes = { ...FILE_FLAGS, "keep-git-dir": "bool", checksum: "string", unpack: "bool" };
const RUN_FLAGS: FlagTypes = { mount: "strings", network: "string", device: "strings" };
const FROM_FLAGS: FlagTypes = { platform: "string" };
const HEALTHCHECK_FLAGS: FlagTypes = {
  interval: "string",
  timeout: "string",
  "start-period": "string",
  "start-interval": "string",
  retries: "string",
};
const NETWORKS = ["default", "none", "host"] as const;
const STAGE_NAME = /^[a-z][a-z0-9._-]*$/;
const MINIMUM_INTERVAL_NS = 1_000_000;

/**
 * The instruction that a node is.
 *
 * @throws BuildError for an unknown name, unknown flags, wrong arguments.
 */
export function readInstruction(request: Request): AnyInstruction {
  const { kind, name } = request.node;
  if (kind === undefined) {
    const message = `unknown instruction: ${name}`;
    throw new BuildError(withSuggestion(message, name, INSTRUCTION_NAMES, { ignoreCase: true }));
  }
  return readKind(kind, request);
}

function readKind(kind: InstructionKind, request: Request): AnyInstruction {
  const { node, written } = request;
  switch (kind) {
    case "FROM":
      return readFrom(request);
    case "RUN":
      return readRun(request);
    case "COPY":
      return readCopy(request);
    case "ADD":
      return readAdd(request);
    case "ENV":
    case "LABEL":
      refuseFlags(node);
      return { kind, ...written, pairs: readPairs(node, kind), ...(node.legacy ? { legacy: true } : {}) };
    case "ARG":
      // BuildKit does not look at the flags of ARG and STOPSIGNAL.
      return { kind, ...written, args: some(node, kind).map(readArg) };
    case "CMD":
    case "ENTRYPOINT":
      refuseFlags(node);
      return { kind, ...written, command: shellOrExec(node.args, node.json) };
    case "HEALTHCHECK":
      return readHealthcheck(request);
    case "SHELL":
      refuseFlags(node);
      return { kind, ...written, argv: readShell(node) };
    case "EXPOSE":
      some(node, kind);
      refuseFlags(node);
      return { kind, ...written, ports: node.args };
    case "VOLUME":
      some(node, kind);
      refuseFlags(node);
      return { kind, ...written, paths: node.args.map(readVolume) };
    case "MAINTAINER": {
      const name = only(node, kind);
      refuseFlags(node);
      return { kind, ...written, name };
    }
    case "USER": {
      const user = only(node, kind);
      refuseFlags(node);
      return { kind, ...written, user };
    }
    case "WORKDIR": {
      const path = only(node, kind);
      refuseFlags(node);
      return { kind, ...written, path };
    }
    case "STOPSIGNAL":
      return { kind, ...written, signal: only(node, kind) };
    case "ONBUILD":
      return readOnbuild(request);
    default:
      return unreachable(kind);
  }
}

function readFrom({ node, written }: Request): FromInstruction {
  const [image = "", as = "", name] = node.args;
  const named = node.args.length === 3 && as.toLowerCase() === "as" && name !== undefined;
  if (named) checkStageName(name);
  else if (node.args.length !== 1) throw new BuildError("FROM requires either one or three arguments");
  const platform = new Flags(node.flags, FROM_FLAGS).string("platform");
  return {
    kind: "FROM",
    ...written,
    image,
    ...(platform === undefined ? {} : { platform }),
    ...(named ? { as: name } : {}),
    ...(named && as !== "AS" ? { asKeyword: as } : {}),
  };
}

/** @throws BuildError unless it starts with a letter and has only letters, digits, `-`, `_` and `.`. */
export function checkStageName(name: string): void {
  if (STAGE_NAME.test(name.toLowerCase())) return;
  throw new BuildError(
    `invalid name for build stage: ${quote(name)}, name can't start with a number or contain symbols`,
  );
}

function readRun({ node, written, heredocs }: Request): RunInstruction {
  const flags = new Flags(node.flags, RUN_FLAGS);
  const mounts = flags.strings("mount");
  const devices = flags.strings("device");
  for (const device of devices) checkDevice(device);
  for (const mount of mounts) checkMount(mount);
  const given = node.flags.some((flag) => flag.startsWith("--network=")) ? (flags.string("network") ?? "") : undefined;
  const network = NETWORKS.find((one) => one === given);
  if (given !== network) throw new BuildError(`invalid network mode ${quote(given ?? "")}`);
  return {
    kind: "RUN",
    ...written,
    command: shellOrExec(node.args, node.json),
    ...(heredocs.length === 0 ? {} : { heredocs }),
    ...(mounts.length === 0 ? {} : { mounts }),
    ...(network === undefined ? {} : { network }),
    ...(devices.length === 0 ? {} : { devices }),
  };
}

function readCopy(request: Request): CopyInstruction {
  const [flags, files] = readFiles(request, "COPY", request.frontend.hasParents ? COPY_WITH_PARENTS : COPY_FLAGS);
  const from = flags.string("from");
  return {
    kind: "COPY",
    ...request.written,
    ...files,
    ...(from === undefined ? {} : { from }),
    ...(flags.bool("parents") === true ? { parents: true } : {}),
  };
}

function readAdd(request: Request): AddInstruction {
  const [flags, files] = readFiles(request, "ADD", ADD_FLAGS);
  const checksum = flags.string("checksum");
  const keepGitDir = flags.bool("keep-git-dir");
  const unpack = flags.bool("unpack");
  return {
    kind: "ADD",
    ...request.written,
    ...files,
    ...(checksum === undefined ? {} : { checksum }),
    ...(keepGitDir === undefined ? {} : { keepGitDir }),
    ...(unpack === undefined ? {} : { unpack }),
  };
}

type FileFields = Pick<CopyInstruction, "sources" | "dest" | "files" | "chown" | "chmod" | "link" | "exclude">;

function readFiles(
  { node, heredocs }: Request,
  kind: "COPY" | "ADD",
  types: FlagTypes,
): readonly [flags: Flags, fields: FileFields] {
  const dest = node.args.at(-1);
  if (node.args.length < 2 || dest === undefined)
    throw new BuildError(
      `${kind} requires at least two arguments, but only one was provided. Destination could not be determined`,
    );
  const flags = new Flags(node.flags, types);
  if (heredocOf(dest) !== undefined) throw new BuildError(`${kind} cannot accept a heredoc as a destination`);
  const sources: string[] = [];
  const files: Heredoc[] = [];
  for (let i = 0; i < node.args.length - 1; i++) {
    const source = node.args[i] ?? "";
    const start = heredocOf(source);
    if (start === undefined) sources.push(source);
    // Of two heredocs with one name, BuildKit takes the last one's lines for both.
    else files.push(heredoc(start, heredocs.findLast(({ name }) => name === start.name)?.content ?? ""));
  }
  const chown = flags.string("chown");
  const chmod = flags.string("chmod");
  const exclude = flags.strings("exclude");
  const fields = {
    sources,
    dest,
    ...(files.length === 0 ? {} : { files }),
    ...(chown === undefined ? {} : { chown }),
    ...(chmod === undefined ? {} : { chmod }),
    ...(flags.bool("link") === true ? { link: true } : {}),
    ...(exclude.length === 0 ? {} : { exclude }),
  };
  return [flags, fields];
}

function readPairs(node: Node, kind: string): readonly Pair[] {
  some(node, kind);
  const pairs: Pair[] = [];
  for (let i = 0; i < node.args.length; i += 2) {
    const name = node.args[i] ?? "";
    if (name === "") throw new BuildError(`${kind} names can not be blank`);
    pairs.push([name, node.args[i + 1] ?? ""]);
  }
  return pairs;
}

function readArg(word: string): ArgDefinition {
  const equals = word.indexOf("=");
  if (equals < 0) return { name: word };
  if (equals === 0) throw new BuildError("ARG names can not be blank");
  return { name: word.slice(0, equals), default: word.slice(equals + 1) };
}

function readVolume(path: string): string {
  const trimmed = trimSpace(path);
  if (trimmed === "") throw new BuildError("VOLUME specified can not be an empty string");
  return trimmed;
}

function readShell(node: Node): readonly string[] {
  some(node, "SHELL");
  if (!node.json) throw new BuildError("SHELL requires the arguments to be in JSON form");
  return node.args;
}

function readHealthcheck({ node, written }: Request): HealthcheckInstruction {
  const [type = "", ...args] = some(node, "HEALTHCHECK");
  const upper = replaceInvalid(type).toUpperCase();
  if (upper === "NONE") {
    // The flags of NONE are not looked at.
    if (args.length > 0) throw new BuildError("HEALTHCHECK NONE takes no arguments");
    return { kind: "HEALTHCHECK", ...written, test: "none" };
  }
  const flags = new Flags(node.flags, HEALTHCHECK_FLAGS);
  if (upper !== "CMD") throw new BuildError(`Unknown type ${quote(upper)} in HEALTHCHECK (try CMD)`);
  if (args.length === 0) throw new BuildError("Missing command after HEALTHCHECK CMD");
  const test = shellOrExec(args, node.json);
  const interval = readInterval(flags, "interval");
  const timeout = readInterval(flags, "timeout");
  const startPeriod = readInterval(flags, "start-period");
  const startInterval = readInterval(flags, "start-interval");
  const retries = readRetries(flags.string("retries"));
  return {
    kind: "HEALTHCHECK",
    ...written,
    test,
    ...(interval === undefined ? {} : { interval }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(startPeriod === undefined ? {} : { startPeriod }),
    ...(startInterval === undefined ? {} : { startInterval }),
    ...(retries === undefined ? {} : { retries }),
  };
}

function readInterval(flags: Flags, name: string): string | undefined {
  const given = flags.string(name);
  if (given !== undefined) checkInterval(name, given);
  return given;
}

/** @throws BuildError for what is no duration, or a duration below a millisecond other than zero. */
export function checkInterval(name: string, duration: string): void {
  const nanoseconds = readValue(() => parseDuration(duration));
  if (nanoseconds !== 0 && nanoseconds < MINIMUM_INTERVAL_NS)
    throw new BuildError(`Interval ${quote(name)} cannot be less than 1ms`);
}

function readRetries(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const retries = readValue(() => parseInteger(given, { bits: 32 }));
  if (retries < 0) throw new BuildError(`--retries cannot be negative (${retries})`);
  return retries;
}

const ONBUILD = /^[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*/i;

function readOnbuild({ node, written, heredocs, line }: Request): OnbuildInstruction {
  const [first = ""] = some(node, "ONBUILD");
  refuseFlags(node);
  checkTrigger(first);
  let trigger = line.replace(ONBUILD, "");
  for (const { content, name: terminator } of heredocs) trigger += `\n${content}${terminator}`;
  return { kind: "ONBUILD", ...written, trigger };
}

/** @throws BuildError for an instruction that cannot be triggered; its first word decides. */
export function checkTrigger(trigger: string): void {
  const [first = ""] = trimSpace(trigger).split(/\s/);
  const name = first.toUpperCase();
  if (name === "") throw new BuildError("ONBUILD requires at least one argument");
  if (name === "ONBUILD") throw new BuildError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (name === "MAINTAINER" || name === "FROM") throw new BuildError(`${name} isn't allowed as an ONBUILD trigger`);
}

function shellOrExec(args: readonly string[], json: boolean): ShellOrExec {
  return json ? { form: "exec", argv: args } : { form: "shell", command: args.join(" ") };
}

/** @throws BuildError for the first flag of an instruction that takes none. */
function refuseFlags({ flags }: Node): void {
  if (flags.length > 0) void new Flags(flags, NO_FLAGS);
}

/** The arguments, of which there must be one or more. */
function some({ args }: Node, kind: string): readonly string[] {
  if (args.length === 0) throw new BuildError(`${kind} requires at least one argument`);
  return args;
}

/** The only argument. */
function only({ args }: Node, kind: string): string {
  const [argument] = args;
  if (args.length !== 1 || argument === undefined) throw new BuildError(`${kind} requires exactly one argument`);
  return argument;
}
