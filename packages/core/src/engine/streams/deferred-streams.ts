/**
 * Standard streams of a process without a terminal: they are opened when they are used, and most never are.
 *
 * @see runc libcontainer/init_linux.go fixStdioPermissions
 */
import type { Drain } from "../../fs/index.ts";
import { type FdTable, type Kernel, outputDrain, type Process } from "../../kernel/index.ts";
import type { Stdio } from "../../runtime/index.ts";
import type { FileSource, OpenFile } from "../../vfs/index.ts";
import type { Stream } from "../log/log-entry.ts";
import type { LogBuffer } from "../log/logs.ts";
import { openNull } from "./null-device.ts";

/** Where the streams of containers lead, or those of execs: one object for all of them. */
export interface StreamsKind<T> {
  /** The process, when it is there. */
  readonly process: (owner: T) => Process | undefined;
  readonly output: (owner: T) => LogBuffer;
  /** Each line of the output is a record of its own. */
  readonly keepsLines: (owner: T) => boolean;
}

export interface LogDrainOptions {
  readonly stream: Stream;
  /** As of `StreamsKind`. */
  readonly keepsLines: boolean;
  readonly isTerminal?: boolean;
}

/** What is written, on its way to a log. */
export function logDrain(kernel: Kernel, output: LogBuffer, { stream, ...options }: LogDrainOptions): Drain {
  const { disk } = kernel.world.allotments;
  const take = (bytes: Uint8Array): void => output.append({ stream, timeUs: kernel.nowUs, bytes }, disk);
  return outputDrain(kernel, take, { ...options, backlog: () => output.backlog });
}

export interface StreamsOptions<T> {
  readonly owner: T;
  readonly kind: StreamsKind<T>;
  /** As whom the process begins: the streams are that user's, whoever it becomes. */
  readonly uid: number;
  /** Without it nothing comes in. */
  readonly input: OpenFile | undefined;
}

/** Descriptors 0 to 2. What is written goes to the owner's output. */
export function deferredStreams<T>(kernel: Kernel, { owner, kind, uid, input }: StreamsOptions<T>): Stdio {
  const streams = new DeferredStreams(kernel, owner, kind, uid);
  return input === undefined ? streams : new FedStreams(streams, input);
}

/** One for each container that stays, so that nothing is made for it before it is used. */
class DeferredStreams<T> implements Stdio, FileSource {
  readonly #kernel: Kernel;
  readonly #owner: T;
  readonly #kind: StreamsKind<T>;
  readonly #uid: number;

  constructor(kernel: Kernel, owner: T, kind: StreamsKind<T>, uid: number) {
    this.#kernel = kernel;
    this.#owner = owner;
    this.#kind = kind;
    this.#uid = uid;
  }

  giveTo(files: FdTable): void {
    files.begin(this);
  }

  open(fd: number): OpenFile {
    const { process, output, keepsLines } = this.#kind;
    if (fd === 0) return openNull(this.#kernel, process(this.#owner));
    const stream: Stream = fd === 1 ? "stdout" : "stderr";
    const options = { stream, keepsLines: keepsLines(this.#owner) };
    return this.#kernel.pipes.sink(this.#uid, 0, logDrain(this.#kernel, output(this.#owner), options));
  }
}

/** The same with a standard input that is open from the beginning. */
class FedStreams implements Stdio {
  readonly #streams: Stdio;
  readonly #input: OpenFile;

  constructor(streams: Stdio, input: OpenFile) {
    this.#streams = streams;
    this.#input = input;
  }

  giveTo(files: FdTable): void {
    this.#streams.giveTo(files);
    files.set(0, this.#input, false);
  }
}
