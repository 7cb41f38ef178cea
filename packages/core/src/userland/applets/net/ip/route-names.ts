/** What routing tables and kinds of routes are called. @see busybox networking/libiproute/rt_names.c, rtm_map.c */
import { ROUTE_TABLES } from "../../../../abi/index.ts";

/** By their numbers. @see include/uapi/linux/rtnetlink.h: RTN_* */
export const ROUTE_TYPES: readonly string[] = [
  ...["none", "unicast", "local", "broadcast", "anycast", "multicast"],
  ...["blackhole", "unreachable", "prohibit", "throw", "nat", "xresolve"],
];

/** The number of a kind that is named, or given as one. */
export function routeType(text: string): number | undefined {
  const at = ROUTE_TYPES.indexOf(text, 1);
  if (at > 0) return at;
  const number = /^(0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : 256;
  return number < 256 ? number : undefined;
}

export const tableName = (table: number): string =>
  Object.entries(ROUTE_TABLES).find(([, number]) => number === table)?.[0] ?? String(table);

/** The number of a table that is named, or given as one. */
export function tableNumber(text: string): number | undefined {
  if (Object.hasOwn(ROUTE_TABLES, text)) return ROUTE_TABLES[text as keyof typeof ROUTE_TABLES];
  const number = /^(0x[\da-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
  return number <= 0xffff_ffff ? number : undefined;
}
