/** What is left of a value after `JSON.stringify` and `JSON.parse`, without the text in between. */
export function jsonCopy(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "object" || value === null) return value;
  if ("toJSON" in value && typeof value.toJSON === "function") return jsonCopy(value.toJSON());
  if (Array.isArray(value)) return value.map((one) => (isLeftOut(one) ? null : jsonCopy(one)));
  const copy: Record<string, unknown> = {};
  const members = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(members)) {
    const one = members[name];
    if (isLeftOut(one)) continue;
    if (name === "__proto__") Object.defineProperty(copy, name, { ...PLAIN, value: jsonCopy(one) });
    else copy[name] = jsonCopy(one);
  }
  return copy;
}

const PLAIN = { configurable: true, enumerable: true, writable: true };

const isLeftOut = (value: unknown): boolean =>
  value === undefined || typeof value === "function" || typeof value === "symbol";
