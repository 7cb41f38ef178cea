/**
 * Pipes for output that the host reads: for a container's log, for attached clients, for the progress of a build.
 *
 * In Docker, a shim, the daemon and a log driver stand between. They need time for every byte, and for every line that
 * is kept (`sim/cost.ts`): a program that writes faster has to wait, as with any pipe.
 */
import { Drain } from "../fs/index.ts";
import type { OpenFile } from "../vfs/index.ts";
import type { Kernel } from "./kernel.ts";

const NEWLINE = 10;
const UNIT = 65_536;
/** @see moby pkg/ioutils/bytespipe.go: blockThreshold */
const BACKLOG_MAX = 1e6;

export interface OutputOptions {
  /** Each line is a record of its own. */
  readonly keepsLines: boolean;
  /** What comes was processed by a terminal. */
  readonly isTerminal?: boolean;
  /** Bytes that readers have not taken yet: those outside of the world can be slow in real time. */
  readonly backlog?: () => number;
}

export interface OutputPipeOptions extends OutputOptions {
  /** Whose pipe it is; root's without it. */
  readonly uid?: number;
}

/** A pipe for such output, as a program writes to it. */
export function outputPipe(
  kernel: Kernel,
  take: (data: Uint8Array) => void,
  { uid = 0, ...options }: OutputPipeOptions,
): OpenFile {
  return kernel.pipes.sink(uid, 0, outputDrain(kernel, take, options));
}

/** A pipe that is at its end: the standard input of a program that gets none. */
export function endedPipe({ pipes }: Kernel, uid = 0): OpenFile {
  const [read, write] = pipes.pipe(uid, 0, 0);
  write.release();
  return read;
}

export function outputDrain(
  kernel: Kernel,
  take: (data: Uint8Array) => void,
  { keepsLines, isTerminal = false, backlog }: OutputOptions,
): Drain {
  const { world } = kernel;
  const { logLine, logPer64KiB, terminalWrite } = world.costs;
  const perWriteUs = isTerminal ? terminalWrite : 0;
  return new Drain({
    take,
    costUs: (data) => perWriteUs + (data.length * logPer64KiB) / UNIT + (keepsLines ? lines(data) * logLine : 0),
    // A replay has no readers, so a world that is recorded must not wait for any.
    isBlocked: () => backlog !== undefined && world.recorder === undefined && backlog() > BACKLOG_MAX,
    nowUs: () => kernel.monotonicUs,
    timer: (fire) => world.clock.timer(fire),
  });
}

function lines(data: Uint8Array): number {
  let count = 0;
  for (let at = data.indexOf(NEWLINE); at >= 0; at = data.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
