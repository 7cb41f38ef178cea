/**
 * Standard streams of a process without a terminal: they are opened when they are used, and most never are.
 *
 * @see runc libcontainer/init_linux.go fixStdioPermissions
 */
import type { Drain } from "../fs/index.ts";
import { type Kernel, outputDrain, type Process } from "../kernel/index.ts";
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
  /** Each line of the output is a record of its own. */
  readonly keepsLines: boolean;
}

/** What is written, on its way to a log. */
export function logDrain(
  kernel: Kernel,
  owner: Pick<StreamsOwner, "output" | "keepsLines"> & { readonly isTerminal?: boolean },
  stream: Stream,
): Drain {
  const { disk } = kernel.world.allotments;
  const output = owner.output();
  const take = (bytes: Uint8Array): void => output.append({ stream, timeUs: kernel.nowUs, bytes }, disk);
  const { keepsLines, isTerminal = false } = owner;
  return outputDrain(kernel, take, { keepsLines, isTerminal, backlog: () => output.backlog });
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
    const { uid, process } = this.#owner;
    if (fd === 0) return openNull(this.#kernel, process());
    const stream: Stream = fd === 1 ? "stdout" : "stderr";
    return this.#kernel.pipes.sink(uid, 0, logDrain(this.#kernel, this.#owner, stream));
  }
}
