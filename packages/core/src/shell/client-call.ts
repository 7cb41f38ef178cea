/**
 * One command of the docker client in progress, between the process on the machine and the engine outside of it.
 *
 * The engine works in promises, the process in system calls: what one has for the other waits here, and a pipe that the
 * process polls is the door bell.
 */
import { SIGINT, type Signal } from "../abi/index.ts";
import type { CommandOptions, Container, Engine, TerminalInput } from "../engine/index.ts";
import { encode, StatusError } from "../lib/index.ts";
import type { OpenFile } from "../vfs/index.ts";
import type { ClientCount } from "./client-count.ts";
import { KeyQueue } from "./key-queue.ts";

/** What the process has to do, in this order: `raw` is that of its terminal, `ask` to read a line for a question. */
export type Errand =
  | { readonly kind: "write"; readonly fd: 1 | 2; readonly bytes: Uint8Array }
  | { readonly kind: "raw" }
  | { readonly kind: "ask"; readonly answer: (line: string) => void };

/** Interrupts after which a client gives up waiting. @see docker/cli cmd/docker/docker.go: forceExitAfter3TerminationSignals */
const PATIENCE = 3;
const RING = Uint8Array.of(0);

export class ClientCall {
  readonly keys = new KeyQueue<TerminalInput>();
  /** Set when the command has ended and its last errand is there. */
  exitCode: number | undefined;
  readonly #engine: Engine;
  readonly #bell: OpenFile;
  readonly #clients: ClientCount;
  readonly #controller = new AbortController();
  #errands: Errand[] = [];
  #attached: Container | undefined;
  #interrupts = 0;
  #isRaw = false;

  constructor(engine: Engine, bell: OpenFile, clients: ClientCount) {
    this.#engine = engine;
    this.#bell = bell;
    this.#clients = clients;
  }

  /** Whether what is typed is for a program in a container. */
  get isRaw(): boolean {
    return this.#isRaw;
  }

  /** What has to be done by now. */
  take(): readonly Errand[] {
    const errands = this.#errands;
    this.#errands = [];
    return errands;
  }

  /** Starts the command, when the process has come to rest: the engine is no part of a process. */
  start(words: readonly string[], options: CommandOptions): void {
    this.#clients.change(1);
    void Promise.resolve()
      .then(() => this.#run(words, options))
      .then((exitCode) => this.#end(exitCode));
  }

  async #run(words: readonly string[], { terminal, ...options }: CommandOptions): Promise<number> {
    const typed = terminal && { ...terminal, input: this.keys, onUsed: () => this.#useKeys() };
    const { signal } = this.#controller;
    const gone = new Promise<number>((resolve) => {
      signal.addEventListener("abort", () => resolve(Number(signal.reason)), { once: true });
    });
    const work = async (): Promise<number> => {
      const { exitCode } = await this.#engine.docker(words, {
        ...options,
        ...(typed && { terminal: typed }),
        signal,
        onAttached: (container) => {
          this.#attached = container;
        },
        onOutput: (stream, _, bytes) => this.#post({ kind: "write", fd: stream === "stdout" ? 1 : 2, bytes }),
        answer: () => this.#ask(),
      });
      return exitCode;
    };
    return Promise.race([gone, work()]);
  }

  /** The process was sent a signal that would end it: what is attached to a container passes it on. */
  interrupt(signal: Signal): void {
    this.#interrupts++;
    const container = this.#attached;
    if (this.#interrupts >= PATIENCE) {
      this.#say(`\ngot ${PATIENCE} SIGTERM/SIGINTs, forcefully exiting\n`);
      this.leave(1);
    } else if (container?.isRunning !== true || container.config.Tty === true) this.leave(128 + signal);
    else void this.#engine.containers.kill(container, signal).catch(ignoreStatus);
  }

  /** The process is gone, or leaves before its command is over. */
  leave(exitCode: number = 128 + SIGINT): void {
    this.#controller.abort(exitCode);
    this.keys.end();
  }

  #useKeys(): void {
    this.#isRaw = true;
    this.#post({ kind: "raw" });
  }

  /** Meanwhile it is the process that makes the world go on. */
  async #ask(): Promise<string> {
    this.#clients.change(-1);
    const line = await new Promise<string>((answer) => this.#post({ kind: "ask", answer }));
    this.#clients.change(1);
    return line;
  }

  #say(text: string): void {
    this.#post({ kind: "write", fd: 2, bytes: encode(text) });
  }

  #post(errand: Errand): void {
    this.#errands.push(errand);
    this.#ring();
  }

  #end(exitCode: number): void {
    this.exitCode = exitCode;
    this.keys.end();
    this.#ring();
    this.#clients.change(-1);
    this.#engine.world.wake();
  }

  #ring(): void {
    if (this.#errands.length > 1 && this.exitCode === undefined) return;
    this.#bell.write(RING);
    this.#engine.world.wake();
  }
}

/** A container that has ended meanwhile needs no signal. */
function ignoreStatus(error: unknown): void {
  if (!(error instanceof StatusError)) throw error;
}
