/**
 * The shell as a program: its command line, its start files, its command loop.
 *
 * @see sh(1p)
 */
import {
  Errno,
  getpid,
  getppid,
  type Program,
  type Routine,
  SIGCHLD,
  SIGHUP,
  SIGINT,
  SIGQUIT,
  SIGTERM,
  sigaction,
  stat,
  uname,
  write,
} from "../../abi/index.ts";
import { basename, byteString, encode, fromByteString } from "../../lib/index.ts";
import { usageText } from "../getopt.ts";
import { attempt, isatty, Output } from "../io.ts";
import { FULL_VERSION } from "../version.ts";
import { currentDirectory } from "./builtins/cd.ts";
import { Leave } from "./errors.ts";
import { catchLeave, finish, reset } from "./exit.ts";
import { Input } from "./input.ts";
import { updateJobControl } from "./job-control.ts";
import { withOption } from "./options.ts";
import { unwindRedirections } from "./redirect.ts";
import { evaluate, openScript, runFile, runLines } from "./script.ts";
import { applyOptions, type Startup } from "./set-options.ts";
import { type Engine, EXIT, Shell } from "./shell.ts";
import { setSignal } from "./signals.ts";
import { expandPrompt } from "./trace.ts";

/** What the shell reads: the text after `-c`, a script, or standard input. */
interface Source {
  readonly commands: string | undefined;
  readonly input: Input | undefined;
  readonly isLogin: boolean;
}

/** `sh`, as the engine makes it. */
export function makeProgram(engine: Engine): Program {
  return function* sh(argv, env) {
    const called = argv[0] ?? "sh";
    const name = basename(called).replace(/^-/, "");
    const shell = new Shell(engine, { name, pid: yield* getpid() });
    shell.zero = byteString(called);
    // What every applet does with this argument, whatever it is itself.
    if (argv[1] === "--help") return yield* help(name);
    yield* initialise(shell, env);
    const reason = yield* catchLeave(runShell(shell, argv.map(byteString)));
    const code = yield* finish(shell, reason);
    // After `-c`, when what stdio has buffered goes out.
    if (shell.hasCommandString) yield* greet(shell);
    return code;
  };
}

function* help(name: string): Routine<number> {
  const out = new Output(1, { buffered: true });
  yield* out.write(usageText(name));
  yield* out.flush();
  return 0;
}

function* runShell(shell: Shell, argv: readonly string[]): Routine<void> {
  const source = yield* readCommandLine(shell, argv);
  if (source.isLogin) {
    yield* readStartFile(shell, "/etc/profile");
    if (shell.variables.get("HOME") !== undefined) yield* readStartFile(shell, "$HOME/.profile");
  }
  const startFile = shell.variables.get("ENV") ?? "";
  if (shell.has("interactive") && startFile !== "") yield* readStartFile(shell, startFile);
  if (source.commands !== undefined) {
    shell.line = 0;
    yield* evaluate(shell, source.commands, EXIT);
  }
  yield* greet(shell);
  if (source.input === undefined) return;
  shell.inputs.push(source.input);
  while (!(yield* runTop(shell, source.input)));
}

const GREETING = `\n\n${FULL_VERSION} built-in shell (ash)\nEnter 'help' for a list of built-in commands.\n\n`;

function* greet(shell: Shell): Routine<void> {
  if (shell.has("interactive") && shell.engine.traits.greets === true) yield* attempt(write(1, encode(GREETING)));
}

/** The command loop. Returns false if an interactive shell has to go on after an error. */
function* runTop(shell: Shell, input: Input): Routine<boolean> {
  try {
    yield* runLines(shell, input, { flags: 0, isTop: true });
    if (shell.has("interactive")) yield* shell.printError("\n");
    return true;
  } catch (error) {
    if (!(error instanceof Leave)) throw error;
    const isOver = error.reason === "exit" || error.reason === "end" || !shell.has("interactive");
    if (isOver || !shell.isMain) throw error;
    reset(shell, error.reason);
    yield* unwindRedirections(shell, 0);
    shell.variables.popScopes(0);
    shell.inputs.length = 1;
    input.position = input.text.length;
    if (error.reason === "interrupt") yield* shell.printError("\n");
    return false;
  }
}

/** Variables that the shell knows, the environment, and where it is. */
function* initialise(shell: Shell, env: ReadonlyMap<string, string>): Routine<void> {
  const { variables } = shell;
  yield* setSignal(shell, SIGCHLD);
  for (const [name, value] of INITIAL) variables.fix(name, value);
  variables.importEnvironment(env);
  if (!env.has("PATH")) variables.flag("PATH", { exported: true });
  variables.assign("IFS", " \t\n");
  variables.assign("OPTIND", "1");
  variables.assign("PPID", String(yield* getppid()));
  const level = Number.parseInt(variables.get("SHLVL") ?? "0", 10) || 0;
  variables.assign("SHLVL", String(level + 1), { exported: true });
  if (variables.get("HOSTNAME") === undefined) variables.assign("HOSTNAME", byteString((yield* uname()).nodename));
  const given = variables.get("PWD");
  const known = given?.startsWith("/") === true && (yield* isHere(given)) ? given : undefined;
  shell.directory = known ?? (yield* currentDirectory());
  variables.assign("PWD", shell.directory, { exported: true });
}

/** In the order of ash's table, the last of a chain first. */
const INITIAL: readonly (readonly [string, string | undefined])[] = [
  ["FUNCNAME", ""],
  ["LINENO", ""],
  ["OPTIND", "1"],
  ["PS4", "+ "],
  ["PS2", "> "],
  ["PS1", "\\w \\$ "],
  ["PATH", "/sbin:/usr/sbin:/bin:/usr/bin"],
  ["IFS", " \t\n"],
];

function* isHere(path: string): Routine<boolean> {
  const there = yield* attempt(stat(fromByteString(path)));
  const here = yield* attempt(stat("."));
  if (there instanceof Errno || here instanceof Errno) return false;
  return there.dev === here.dev && there.ino === here.ino;
}

/** Options, then what to run, then `$0` and the parameters. */
function* readCommandLine(shell: Shell, argv: readonly string[]): Routine<Source> {
  const startup: Startup = {
    commands: false,
    login: argv[0]?.startsWith("-") === true,
    monitorGiven: false,
    interactiveGiven: false,
  };
  const out = new Output(1, { buffered: true });
  const operands = yield* applyOptions(shell, argv.slice(1), out, startup);
  yield* out.flush();
  if (operands === undefined) return shell.leave("error");
  const rest = [...operands];
  if (rest.length === 0) {
    if (startup.commands) yield* shell.refuse("-c requires an argument");
    shell.setOptions(withOption(shell.options, "stdin", true));
  }
  yield* decideInteractive(shell, startup);
  let commands: string | undefined;
  let input: Input | undefined;
  if (startup.commands) {
    commands = rest.shift() ?? "";
    shell.hasCommandString = true;
    if (rest.length > 0) nameAfter(shell, rest.shift() ?? "");
  } else if (!shell.has("stdin")) {
    const script = rest.shift() ?? "";
    input = yield* openScript(shell, script);
    nameAfter(shell, script);
  }
  shell.setParameters(rest);
  if (shell.has("stdin") || (commands === undefined && input === undefined)) input ??= Input.ofFile(0);
  if (shell.has("interactive")) yield* sigaction(SIGHUP, "default");
  for (const signal of [SIGINT, SIGQUIT, SIGTERM]) yield* setSignal(shell, signal);
  yield* updateJobControl(shell);
  return { commands, input, isLogin: startup.login };
}

/** A shell that reads a terminal and writes to one is interactive, unless told otherwise. */
function* decideInteractive(shell: Shell, startup: Startup): Routine<void> {
  if (!startup.interactiveGiven && shell.has("stdin") && !startup.commands) {
    if ((yield* isatty(0)) && (yield* isatty(1))) {
      shell.setOptions(withOption(shell.options, "interactive", true));
    }
  }
  if (!startup.monitorGiven) {
    shell.setOptions(withOption(shell.options, "monitor", shell.has("interactive")));
  }
}

/** `$0`, by which messages call the script too. */
function nameAfter(shell: Shell, name: string): void {
  shell.zero = name;
  shell.commandName = name;
}

/** /etc/profile and its like: read if they are there. */
function* readStartFile(shell: Shell, name: string): Routine<void> {
  const path = yield* expandPrompt(shell, name);
  if ((yield* attempt(stat(fromByteString(path)))) instanceof Errno) return;
  const { commandName } = shell;
  yield* runFile(shell, path);
  // What is typed later is no part of the file.
  shell.commandName = commandName;
}
