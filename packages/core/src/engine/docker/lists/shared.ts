/** What the columns of several lists have in common. */

export type Labels = Readonly<Record<string, string>>;

/** The first twelve digits of an ID, without `sha256:`; all of it unless truncated. */
export function shortId(id: string, truncate: boolean): string {
  if (!truncate) return id;
  const bare = id.includes(":") ? id.slice(id.indexOf(":") + 1) : id;
  return bare.slice(0, 12);
}

/** `a=1,b=2`; Docker sorts those of containers and leaves the order of others to chance, here that of the object. */
export function joinLabels(labels: Labels | null | undefined, sorted: boolean): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return (sorted ? pairs.sort() : pairs).join(",");
}

/** Order of names in which `a10` comes after `a9`. Model: fvbommel/sortorder NaturalLess. */
export function naturalCompare(a: string, b: string): number {
  const chunks = (text: string): string[] => text.match(/[0-9]+|[^0-9]/g) ?? [];
  const [left, right] = [chunks(a), chunks(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [x = "", y = ""] = [left[at], right[at]];
    if (x === y) continue;
    const numeric = /^[0-9]/.test(x) && /^[0-9]/.test(y);
    if (!numeric) return x < y ? -1 : 1;
    const [m, n] = [x.replace(/^0+/, ""), y.replace(/^0+/, "")];
    if (m.length !== n.length) return m.length - n.length;
    if (m !== n) return m < n ? -1 : 1;
    return x.length - y.length;
  }
  return left.length - right.length;
}
