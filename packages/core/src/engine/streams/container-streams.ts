/**
 * A container's standard streams: what is attached writes to its input or its terminal, its output goes to its log.
 *
 * @see moby container/stream/streams.go, daemon/attach.go
 */
import type { WindowSize } from "../../abi/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Stdio } from "../../runtime/index.ts";
import type { OpenFile } from "../../vfs/index.ts";
import type { Container } from "../container/container.ts";
import { Console } from "./console.ts";
import { deferredStreams, logDrain, type StreamsKind } from "./deferred-streams.ts";
import { StdinFeed } from "./stdin-feed.ts";

const OF_CONTAINER: StreamsKind<Container> = {
  process: ({ oci }) => oci?.process,
  output: ({ logs }) => logs,
  // A driver that keeps nothing need not look for lines.
  keepsLines: ({ hostConfig }) => hostConfig.LogConfig?.Type !== "none",
};

export class ContainerStreams {
  readonly #kernel: Kernel;
  readonly #stdin = new Map<string, StdinFeed>();
  readonly #consoles = new Map<string, Console>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Writes to the standard input of a container that has it open; until it runs, that waits. */
  feed(container: Container, bytes: Uint8Array): void {
    this.#feedOf(container)?.write(bytes);
  }

  /** No more input comes. A terminal stays open: whoever types ends input with ^D. */
  closeStdin(container: Container): void {
    if (container.config.Tty !== true) this.#feedOf(container)?.end();
  }

  /** Tells a terminal its size. @throws StatusError conflict if the container does not run */
  resize(container: Container, size: WindowSize): void {
    if (!container.isRunning) throw new StatusError("conflict", `container ${container.id} is not running`);
    this.#consoles.get(container.id)?.resize(size);
  }

  /** Descriptors 0 to 2 of its first process, which are opened when they are used. */
  stdio(container: Container): Stdio {
    const { config, user: { uid } = { uid: 0 } } = container;
    // A terminal takes the place of all three.
    const hasPipe = config.OpenStdin === true && config.Tty !== true;
    const input = hasPipe ? this.#stdinPipe(container, uid) : undefined;
    return deferredStreams(this.#kernel, { owner: container, kind: OF_CONTAINER, uid, input });
  }

  /** What a terminal shows is standard output, and what whoever is attached types goes into it. */
  openConsole(container: Container, master: OpenFile): void {
    const options = { stream: "stdout", keepsLines: OF_CONTAINER.keepsLines(container), isTerminal: true } as const;
    this.#consoles.set(container.id, new Console(master, logDrain(this.#kernel, container.logs, options)));
    this.#feedOf(container)?.connect(master.retain());
  }

  /** The container does not run any more. */
  close({ id }: Container): void {
    this.#stdin.get(id)?.end();
    this.#stdin.delete(id);
    this.#consoles.get(id)?.close();
    this.#consoles.delete(id);
  }

  /** What whoever is attached writes to. */
  #stdinPipe(container: Container, uid: number): OpenFile {
    const [read, write] = this.#kernel.pipes.pipe(uid, 0, 0);
    this.#feedOf(container)?.connect(write);
    return read;
  }

  #feedOf({ id, config, state }: Container): StdinFeed | undefined {
    if (config.OpenStdin !== true || state === "removing" || state === "dead") return undefined;
    const feed = this.#stdin.get(id) ?? new StdinFeed();
    this.#stdin.set(id, feed);
    return feed;
  }
}
