/**
 * Where a program's output goes when the host reads it: to a container's log, to who is attached, to a build's progress.
 *
 * What stands between, a runtime's shim, a daemon, a log driver, needs its time for every byte, and for every line that it
 * keeps (`sim/cost.ts`): who writes more than that has to wait, as behind any pipe.
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
  /** Bytes that those who read have not taken yet. Only outside of the world somebody can be slow. */
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

/** The input of who gets none through a pipe: it is at its end. */
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
    // What is replayed has no readers: a world that is recorded does not wait for any.
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
