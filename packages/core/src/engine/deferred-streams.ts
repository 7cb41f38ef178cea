/**
 * Standard streams of a process without a terminal: they are opened when they are used, and most never are.
 *
 * @see runc libcontainer/init_linux.go fixStdioPermissions
 */
import type { Kernel, Process } from "../kernel/index.ts";
import type { Stdio } from "../runtime/index.ts";
import { DeferredFile, type FileSource, type OpenFile } from "../vfs/index.ts";
import type { LogBuffer, Stream } from "./logs.ts";
import { openNull } from "./null-device.ts";

export interface StreamsOwner {
  /** As whom the process begins: the streams are that user's, whoever it becomes. */
  readonly uid: number;
  /** The process, when it is there. */
  readonly process: () => Process | undefined;
  readonly output: () => LogBuffer;
}

/** Descriptors 0 to 2. Without an `input` nothing comes in; what is written goes to the owner's output. */
export function deferredStreams(kernel: Kernel, owner: StreamsOwner, input?: OpenFile): Stdio {
  const streams = new DeferredStreams(kernel, owner);
  return [input ?? new DeferredFile(streams, 0), new DeferredFile(streams, 1), new DeferredFile(streams, 2)];
}

class DeferredStreams implements FileSource {
  readonly #kernel: Kernel;
  readonly #owner: StreamsOwner;

  constructor(kernel: Kernel, owner: StreamsOwner) {
    this.#kernel = kernel;
    this.#owner = owner;
  }

  open(fd: number): OpenFile {
    const { uid, process, output } = this.#owner;
    if (fd === 0) return openNull(this.#kernel, process());
    const stream: Stream = fd === 1 ? "stdout" : "stderr";
    return this.#kernel.pipes.sink(uid, 0, (bytes) => output().append({ stream, timeUs: this.#kernel.nowUs, bytes }));
  }
}
