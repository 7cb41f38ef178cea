/** `bottleship explain`, `timeline`, `strace`, `faults`: what only a simulated engine can tell, of one that is served. */
import { readFileSync } from "node:fs";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { type Terminal, UsageError } from "../terminal.ts";
import { ask, DaemonError, type DaemonRequest } from "./request.ts";

const HOST_HELP = `      --host ADDRESS   The daemon: unix:///PATH or tcp://HOST:PORT (default: what DOCKER_HOST says)
`;
const END_HELP = "\nThe exit code is 0, 1 if the daemon refuses or there is none, 2 for bad usage.\n";

export const EXPLAIN_USAGE = `Usage: bottleship explain CONTAINER [OPTIONS]
       bottleship explain --to NAME[:PORT] [--from CONTAINER] [OPTIONS]

Say why a container ended, is started again, is unhealthy or slow; or why something cannot be reached.

Options:
      --to NAME[:PORT] A name or an address on the way through the network
      --from CONTAINER Who asks; without it, the machine
      --udp            The way of UDP, not of TCP
      --json           As data
${HOST_HELP}${END_HELP}`;

export const TIMELINE_USAGE = `Usage: bottleship timeline [CONTAINER…] [OPTIONS]

Draw what has happened to containers, by default to all.

Options:
      --width N        Columns of the drawing
      --svg, --json    As a picture, or as data
${HOST_HELP}${END_HELP}`;

export const STRACE_USAGE = `Usage: bottleship strace CONTAINER [OPTIONS]

Print the system calls of a container's processes as they make them, until it ends or Ctrl-C. One that does not
run is waited for.

Options:
${HOST_HELP}${END_HELP}`;

export const FAULTS_USAGE = `Usage: bottleship faults [ls] [OPTIONS]
       bottleship faults add RULE… [OPTIONS]
       bottleship faults rm NUMBER [OPTIONS]
       bottleship faults clear [OPTIONS]

List the rules by which things fail, and what they have done; add rules; undo one, by its place in the list, or all. A
rule is JSON, or @FILE:

  bottleship faults add '{"on":"syscall","call":"write","container":"db","errno":"EIO"}'

Options:
      --json           As data
${HOST_HELP}${END_HELP}`;

const HOST = { host: { type: "string" } } as const;

export function explainCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const options = {
    to: { type: "string" },
    from: { type: "string" },
    udp: { type: "boolean" },
    json: { type: "boolean" },
  };
  const { values, positionals } = parsed(argv, options);
  const query = formatOf(values);
  const { to, from } = values;
  if (typeof to === "string") {
    if (positionals.length > 0) throw new UsageError("a container or --to, not both");
    const [, name = to, port] = /^([^:]*|.*\]|.*:.*:.*?)(?::(\d+))?$/.exec(to) ?? [];
    if (/^[^:]*:[^:]*$/.test(name)) throw new UsageError(`--to: ${to}: a port is a number`);
    query.set("to", name);
    if (port !== undefined) query.set("port", port);
    if (typeof from === "string") query.set("from", from);
    if (values["udp"] === true) query.set("protocol", "udp");
  } else query.set("container", onlyOne(positionals, "CONTAINER"));
  return carryOut(values, terminal, { method: "GET", path: "/bottleship/explain", query });
}

export function timelineCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const options = { width: { type: "string" }, svg: { type: "boolean" }, json: { type: "boolean" } };
  const { values, positionals } = parsed(argv, options);
  const query = formatOf(values);
  const { width } = values;
  if (typeof width === "string") {
    if (!/^[1-9]\d*$/.test(width)) throw new UsageError(`--width is a number of columns, not ${width}`);
    query.set("width", width);
  }
  for (const name of positionals) query.append("container", name);
  return carryOut(values, terminal, { method: "GET", path: "/bottleship/timeline", query });
}

export function straceCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parsed(argv, {});
  const query = new URLSearchParams({ container: onlyOne(positionals, "CONTAINER") });
  return carryOut(values, terminal, { method: "GET", path: "/bottleship/strace", query });
}

export function faultsCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parsed(argv, { json: { type: "boolean" } });
  const [verb = "ls", ...words] = positionals;
  const path = "/bottleship/faults";
  if (["ls", "clear"].includes(verb) && words.length > 0) {
    throw new UsageError(`${verb} takes nothing more: ${words.join(" ")}`);
  }
  switch (verb) {
    case "ls":
      return carryOut(values, terminal, { method: "GET", path, query: formatOf(values) });
    case "add":
      return carryOut(values, terminal, { method: "POST", path, body: planOf(words) });
    case "rm":
      return carryOut(values, terminal, { method: "DELETE", path, query: numberOf(onlyOne(words, "NUMBER")) });
    case "clear":
      return carryOut(values, terminal, { method: "DELETE", path });
    default:
      throw new UsageError(`no such verb: ${verb}; there is ls, add, rm, clear`);
  }
}

type Values = Readonly<Record<string, unknown>>;

function parsed(argv: readonly string[], options: Readonly<Record<string, { readonly type: string }>>) {
  try {
    const config = { args: [...argv], allowPositionals: true, options: { ...options, ...HOST } } as ParseArgsConfig;
    const { values, positionals } = parseArgs(config);
    return { values: values as Values, positionals };
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  }
}

function formatOf({ json, svg }: Values): URLSearchParams {
  if (json === true && svg === true) throw new UsageError("--json or --svg, not both");
  return new URLSearchParams(json === true ? { format: "json" } : svg === true ? { format: "svg" } : {});
}

function onlyOne(words: readonly string[], what: string): string {
  const [one, ...others] = words;
  if (one === undefined) throw new UsageError(`${what} is missing`);
  if (others.length > 0) throw new UsageError(`one ${what}, not ${words.length}`);
  return one;
}

function numberOf(word: string): URLSearchParams {
  if (!/^[1-9]\d*$/.test(word)) throw new UsageError(`NUMBER is a rule's place in the list, from 1 on, not ${word}`);
  return new URLSearchParams({ number: word });
}

/** All rules as one document. */
function planOf(words: readonly string[]): string {
  if (words.length === 0) throw new UsageError("RULE is missing");
  const rules = words.flatMap((word) => {
    try {
      return JSON.parse(word.startsWith("@") ? readFileSync(word.slice(1), "utf8") : word) as unknown;
    } catch (error) {
      throw new UsageError(`${word}: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
  return JSON.stringify(rules);
}

async function carryOut(values: Values, terminal: Terminal, asked: DaemonRequest): Promise<number> {
  const host = values["host"] ?? process.env["DOCKER_HOST"] ?? "";
  if (typeof host !== "string" || host === "") throw new UsageError("which daemon is missing: --host or DOCKER_HOST");
  try {
    await ask(host, asked, (piece) => terminal.out(piece));
    return 0;
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    terminal.err(`bottleship: ${error.message}\n`);
    return 1;
  }
}
