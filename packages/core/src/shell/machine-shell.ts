/**
 * A shell on the machine itself, for somebody at a terminal or for a script: `sh` as a process like any other, with a
 * `docker` that has its commands carried out by the engine.
 *
 * Whoever opens it is the terminal emulator: it passes keys in and shows what comes out.
 *
 *     const shell = new MachineShell(engine, { terminal: { rows: 24, columns: 80 }, onOutput: (_, bytes) => show(bytes) });
 *     shell.write("docker run busybox echo hello\r");
 *     const exitCode = await shell.ended;
 */

import {
  chdir,
  close,
  dup3,
  type Env,
  Errno,
  execve,
  exitCode,
  ioctl,
  O_NOCTTY,
  O_RDWR,
  open as openCall,
  type Routine,
  type WindowSize,
} from "../abi/index.ts";
import { Console, type Engine, StdinFeed } from "../engine/index.ts";
import { type Kernel, outputDrain, outputPipe, type Process } from "../kernel/index.ts";
import { encode } from "../lib/index.ts";
import { UNLIMITED } from "../sim/index.ts";
import { attempt } from "../userland/index.ts";
import { type OpenFile, open } from "../vfs/index.ts";
import type { ClientCount } from "./client-count.ts";
import { installUserSpace, LOGIN_ENV } from "./user-space.ts";

/** How a shell is opened. */
export interface ShellOptions {
  /** There is a terminal, of that size: the shell prompts. Without it the shell reads a script. */
  readonly terminal?: WindowSize;
  /** Commands to run, instead of those that are written to the shell. */
  readonly commands?: string;
  /** Where it starts; by default in the home directory. */
  readonly cwd?: string;
  /** Besides a login's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** A terminal shows everything as "stdout". */
  readonly onOutput: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
}

/** One shell, from its opening to the end of its process. */
export class MachineShell {
  /** The exit code, when the shell has ended. */
  readonly ended: Promise<number>;
  readonly #engine: Engine;
  readonly #clients: ClientCount;
  readonly #process: Process;
  readonly #input: StdinFeed;
  readonly #console: Console | undefined;
  #exitCode: number | undefined;

  constructor(engine: Engine, options: ShellOptions) {
    this.#engine = engine;
    this.#clients = installUserSpace(engine);
    const { kernel } = engine;
    const { terminal, onOutput } = options;
    if (terminal === undefined) {
      const [input, feed] = kernel.pipes.pipe(0, 0, 0);
      const sink = (stream: "stdout" | "stderr"): OpenFile =>
        outputPipe(kernel, (bytes) => onOutput(stream, bytes), { keepsLines: false });
      this.#input = new StdinFeed(feed);
      this.#process = start(kernel, options, "", [input, sink("stdout"), sink("stderr")]);
    } else {
      const master = open(kernel.init, "/dev/ptmx", O_RDWR | O_NOCTTY, 0);
      this.#console = new Console(
        master,
        outputDrain(kernel, (bytes) => onOutput("stdout", bytes), { keepsLines: false, isTerminal: true }),
      );
      this.#console.resize(terminal);
      this.#input = new StdinFeed(master.retain());
      this.#process = start(kernel, options, `/dev/pts/${master.ops.ioctl("TIOCGPTN", 0)}`, []);
    }
    this.#process.watcher = {
      processEnded: (status) => {
        this.#exitCode = exitCode(status);
      },
    };
    this.ended = this.#live();
  }

  /** Types, or writes to the script that the shell reads. */
  write(input: string | Uint8Array): void {
    this.#input.write(typeof input === "string" ? encode(input) : input);
    this.#engine.world.wake();
  }

  /** The end of the script. At a terminal that is ^D. */
  end(): void {
    if (this.#console === undefined) this.#input.end();
    else this.write("\x04");
    this.#engine.world.wake();
  }

  resize(size: WindowSize): void {
    this.#console?.resize(size);
    this.#engine.world.wake();
  }

  /** Hangs up: the shell and what it started at its terminal are told by SIGHUP. */
  close(): void {
    this.#input.end();
    this.#console?.close();
    this.#engine.world.wake();
  }

  /** While a docker client waits for the engine, that makes the world go on; otherwise the shell does. */
  async #live(): Promise<number> {
    const { world } = this.#engine;
    const isOver = (): boolean => this.#exitCode !== undefined;
    const what = "the shell to end";
    while (this.#exitCode === undefined) {
      if (world.policy === "real") await world.until(isOver, { ...PATIENT, what });
      else if (this.#clients.isZero) await world.until(() => isOver() || !this.#clients.isZero, { ...PATIENT, what });
      else await world.until(() => isOver() || this.#clients.isZero, { follows: true, what });
    }
    return this.#exitCode;
  }
}

const PATIENT = { ...UNLIMITED, isPatient: true };

function start(kernel: Kernel, options: ShellOptions, terminal: string, files: readonly OpenFile[]): Process {
  const argv = options.commands === undefined ? ["-sh"] : ["sh", "-c", options.commands];
  const env = new Map([...LOGIN_ENV, ...Object.entries(options.env ?? {})]);
  const cwd = options.cwd ?? env.get("HOME") ?? "/";
  return kernel.start(() => login(argv, env, { terminal, cwd }), { argv, env, files });
}

/** What a login does before the shell: the terminal, the directory. */
function* login(
  argv: readonly string[],
  env: Env,
  { terminal, cwd }: { readonly terminal: string; readonly cwd: string },
): Routine<number> {
  if (terminal !== "") {
    const fd = yield* openCall(terminal, O_RDWR);
    for (const standard of [0, 1, 2]) if (fd !== standard) yield* dup3(fd, standard, 0);
    if (fd > 2) yield* close(fd);
    yield* attempt(ioctl(0, "TIOCSCTTY", 0));
  }
  yield* attempt(chdir(cwd));
  const failure = yield* attempt(execve("/bin/sh", argv, env));
  return failure instanceof Errno ? 127 : 0;
}
