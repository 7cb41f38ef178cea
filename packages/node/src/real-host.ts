/** The computer as the world's host: its clock, its event loop. */
import type { Host } from "@bottleship/core/sim";

/** The longest time that a timer of Node can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** For `createEngine({ policy: "real", host })`. */
export const REAL_HOST: Host = {
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
  nowUs: () => Math.floor((performance.timeOrigin + performance.now()) * 1000),
  sleep: (durationUs) => {
    let wake = (): void => {};
    const done = new Promise<void>((resolve) => {
      const delayMs = Math.min(LONGEST_TIMER_MS, Math.ceil(durationUs / 1000));
      const timer = setTimeout(resolve, delayMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return { done, wake };
  },
};
