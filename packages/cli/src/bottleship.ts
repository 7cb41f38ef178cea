/** The commands of `bottleship`, and what is the same in all of them: help, bad usage, exit codes. */
import { readFileSync } from "node:fs";
import { API_VERSION, ENGINE_VERSION } from "@bottleship/core/engine";
import {
  EXPLAIN_USAGE,
  explainCommand,
  FAULTS_USAGE,
  faultsCommand,
  STRACE_USAGE,
  straceCommand,
  TIMELINE_USAGE,
  timelineCommand,
} from "./daemon/commands.ts";
import { RECORDED_USAGE, recorded } from "./recorded/command.ts";
import { SERVE_USAGE, serveCommand } from "./serve/command.ts";
import { SHELL_USAGE, shellCommand } from "./shell/command.ts";
import { type Terminal, UsageError } from "./terminal.ts";

interface Command {
  readonly summary: string;
  readonly usage: string;
  /** Resolves with the exit code. @throws UsageError */
  run(argv: readonly string[], terminal: Terminal): Promise<number>;
}

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ["serve", { summary: "Serve a simulated engine to Docker's clients", usage: SERVE_USAGE, run: serveCommand }],
  ["shell", { summary: "A prompt on a simulated machine, with docker", usage: SHELL_USAGE, run: shellCommand }],
  ["explain", { summary: "Say why a container is as it is", usage: EXPLAIN_USAGE, run: explainCommand }],
  ["timeline", { summary: "Draw what has happened to containers", usage: TIMELINE_USAGE, run: timelineCommand }],
  ["strace", { summary: "Print the system calls of a container", usage: STRACE_USAGE, run: straceCommand }],
  ["faults", { summary: "List, add and undo rules by which things fail", usage: FAULTS_USAGE, run: faultsCommand }],
  [
    "recorded",
    { summary: "Replay recordings of real Docker and count what agrees", usage: RECORDED_USAGE, run: recorded },
  ],
]);

const PACKAGE = readFileSync(new URL("../package.json", import.meta.url), "utf8");
const { version: VERSION } = JSON.parse(PACKAGE) as { readonly version: string };

/** Exit code of a command that was called wrongly. */
const BAD_USAGE = 2;

/** Runs one command line. Resolves with its exit code: that of the command, or 2 if it was called wrongly. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [first, ...others] = argv;
  if (first === "--version") {
    terminal.out(`bottleship ${VERSION}, as Docker Engine ${ENGINE_VERSION} (API ${API_VERSION})\n`);
    return 0;
  }
  // `help COMMAND` is `COMMAND --help`.
  const [name, ...rest] = first === "help" ? [...others, "--help"] : argv;
  if (name === undefined || isHelp(name)) {
    terminal.out(overview());
    return name === undefined ? BAD_USAGE : 0;
  }
  const command = COMMANDS.get(name);
  if (command === undefined) {
    terminal.err(`bottleship: unknown command: ${name}\nRun 'bottleship --help' for the commands.\n`);
    return BAD_USAGE;
  }
  if (rest.some(isHelp)) {
    terminal.out(command.usage);
    return 0;
  }
  try {
    return await command.run(rest, terminal);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.err(`bottleship ${name}: ${error.message}\nRun 'bottleship ${name} --help' for how it is called.\n`);
    return BAD_USAGE;
  }
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

function overview(): string {
  const width = Math.max(...[...COMMANDS.keys()].map((name) => name.length));
  const lines = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}\n`);
  return `Usage: bottleship COMMAND [OPTIONS]\n\nCommands:\n${lines.join("")}\nOptions:\n  --version  Print the version, and which engine it behaves like\n\nRun 'bottleship COMMAND --help' for more.\n`;
}
