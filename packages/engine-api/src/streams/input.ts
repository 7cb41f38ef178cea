/**
 * Input from a client.
 *
 * Where time is skipped, a program that waits for its client would see hours pass before the client has said its next
 * word. So the world stands still for a moment before each piece: clients that have something to say say it at once.
 *
 * Where time is the host's, a program has less than what a pipe and a runtime's shim need to hand it a piece: a client
 * whose input ends with that has said so by then.
 */
import type { World } from "@bottleship/core/sim";

/** Milliseconds of real time. */
const PATIENCE_MS = { skip: 40, manual: 0, real: 1 } as const satisfies Record<World["policy"], number>;

export interface InputSink {
  take(bytes: Uint8Array): void;
  /** The client has closed its half, or the connection broke. */
  end(): void;
  /** True once nobody reads any more. */
  isOver(): boolean;
}

/** Hands on what comes, until it ends. */
export async function forward(world: World, input: AsyncIterable<Uint8Array>, sink: InputSink): Promise<void> {
  const iterator = input[Symbol.asyncIterator]();
  for (let hasMore = true; hasMore && !sink.isOver(); ) {
    const letGo = holdStill(world, PATIENCE_MS[world.policy]);
    const bytes = await nextOf(iterator);
    if (sink.isOver()) hasMore = false;
    else if (bytes !== undefined) sink.take(bytes);
    else {
      hasMore = false;
      sink.end();
    }
    letGo();
    world.wake();
  }
  await iterator.return?.();
}

/** The next piece; nothing at the end. For whoever reads, a broken connection is an end. */
async function nextOf(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    const step = await iterator.next();
    return step.done === true ? undefined : step.value;
  } catch {
    return undefined;
  }
}

/** Until it is let go, or patience has ended. */
function holdStill(world: World, patienceMs: number): () => void {
  if (patienceMs === 0) return () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  const release = world.hold(patience);
  return () => {
    clearTimeout(timer);
    release();
  };
}
