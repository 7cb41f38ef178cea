/** The same map in the order of its keys' bytes, as Go writes maps. */
import { compareBytes } from "./text.ts";

export function sortKeys<T>(map: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => compareBytes(a, b)));
}
