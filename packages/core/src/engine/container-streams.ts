/**
 * A container's standard streams: what is attached writes to its input or its terminal, its output goes to its log.
 *
 * @see moby container/stream/streams.go, daemon/attach.go
 */
import type { WindowSize } from "../abi/index.ts";
import type { Kernel } from "../kernel/index.ts";
import { StatusError } from "../lib/index.ts";
import type { Stdio } from "../runtime/index.ts";
import { DeferredFile, type FileSource, type OpenFile } from "../vfs/index.ts";
import { Console } from "./console.ts";
import type { Container } from "./container.ts";
import type { Stream } from "./logs.ts";
import { openNull } from "./null-device.ts";
import { StdinFeed } from "./stdin-feed.ts";

/** The streams of a container without a terminal: no input, and a log. Most containers live without using them. */
class LaterStreams implements FileSource {
  readonly #kernel: Kernel;
  readonly #container: Container;

  constructor(kernel: Kernel, container: Container) {
    this.#kernel = kernel;
    this.#container = container;
  }

  open(fd: number): OpenFile {
    const process = this.#container.oci?.process;
    if (fd === 0) return openNull(this.#kernel, process);
    const stream: Stream = fd === 1 ? "stdout" : "stderr";
    return this.#kernel.pipes.sink(process?.creds.uid ?? 0, 0, (bytes) =>
      this.#container.logs.append({ stream, timeUs: this.#kernel.nowUs, bytes }),
    );
  }
}

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
    const streams = new LaterStreams(this.#kernel, container);
    // A terminal takes the place of all three.
    const hasPipe = container.config.OpenStdin === true && container.config.Tty !== true;
    const stdin = hasPipe ? this.#stdinPipe(container) : new DeferredFile(streams, 0);
    return [stdin, new DeferredFile(streams, 1), new DeferredFile(streams, 2)];
  }

  /** What a terminal shows is standard output, and what whoever is attached types goes into it. */
  openConsole(container: Container, master: OpenFile): void {
    const show = (bytes: Uint8Array): void =>
      container.logs.append({ stream: "stdout", timeUs: this.#kernel.nowUs, bytes });
    this.#consoles.set(container.id, new Console(master, show));
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
  #stdinPipe(container: Container): OpenFile {
    const [read, write] = this.#kernel.pipes.pipe(0, 0, 0);
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
