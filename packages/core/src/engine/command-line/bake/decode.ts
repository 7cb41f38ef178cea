/** From blocks of HCL to groups and targets. Attributes that nobody knows are allowed. */

import {
  type Block,
  boolOf,
  type Expression,
  entriesOf,
  evaluate,
  HclError,
  type HclValue,
  isList,
  isObject,
  type Scope,
  startRange,
  textMapOf,
  textOf,
  textsOf,
  textWithin,
  Unsuitable,
} from "../../../hcl/index.ts";
import { reworded, ValueError } from "../../../lib/go/index.ts";
import type { DefinedTarget, Group } from "./config.ts";
import { type Entry, type EntryKind, entryOf } from "./entry.ts";
import { FIELD_NAMES, FIELDS, type FieldKind, type FieldName, type Target } from "./target.ts";

/** @throws HclError */
export function decodeGroup({ body }: Block, scope: Scope): Group {
  const targets = body.attributes.get("targets")?.value;
  if (targets === undefined) {
    const why = 'The argument "targets" is required, but no definition was found.';
    throw new HclError("Missing required argument", why, body.start);
  }
  const description = body.attributes.get("description")?.value;
  return {
    targets: read(targets, scope, textsOf),
    ...(description !== undefined && { description: read(description, scope, textOf) }),
  };
}

/** @throws HclError */
export function decodeTarget({ body }: Block, scope: Scope): DefinedTarget {
  const inherits = body.attributes.get("inherits")?.value;
  const fields = FIELD_NAMES.flatMap((name) => {
    const written = body.attributes.get(name)?.value;
    const value = written === undefined ? undefined : read(written, scope, (found) => fieldOf(name, found));
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    inherits: inherits === undefined ? [] : read(inherits, scope, textsOf),
    fields: Object.fromEntries(fields),
  };
}

/** Null says nothing. @throws Unsuitable */
export function fieldOf(name: FieldName, value: HclValue): Target[FieldName] {
  const kind: FieldKind = FIELDS[name];
  if (value === null) return undefined;
  switch (kind.kind) {
    case "text":
      return textOf(value);
    case "bool":
      return boolOf(value);
    case "texts":
      return textsOf(value);
    case "map":
      return new Map([...textMapOf(value)].flatMap(([key, text]) => (text === null ? [] : [[key, text] as const])));
    case "entries":
      return entriesFrom(kind.of, value);
  }
}

function entriesFrom(kind: EntryKind, value: HclValue): readonly Entry[] {
  if (!isList(value)) throw new Unsuitable("list of string required");
  return value.flatMap((item) => {
    const entry = isObject(item) ? entryOfObject(kind, item) : entryOfText(kind, textOf(item));
    return entry === undefined ? [] : [entry];
  });
}

function entryOfText(kind: EntryKind, text: string): Entry | undefined {
  return reworded(
    () => entryOf(kind, text),
    ({ message }) => new Unsuitable(message),
  );
}

function entryOfObject(kind: EntryKind, item: ReadonlyMap<string, HclValue>): Entry {
  return new Map(
    entriesOf(item).flatMap(([key, value]) => {
      if (value === null) return [];
      const isPaths = kind === "ssh" && isList(value);
      return [
        [key, isPaths ? value.map(textOf).join(",") : textWithin(`element ${JSON.stringify(key)}`, value)] as const,
      ];
    }),
  );
}

/** What an attribute says. A value that could not be had is not suitable either, which is told of, too. @throws HclError */
function read<T>(expression: Expression, scope: Scope, decode: (value: HclValue) => T): T {
  let value: HclValue;
  try {
    value = evaluate(expression, scope);
  } catch (error) {
    if (!(error instanceof HclError) || error.range.source !== expression.range.source) throw error;
    throw error.with([new HclError("Unsuitable value type", "Unsuitable value: value must be known", error.range)]);
  }
  try {
    return decode(value);
  } catch (error) {
    if (!(error instanceof Unsuitable) && !(error instanceof ValueError)) throw error;
    throw new HclError("Unsuitable value type", `Unsuitable value: ${error.message}`, startRange(expression));
  }
}
