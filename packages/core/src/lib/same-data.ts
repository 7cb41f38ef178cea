/** Plain data (what JSON can say, and `undefined`): comparing and copying it. */

/** True if both say the same. */
export function isSameData(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) return areSameLists(one, other);
  return areSameFields(one as Fields, other as Fields) && areSameFields(other as Fields, one as Fields);
}

type Fields = Readonly<Record<string, unknown>>;

function areSameLists(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (!isSameData(one[i], other[i])) return false;
  return true;
}

function areSameFields(one: Fields, other: Fields): boolean {
  for (const key in one) if (!isSameData(one[key], other[key])) return false;
  return true;
}

/** A copy that nobody else can change. */
export function copyData<T>(data: T): T {
  if (Array.isArray(data)) {
    const copy: unknown[] = data.slice();
    for (let i = 0; i < copy.length; i++) if (isNested(copy[i])) copy[i] = copyData(copy[i]);
    return copy as T;
  }
  if (!isNested(data)) return data;
  const copy = { ...data } as Record<string, unknown>;
  for (const name in copy) if (isNested(copy[name])) copy[name] = copyData(copy[name]);
  return copy as T;
}

/** Something with members of its own. */
export const isNested = (data: unknown): data is object => typeof data === "object" && data !== null;
