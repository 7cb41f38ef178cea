/**
 * `asyncProgram`: asynchronous JavaScript as a program.
 *
 * A promise cannot be stepped or stopped; the adapter makes it behave as if it could. What the code asks of the system
 * is put into a mailbox, and the process makes those calls, one at a time. While the mailbox is empty and the code has
 * not ended, its turn is not over: the process is busy (`hold`), no other process runs and no time passes. After SIGKILL
 * the mailbox is not read any more: the code's promises never settle.
 *
 *     engine.programs.register("worker", asyncProgram(async (p) => {
 *       for (let n = 0; n < 3; n++) {
 *         await p.print(`working: ${n}\n`);
 *         await p.sleep("1s");
 *       }
 *     }));
 */
import {
  type Call,
  clock_gettime,
  close,
  type Env,
  Errno,
  exit,
  exitCode,
  getpid,
  hold,
  kill,
  nanosleep,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  open,
  type Program,
  type Routine,
  read,
  type SignalName,
  sigaction,
  signalNumber,
} from "../abi/index.ts";
import { assert, decode, encode, StatusError } from "../lib/index.ts";
import { attempt, execOrDie, fork, Io, readFile, waitFor, writeAll } from "../userland/index.ts";
import { endOf } from "./define.ts";
import { type Duration, durationUs } from "./duration.ts";

/** System calls, or a routine of several: anything that can be `yield*`-ed. */
export type Work<T> = Iterable<Call, T, unknown>;

/** The process that asynchronous code runs in, as the code sees it. Every method is a system call or a few. */
export class AsyncProcess {
  readonly argv: readonly string[];
  readonly env: Env;
  readonly #mailbox: Mailbox;

  constructor(argv: readonly string[], env: Env, mailbox: Mailbox) {
    this.argv = argv;
    this.env = env;
    this.#mailbox = mailbox;
  }

  /** Makes a system call, or runs a routine: `await p.call(stat("/etc/passwd"))`. Rejects with the call's `Errno`. */
  call<T>(work: Work<T>): Promise<T> {
    return this.#mailbox.post(work);
  }

  /** At most `count` bytes; none at the end. */
  read(fd: number, count = 65_536): Promise<Uint8Array> {
    return this.call(read(fd, count));
  }

  /** All of `data`. */
  write(fd: number, data: string | Uint8Array): Promise<void> {
    return this.call(writeAll(fd, typeof data === "string" ? encode(data) : data));
  }

  /** To standard output; the newline is the caller's. */
  print(text: string): Promise<void> {
    return this.write(1, text);
  }

  /** To standard error. */
  printError(text: string): Promise<void> {
    return this.write(2, text);
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.call(readFile(path));
  }

  async readText(path: string): Promise<string> {
    return decode(await this.readFile(path));
  }

  /** Makes the file, or replaces what is in it. */
  writeFile(path: string, data: string | Uint8Array): Promise<void> {
    return this.call(writeFile(path, typeof data === "string" ? encode(data) : data));
  }

  /** Runs a command, found in PATH, to its end: its exit code, or 128 + the signal. */
  exec(argv: readonly string[], env: Env = this.env): Promise<number> {
    return this.call(runCommand(argv, env));
  }

  /** Sleeps in virtual time. A signal that is handled ends the sleep. */
  sleep(duration: Duration): Promise<void> {
    return this.call(sleep(durationUs(duration)));
  }

  /** Wall time in microseconds since 1970. */
  now(): Promise<number> {
    return this.call(clock_gettime());
  }

  pid(): Promise<number> {
    return this.call(getpid());
  }

  kill(pid: number, signal: SignalName): Promise<void> {
    return this.call(kill(pid, numberOf(signal)));
  }

  /** Calls `listener` when the signal comes, instead of what the signal does by default. */
  async on(signal: SignalName, listener: () => void): Promise<void> {
    const handler = function* (): Routine<void> {
      listener();
    };
    await this.call(sigaction(numberOf(signal), handler));
  }

  /** Ends the process. Nothing comes back. */
  exit(code: number): Promise<never> {
    return this.call(exit(code));
  }

  /**
   * Awaits something that is not of this world: a request over a real network, a timer of the host. The clock stands
   * still meanwhile, and what happens next is no longer determined by the seed.
   */
  async outside<T>(promise: Promise<T>): Promise<T> {
    await this.call(waitOutside(promise));
    return promise;
  }
}

/** A program whose main function is asynchronous. It returns the exit code; nothing is 0. */
export function asyncProgram(main: (p: AsyncProcess) => Promise<number | undefined>): Program {
  return function* (argv, env) {
    try {
      return (yield* new AsyncRunner(argv, env).run(main)) ?? 0;
    } catch (error) {
      return yield* endOf(error, argv[0] ?? "", argv, env);
    }
  };
}

/** Runs asynchronous functions from within a program, one after the other, for one `AsyncProcess`. */
export class AsyncRunner {
  readonly process: AsyncProcess;
  readonly #mailbox = new Mailbox();

  constructor(argv: readonly string[], env: Env) {
    this.process = new AsyncProcess(argv, env, this.#mailbox);
  }

  /** Runs a function to its end. @throws what it rejects with */
  *run<T>(start: (p: AsyncProcess) => T | Promise<T>): Routine<T> {
    const ending = new Ending<T>(this.#mailbox);
    ending.follow((async () => await start(this.process))());
    for (;;) {
      const letter = this.#mailbox.take();
      if (letter !== undefined) yield* answer(letter);
      else if (ending.isPending) yield* busy(this.#mailbox);
      else return ending.value();
    }
  }

  /** Whether a promise settles without any system call being asked for. */
  *settlesAtOnce(promise: Promise<unknown>): Routine<boolean> {
    const ending = new Ending(this.#mailbox);
    ending.follow(promise);
    while (ending.isPending && this.#mailbox.isEmpty) yield* busy(this.#mailbox);
    return !ending.isPending;
  }
}

/** What has become of a promise, for code that cannot await it. */
class Ending<T> {
  readonly #mailbox: Mailbox;
  #outcome: { readonly value: T } | { readonly error: unknown } | undefined;

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox;
  }

  follow(promise: Promise<T>): void {
    const settle = (outcome: { readonly value: T } | { readonly error: unknown }): void => {
      this.#outcome = outcome;
      this.#mailbox.ring();
    };
    promise.then(
      (value) => settle({ value }),
      (error: unknown) => settle({ error }),
    );
  }

  get isPending(): boolean {
    return this.#outcome === undefined;
  }

  value(): T {
    assert(this.#outcome !== undefined, "the promise has settled");
    if ("error" in this.#outcome) throw this.#outcome.error;
    return this.#outcome.value;
  }
}

interface Letter {
  readonly work: Work<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** What the code asks for, in order. */
class Mailbox {
  readonly #letters: Letter[] = [];
  #bell: (() => void) | undefined;

  post<T>(work: Work<T>): Promise<T> {
    return new Promise<unknown>((resolve, reject) => {
      this.#letters.push({ work, resolve, reject });
      this.ring();
    }) as Promise<T>;
  }

  get isEmpty(): boolean {
    return this.#letters.length === 0;
  }

  take(): Letter | undefined {
    return this.#letters.shift();
  }

  /** Settles at the next letter, or when the code has ended. */
  rung(): Promise<void> {
    return new Promise((resolve) => {
      this.#bell = resolve;
    });
  }

  ring(): void {
    this.#bell?.();
  }
}

function* answer({ work, resolve, reject }: Letter): Routine<void> {
  try {
    resolve(yield* work);
  } catch (error) {
    reject(error);
  }
}

/** Lets the code run until it asks for something or ends. */
function* busy(mailbox: Mailbox): Routine<void> {
  const result = yield* hold(mailbox.rung(), { outside: false }).attempt();
  if (!(result instanceof Errno) || result.code === "EINTR") return;
  throw new StatusError(
    "failed-precondition",
    "the program awaits a promise that no system call settles; if it comes from outside, say p.outside(promise)",
  );
}

function* waitOutside(promise: Promise<unknown>): Routine<void> {
  while ((yield* hold(promise, { outside: true }).attempt()) instanceof Errno);
}

function* writeFile(path: string, data: Uint8Array): Routine<void> {
  const fd = yield* open(path, O_WRONLY | O_CREAT | O_TRUNC);
  try {
    yield* writeAll(fd, data);
  } finally {
    yield* close(fd);
  }
}

function* runCommand(argv: readonly string[], env: Env): Routine<number> {
  const io = new Io(argv[0] ?? "", argv, env);
  const pid = yield* fork(io, () => execOrDie(io, argv, env));
  return exitCode(yield* waitFor(pid));
}

function* sleep(us: number): Routine<void> {
  const result = yield* attempt(nanosleep(us));
  if (result instanceof Errno && result.code !== "EINTR") throw result;
}

function numberOf(signal: SignalName): number {
  const number = signalNumber(signal);
  if (number === undefined) throw new StatusError("invalid-argument", `no such signal: ${signal}`);
  return number;
}
