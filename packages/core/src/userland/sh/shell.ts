/**
 * The state of a shell: everything that a subshell gets its own copy of.
 *
 * Descriptors, the umask and signal dispositions are the kernel's; here is what only the shell knows. Behaviour lives in
 * the files beside; they take a `Shell` as their first argument.
 */
import { Errno, type Program, type Routine, write } from "../../abi/index.ts";
import { fromByteString, fromLatin1, ownFunction } from "../../lib/index.ts";
import type { Applet } from "../applet.ts";
import type { Node } from "./ast.ts";
import type { Builtin } from "./builtin.ts";
import { CommandHash } from "./command-hash.ts";
import { Leave, type LeaveReason, ShellError } from "./errors.ts";
import type { Input } from "./input.ts";
import { type Job, Jobs } from "./jobs.ts";
import type { OptionName, OptionSet } from "./options.ts";
import { Random } from "./random.ts";
import { Traps } from "./traps.ts";
import { Variables } from "./variables.ts";

/** What differs between builds of the shell. */
export interface ShellTraits {
  /** All messages name the line: `sh: line 0: nosuch: not found`. The recorded busybox does, Docker Hub's does not. */
  readonly lineInMessages: boolean;
  /** Applets are run without looking for them in PATH, by the shell and by each other. @see busybox: SH_STANDALONE */
  readonly standalone: boolean;
  /** An interactive shell greets with its name and version, as builds without SH_EXTRA_QUIET do. */
  readonly greets?: boolean;
  /**
   * Whose messages it prints, if not ash's: `sh: 1: nosuch: not found` is dash's, `bash: line 1: nosuch: command not
   * found` is bash's.
   */
  readonly messages?: "dash" | "bash";
  /** What runs in place of a command that there is not, instead of a message and 127. */
  readonly unknown?: Program;
}

/** Applets that the shell runs itself; for some of them it has only the name, and executes the program again. */
export type Applets = ReadonlyMap<string, Applet | undefined>;

/** How a command is evaluated: a union of the bits below. */
export type Flags = number;
/** It is the last thing that the process does: no need to fork. */
export const EXIT = 1;
/** Its status is looked at, so that `set -e` does not apply. */
export const TESTED = 2;

/** The parts of the shell that call each other in circles get at each other through this. */
export interface Engine {
  readonly traits: ShellTraits;
  /** The applets of the multi-call program that the shell belongs to, by the names that need no look-up in PATH. */
  readonly applets: Applets;
  readonly builtins: ReadonlyMap<string, Builtin>;
  /** The whole shell, as a program: what a script without `#!` is run by. */
  readonly program: Program;
  run(shell: Shell, node: Node, flags: Flags): Routine<number>;
  /** Runs a text as commands. */
  evaluate(shell: Shell, text: string, flags: Flags): Routine<number>;
  /** Makes a child that does `work` in a shell of its own, and gives its pid. */
  fork(shell: Shell, job: Job | undefined, how: ForkMode, work: Work): Routine<number>;
}

/** `plain`: like `foreground`, but without a process group of its own even under job control. */
export type ForkMode = "foreground" | "background" | "plain";

/** What a child does. The child ends when `start` returns, with the status of its shell. */
export interface Work {
  readonly start: (shell: Shell) => Routine<unknown>;
  /** The command, if it is one: `$(trap)` and `jobs` are special. */
  readonly node: Node | undefined;
  /** Parentheses were written: `(trap)` shows nothing of its parent's, unlike `$(trap)`. */
  readonly isSubshell?: true;
}

/** Commands that are being skipped: how `break`, `continue` and `return` get where they want. */
export type Skip = "break" | "continue" | "return" | "return-plain" | undefined;

export interface ShellFunction {
  readonly name: string;
  readonly body: Node;
  readonly line: number;
}

/** Where `getopts` is: the word, and the character in it. */
export interface GetoptsPlace {
  index: number;
  offset: number;
}

export class Shell {
  readonly engine: Engine;
  /** What echo and its like call themselves: `sh`, whatever the script is. */
  readonly name: string;
  /** `$0`. */
  zero = "sh";
  /** The built-in or script whose messages these are. */
  commandName: string | undefined;
  parameters: readonly string[] = [];
  getopts: GetoptsPlace = { index: 1, offset: -1 };
  options: OptionSet = new Set();
  readonly variables: Variables;
  readonly functions: Map<string, ShellFunction>;
  readonly aliases: Map<string, string>;
  readonly commands: CommandHash;
  readonly jobs: Jobs;
  readonly traps: Traps;
  readonly random: Random;
  /** `$?`. */
  status = 0;
  /** Of the last command substitution: what a command without words ends with. */
  substitutionStatus = 0;
  /** `$?` outside of the trap that runs, or the argument of `exit`. */
  savedStatus: number | undefined;
  skip: Skip;
  skipCount = 0;
  loopDepth = 0;
  functionName = "";
  /** 0 outside of functions. */
  functionLine = 0;
  /** Functions that are being run, one within another. */
  functionDepth = 0;
  /** `$LINENO`. */
  line = 0;
  /** The line that messages name. */
  errorLine = 0;
  /** Where a forked shell stands in what it does not read any more: at the start, unless that was standard input. */
  firstLine = 1;
  /** `$$`: that of the main shell, in subshells too. */
  readonly pid: number;
  /** 0 in the main shell, 1 in its subshells, … */
  readonly level: number;
  /** Lines that were typed, the oldest first. */
  history: string[] = [];
  /** `$!`; 0 if there was none. */
  lastBackground = 0;
  /** The current directory as the user got there, and without symbolic links if that is known. */
  directory = "";
  physicalDirectory: string | undefined;
  /** Scripts that are being read, the innermost last. */
  inputs: Input[] = [];
  /** Descriptors put aside by redirections, the innermost level last: the number they had, and have now. */
  redirections: Map<number, number | "closed">[] = [];
  /** Where `set -x` writes; redirections of a command do not move it. */
  traceFd = 2;
  isTracing = false;
  /** The `-c` argument was given: decides what SIGINT does. */
  hasCommandString = false;
  /** The terminal, under job control. */
  terminalFd: number | undefined;
  isJobControlled = false;
  /** The user was told of stopped jobs when the last command was `exit`. */
  warnedOfJobs = false;
  /** The process group that had the terminal before. */
  originalGroup = 0;
  /** The time, for variables that tell it. */
  nowUs = 0;
  /** What brk(2) was last told. */
  declaredBytes = 0;
  /** Bytes that command substitutions in progress hold. */
  heldBytes = 0;

  constructor(engine: Engine, identity: { readonly name: string; readonly pid: number }, parent?: Shell) {
    this.engine = engine;
    this.name = identity.name;
    this.pid = identity.pid;
    this.level = parent === undefined ? 0 : parent.level + 1;
    this.variables = new Variables(parent?.variables);
    this.functions = new Map(parent?.functions);
    this.aliases = new Map(parent?.aliases);
    this.commands = new CommandHash(parent?.commands);
    this.jobs = new Jobs();
    this.traps = new Traps(parent?.traps);
    this.random = new Random();
    this.variables.onChange = ownFunction((name, value) => this.#variableChanges(name, value));
    this.variables.onOptionsRestored = ownFunction((options) => this.setOptions(options));
  }

  /** A copy for a subshell. */
  copy(): Shell {
    const child = new Shell(this.engine, { name: this.name, pid: this.pid }, this);
    child.zero = this.zero;
    child.commandName = this.commandName;
    child.parameters = this.parameters;
    child.getopts = { ...this.getopts };
    child.setOptions(this.options);
    child.status = this.status;
    child.savedStatus = this.savedStatus;
    child.skip = this.skip;
    child.skipCount = this.skipCount;
    child.loopDepth = this.loopDepth;
    child.functionName = this.functionName;
    child.functionLine = this.functionLine;
    child.functionDepth = this.functionDepth;
    child.line = this.line;
    child.errorLine = this.errorLine;
    child.firstLine = this.firstLine;
    child.lastBackground = this.lastBackground;
    child.directory = this.directory;
    child.physicalDirectory = this.physicalDirectory;
    child.inputs = [...this.inputs];
    child.redirections = this.redirections.map((level) => new Map(level));
    child.terminalFd = this.terminalFd;
    child.history = [...this.history];
    child.traceFd = this.traceFd;
    child.isTracing = this.isTracing;
    child.hasCommandString = this.hasCommandString;
    return child;
  }

  has(option: OptionName): boolean {
    return this.options.has(option);
  }

  setOptions(options: OptionSet): void {
    this.options = options;
    this.variables.exportsAll = options.has("allexport");
  }

  setParameters(parameters: readonly string[]): void {
    this.parameters = parameters;
    this.getopts = { index: 1, offset: -1 };
  }

  get isMain(): boolean {
    return this.level === 0;
  }

  /** Prints `sh: cd: line 3: message`. */
  *warn(message: string): Routine<void> {
    const command = this.commandName !== undefined && this.commandName !== this.zero ? `${this.commandName}: ` : "";
    const isTyped = this.has("interactive") && (this.inputs[this.inputs.length - 1]?.fd ?? 0) === 0;
    const { messages } = this.engine.traits;
    if (messages !== undefined && !isTyped) {
      const place = messages === "dash" ? `${Math.max(1, this.errorLine)}` : `line ${Math.max(1, this.errorLine)}`;
      const text = messages === "bash" ? message.replace(/: not found$/, ": command not found") : message;
      yield* this.printError(`${this.zero}: ${place}: ${command}${text}\n`);
      return;
    }
    const namesLine = (this.commandName !== undefined || this.engine.traits.lineInMessages) && !isTyped;
    const line = namesLine ? `line ${this.errorLine}: ` : "";
    yield* this.printError(`${this.zero}: ${command}${line}${message}\n`);
  }

  /** `warn`, and out: the shell ends with status 2, unless somebody catches it. */
  *fail(message: string, status = 2): Routine<never> {
    this.status = status;
    yield* this.warn(message);
    throw new Leave("error");
  }

  /** `fail` for what is wrong with the shell's own command line: there are no lines yet. */
  *refuse(message: string): Routine<never> {
    this.status = 2;
    yield* this.printError(`${this.zero}: ${message}\n`);
    throw new Leave("error");
  }

  /** Runs `work`, which does no system calls, and prints the error that it throws. */
  *guard<T>(work: () => T): Routine<T> {
    try {
      return work();
    } catch (error) {
      if (error instanceof ShellError) return yield* this.fail(error.message, error.status);
      throw error;
    }
  }

  leave(reason: LeaveReason): never {
    throw new Leave(reason);
  }

  /** Writes a byte string to standard error; nobody is told if that fails. */
  *printError(text: string, fd = 2): Routine<void> {
    try {
      yield* write(fd, fromLatin1(text));
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
    }
  }

  #variableChanges(name: string, value: string | undefined): void {
    if (name === "PATH") this.commands.clear();
    else if (name === "OPTIND") {
      const index = value !== undefined && /^[0-9]+$/.test(value) ? Number(value) : 1;
      this.getopts = { index: index === 0 ? 1 : index, offset: -1 };
    } else if (name === "RANDOM" && value !== undefined) this.random.assign(value);
  }
}

/** A byte string as the system calls want it. */
export const toText = fromByteString;
