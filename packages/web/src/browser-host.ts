/** A browser as the world's host: its clock, its event loop. */
import { DEFAULT_HOST, type Host } from "@bottleship/core/sim";

/** The longest time that a timer of a browser can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const BROWSER_HOST: Host = {
  ...DEFAULT_HOST,
  nowUs: () => Math.floor((performance.timeOrigin + performance.now()) * 1000),
  sleep: (durationUs) => {
    let wake = (): void => {};
    const done = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(LONGEST_TIMER_MS, Math.ceil(durationUs / 1000)));
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    return { done, wake };
  },
};
