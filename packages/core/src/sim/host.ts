/** What the world needs of the JavaScript host that it runs on. `packages/node` gives the real-time form. */
import { ownFunction } from "../lib/index.ts";

/** The host of a world. */
export interface Host {
  /** Lets the host run one round of its event loop. */
  breathe(): Promise<void>;
  /** Real time in microseconds since 1970; needed by the `real` policy only. */
  nowUs?(): number;
  /** Resolves after `durationUs` of real time, or earlier when `wake` is called; needed by the `real` policy only. */
  sleep?(durationUs: number): { readonly done: Promise<void>; wake(): void };
}

/** Works in Node and in browsers: a message to oneself is one macrotask. */
export const DEFAULT_HOST: Host = {
  breathe: () =>
    new Promise((resolve) => {
      breathing.push(resolve);
      channel ??= makeChannel();
      channel.port1.ref?.();
      channel.port2.postMessage(undefined);
    }),
};

/** In Node a port keeps the process alive, unless it is told not to. */
type Port = MessagePort & { ref?(): void; unref?(): void };

/** One for all: making a channel takes seven times as long as a message. */
let channel: { readonly port1: Port; readonly port2: Port } | undefined;
const breathing: (() => void)[] = [];

function makeChannel() {
  const made: { readonly port1: Port; readonly port2: Port } = new MessageChannel();
  made.port1.onmessage = ownFunction(() => {
    const next = breathing.shift();
    if (breathing.length === 0) made.port1.unref?.();
    next?.();
  });
  return made;
}
