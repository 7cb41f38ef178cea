/** In which order top shows processes. @see busybox: procps/top.c mult_lvl_cmp */
import type { ProcessRow } from "../process-table.ts";

/** What is compared first: a key of the keyboard. */
export type OrderKey = "n" | "m" | "p" | "t";

/** A process, with the clock ticks that it took since the last look and ever. */
export interface Ranked {
  readonly row: ProcessRow;
  readonly recent: number;
  readonly ever: number;
}

type Compare = (a: Ranked, b: Ranked) => number;

const byPid: Compare = (a, b) => b.row.pid - a.row.pid;
const byMemory: Compare = (a, b) => b.row.rssKib - a.row.rssKib;
const byShare: Compare = (a, b) => b.recent - a.recent;
const byTime: Compare = (a, b) => b.ever - a.ever;

const ORDERS: Readonly<Record<OrderKey, readonly Compare[]>> = {
  n: [byPid],
  m: [byMemory, byShare, byTime],
  p: [byShare, byMemory, byTime],
  t: [byTime, byMemory, byShare],
};

export const isOrderKey = (key: string): key is OrderKey => Object.hasOwn(ORDERS, key);

/** The largest first, or last if it is `reversed`. */
export function inOrder(rows: readonly Ranked[], key: OrderKey, reversed: boolean): readonly Ranked[] {
  const sign = reversed ? -1 : 1;
  const compare: Compare = (a, b) => {
    for (const part of ORDERS[key]) {
      const difference = part(a, b);
      if (difference !== 0) return sign * difference;
    }
    return 0;
  };
  return [...rows].sort(compare);
}
