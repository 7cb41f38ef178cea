/**
 * The same definitions in JSON: objects are blocks where blocks are meant, and texts are templates.
 *
 * @see hashicorp/hcl json/spec.md
 */
import type { Attribute, Block, Body, Expression } from "./ast.ts";
import { parseExpression } from "./parse-expression.ts";
import { parseTemplate } from "./parse-template.ts";
import { HclError, type HclRange, type HclSource } from "./problem.ts";

/** Types of blocks, and how many labels they have; without a type what is in it is an attribute. */
export type BlockTypes = Readonly<Record<string, { readonly labels: number; readonly blocks?: BlockTypes }>>;

/** @throws HclError */
export function parseHclJson(source: HclSource, types: BlockTypes): Body {
  const range = { source, start: 0, end: 0 };
  let document: unknown;
  try {
    document = JSON.parse(source.text);
  } catch (error) {
    throw new HclError("Invalid JSON", error instanceof Error ? error.message : "no JSON", range);
  }
  return bodyOf(document, range, types);
}

function bodyOf(value: unknown, range: HclRange, types: BlockTypes): Body {
  const attributes = new Map<string, Attribute>();
  const blocks: Block[] = [];
  for (const [name, item] of fieldsOf(value, range)) {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined) attributes.set(name, { name, nameRange: range, value: expressionOf(item, range) });
    else {
      for (const [labels, body] of labelled(item, range, type.labels)) {
        const named = labels.map((text) => ({ text, range }));
        blocks.push({ type: name, labels: named, body: bodyOf(body, range, type.blocks ?? {}), open: range });
      }
    }
  }
  return { attributes, blocks, start: range };
}

/** Bodies with the labels that lead to them. Several of the same name are a list. */
function labelled(value: unknown, range: HclRange, count: number): readonly (readonly [readonly string[], unknown])[] {
  if (Array.isArray(value)) return value.flatMap((one) => labelled(one, range, count));
  if (count === 0) return [[[], value]];
  return fieldsOf(value, range).flatMap(([label, item]) =>
    labelled(item, range, count - 1).map(([labels, body]) => [[label, ...labels], body] as const),
  );
}

function fieldsOf(value: unknown, range: HclRange): readonly (readonly [name: string, value: unknown])[] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.entries(value);
  throw new HclError("Incorrect JSON value type", "Either a JSON object or a JSON array is required.", range);
}

function expressionOf(value: unknown, range: HclRange): Expression {
  if (typeof value === "string") return parseTemplate(range.source, value, range, parseExpression);
  if (Array.isArray(value)) return { kind: "tuple", items: value.map((item) => expressionOf(item, range)), range };
  if (typeof value === "object" && value !== null) {
    const items = Object.entries(value).map(([key, item]) => ({
      key: parseTemplate(range.source, key, range, parseExpression),
      value: expressionOf(item, range),
    }));
    return { kind: "object", items, range };
  }
  const plain = typeof value === "number" || typeof value === "boolean" ? value : null;
  return { kind: "literal", value: plain, range };
}
