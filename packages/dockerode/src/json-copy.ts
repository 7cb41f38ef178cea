/** What is left of data (it has no symbols) after `JSON.stringify` and `JSON.parse`, without the text in between. */
export function jsonCopy(value: unknown): unknown {
  if (isItself(value)) return value;
  if (typeof value !== "object" || value === null) return typeof value === "number" ? null : value;
  if ("toJSON" in value && typeof value.toJSON === "function") return jsonCopy(value.toJSON());
  if (Array.isArray(value)) return value.map((one) => (isLeftOut(one) ? null : jsonCopy(one)));
  // Copied as a whole, for there are many members, and few of them need to be looked into.
  const copy: Record<string, unknown> = { ...value };
  for (const name in copy) {
    const one = copy[name];
    if (isLeftOut(one)) delete copy[name];
    else if (!isItself(one)) copy[name] = jsonCopy(one);
  }
  return copy;
}

const isItself = (value: unknown): boolean =>
  value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);

const isLeftOut = (value: unknown): boolean =>
  value === undefined || typeof value === "function" || typeof value === "symbol";
