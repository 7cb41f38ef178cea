/** Parts of values: attributes of objects, and items of lists. Model: hashicorp/hcl ops.go Index, GetAttr. */
import { HclError, type HclRange } from "./problem.ts";
import { type HclValue, isList, isObject, kindOf, numberOf, textOf, Unsuitable } from "./value.ts";

/** `value.name`; of a list `value.0`. @throws HclError */
export function attributeOf(value: HclValue, name: string, range: HclRange): HclValue {
  if (value === null) {
    const why = "This value is null, so it does not have any attributes.";
    throw new HclError("Attempt to get attribute from null value", why, range);
  }
  if (isList(value) && /^\d/.test(name)) return indexed(value, Number(name), range);
  const found = isObject(value) ? value.get(name) : undefined;
  if (found !== undefined) return found;
  throw new HclError("Unsupported attribute", withoutAttribute(value, name), range);
}

function withoutAttribute(value: HclValue, name: string): string {
  if (isObject(value)) return `This object does not have an attribute named ${JSON.stringify(name)}.`;
  if (value !== null && isList(value)) return "This value does not have any attributes.";
  return `Can't access attributes on a primitive-typed value (${kindOf(value)}).`;
}

/** `value[key]`. @throws HclError */
export function indexed(value: HclValue, key: HclValue, range: HclRange): HclValue {
  const invalid = (why: string): HclError => new HclError("Invalid index", why, range);
  if (value === null) {
    throw new HclError("Attempt to index null value", "This value is null, so it does not have any indices.", range);
  }
  if (key === null) throw invalid("Can't use a null value as an indexing key.");
  if (isList(value))
    return item(
      value,
      keyOf(() => numberOf(key), range),
      range,
    );
  if (!isObject(value)) throw invalid("This value does not have any indices.");
  const found = value.get(keyOf(() => textOf(key), range));
  if (found !== undefined) return found;
  const hint = " An object only supports looking up attributes by name, not by numeric index.";
  throw invalid(`${NO_ELEMENT}.${typeof key === "number" ? hint : ""}`);
}

const NO_ELEMENT = "The given key does not identify an element in this collection value";

function keyOf<Key>(read: () => Key, range: HclRange): Key {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Unsuitable)) throw error;
    throw new HclError("Invalid index", `${NO_ELEMENT}: ${error.message}.`, range);
  }
}

function item(list: readonly HclValue[], at: number, range: HclRange): HclValue {
  const found = list[at];
  if (found !== undefined) return found;
  throw new HclError("Invalid index", `${NO_ELEMENT}${withoutItem(list, at)}.`, range);
}

/** More is said of the first place behind a list; nothing of those further on. @see hashicorp/hcl ops.go: Index */
function withoutItem({ length }: readonly HclValue[], at: number): string {
  if (!Number.isInteger(at)) {
    return ": indexing a sequence requires a whole number, but the given index has a fractional part";
  }
  if (at < 0) return ": a negative number is not a valid index for a sequence";
  if (at > length) return "";
  if (length === 0) return ": the collection has no elements";
  return ": the given index is greater than or equal to the length of the collection";
}
