/** Sizes as people write them. Model: docker/go-units. */

const UNITS = new Map([
  ["k", 2 ** 10],
  ["m", 2 ** 20],
  ["g", 2 ** 30],
  ["t", 2 ** 40],
  ["p", 2 ** 50],
]);

/** units.RAMInBytes: `64m`, `1.5 GiB`, `512b`; undefined if it is no size. */
export function parseSize(text: string): number | undefined {
  const match = /^(.*[0-9.]) ?([^0-9. ]*)$/s.exec(text);
  const [, digits = "", suffix = ""] = match ?? [];
  if (match === null || !/^\+?([0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(digits)) return undefined;
  const size = Number(digits);
  const [, unit, rest] = /^([bkmgtp])(b|ib)?$/.exec(suffix.toLowerCase()) ?? [];
  if (suffix === "") return Math.trunc(size);
  if (unit === undefined) return undefined;
  if (unit === "b") return rest === undefined ? Math.trunc(size) : undefined;
  return Math.trunc(size * (UNITS.get(unit) ?? 1));
}
