/** Reads bodies: attributes and blocks. Model: hashicorp/hcl hclsyntax/parser.go. */
import type { Attribute, Block, Body, Label } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import { parseExpression, parseQuoted } from "./parse-expression.ts";
import { type HclSource, rangeText } from "./problem.ts";

/** @throws HclError */
export function parseHcl(source: HclSource): Body {
  const cursor = new Cursor(source);
  if (source.text.startsWith(BYTE_ORDER_MARK)) cursor.at++;
  return parseBody(cursor, undefined);
}

const BYTE_ORDER_MARK = "\ufeff";

/** The body of a block ends with a brace, that of a file with the file. */
function parseBody(cursor: Cursor, open: Block["open"] | undefined): Body {
  const attributes = new Map<string, Attribute>();
  const blocks: Block[] = [];
  const start = open === undefined ? cursor.rangeFrom(cursor.at) : { ...open, end: open.start };
  for (;;) {
    cursor.skipLines();
    if (cursor.isAtEnd) {
      if (open !== undefined) refuseUnclosed(cursor, open);
      return { attributes, blocks, start };
    }
    if (open !== undefined && cursor.takes("}")) return { attributes, blocks, start };
    const item = parseItem(cursor);
    if ("open" in item) blocks.push(item);
    else {
      const before = attributes.get(item.name);
      if (before !== undefined) refuseAgain(cursor, item, before);
      attributes.set(item.name, item);
    }
    const isClosed = open !== undefined && cursor.sees("}");
    if (!isClosed && !cursor.isAtEnd && !cursor.sees("\n")) refuseRest(cursor, item);
  }
}

/** The body of a block in one line has one attribute. */
function parseLine(cursor: Cursor, open: Block["open"]): Body {
  const { name, nameRange } = parseName(cursor);
  if (!cursor.takes("=")) {
    const { next } = cursor;
    if (!seesBlock(cursor)) refuseItem(cursor, TO_SET, nameRange);
    cursor.refuse(
      "Argument definition required",
      `A single-line block definition can contain only a single argument. If you meant to define argument ${JSON.stringify(name)}, use an equals sign to assign it a value. To define a nested block, place it on a line of its own within its parent block.`,
      { ...nameRange, end: next.end },
    );
  }
  const attribute = { name, nameRange, value: parseExpression(cursor) };
  if (!cursor.takes("}")) refuseMore(cursor, open);
  return { attributes: new Map([[name, attribute]]), blocks: [], start: { ...nameRange, end: nameRange.start } };
}

function parseName(cursor: Cursor) {
  cursor.skip();
  const start = cursor.at;
  const name = cursor.name();
  if (name === undefined) {
    if (cursor.sees('"')) cursor.refuse("Invalid argument name", "Argument names must not be quoted.");
    refuseItem(cursor, "");
  }
  return { name, nameRange: cursor.rangeFrom(start) };
}

const TO_SET = ' To set an argument, use the equals sign "=" to introduce the argument value.';

function refuseItem(cursor: Cursor, hint: string, range?: Block["open"]): never {
  const why = `An argument or block definition is required here.${hint}`;
  cursor.refuse("Argument or block definition required", why, range);
}

/** A label or a brace. */
const seesBlock = (cursor: Cursor): boolean => /["{\p{ID_Start}_]/u.test(cursor.text[cursor.at] ?? "");

function parseItem(cursor: Cursor): Attribute | Block {
  const { name, nameRange } = parseName(cursor);
  if (cursor.takes("=")) return { name, nameRange, value: parseExpression(cursor) };
  if (!seesBlock(cursor)) refuseItem(cursor, TO_SET, nameRange);
  return parseBlock(cursor, name);
}

function parseBlock(cursor: Cursor, type: string): Block {
  const labels: Label[] = [];
  for (;;) {
    cursor.skip();
    const start = cursor.at;
    if (cursor.takes("{")) {
      const open = cursor.rangeFrom(start);
      const isLine = !cursor.sees("\n") && !cursor.sees("}") && !cursor.isAtEnd;
      return { type, labels, body: isLine ? parseLine(cursor, open) : parseBody(cursor, open), open };
    }
    const text = cursor.sees('"') ? parseQuoted(cursor) : cursor.name();
    if (text === undefined) refuseHeader(cursor);
    labels.push({ text, range: cursor.rangeFrom(start) });
  }
}

function refuseHeader(cursor: Cursor): never {
  const why = cursor.sees("=")
    ? 'The equals sign "=" indicates an argument definition, and must not be used when defining a block.'
    : cursor.sees("\n")
      ? 'A block definition must have block content delimited by "{" and "}", starting on the same line as the block header.'
      : 'Either a quoted string block label or an opening brace ("{") is expected here.';
  cursor.refuse("Invalid block definition", why);
}

function refuseUnclosed(cursor: Cursor, open: Block["open"]): never {
  cursor.refuse(
    "Unclosed configuration block",
    "There is no closing brace for this block before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.",
    open,
  );
}

function refuseAgain(cursor: Cursor, { name, nameRange }: Attribute, before: Attribute): never {
  cursor.refuse(
    "Attribute redefined",
    `The argument ${JSON.stringify(name)} was already set at ${rangeText(before.nameRange)}. Each argument may be set only once.`,
    nameRange,
  );
}

function refuseMore(cursor: Cursor, open: Block["open"]): never {
  cursor.skip();
  if (cursor.isAtEnd) refuseUnclosed(cursor, open);
  const why = cursor.sees(",")
    ? "Single-line block syntax can include only one argument definition. To define multiple arguments, use the multi-line block syntax with one argument definition per line."
    : cursor.sees("\n")
      ? "An argument definition on the same line as its containing block creates a single-line block definition, which must also be closed on the same line. Place the block's closing brace immediately after the argument definition."
      : "A single-line block definition must end with a closing brace immediately after its single argument definition.";
  cursor.refuse("Invalid single-argument block definition", why);
}

function refuseRest(cursor: Cursor, item: Attribute | Block): never {
  if ("open" in item) {
    cursor.refuse("Missing newline after block definition", "A block definition must end with a newline.");
  }
  const [summary, why] = cursor.sees(",")
    ? ["Unexpected comma after argument", "Argument definitions must be separated by newlines, not commas. "]
    : ["Missing newline after argument", ""];
  cursor.refuse(summary, `${why}An argument definition must end with a newline.`);
}
