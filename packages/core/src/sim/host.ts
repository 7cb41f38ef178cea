/** What the world needs of the JavaScript host that it runs on. `packages/node` gives the real-time form. */
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
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    }),
};
