/** Reads bodies: attributes and blocks. Model: hashicorp/hcl hclsyntax/parser.go. */
import type { Attribute, Block, Body, Label } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import { parseExpression, parseQuoted } from "./parse-expression.ts";
import { type HclSource, rangeText } from "./problem.ts";

/** @throws HclError */
export function parseHcl(source: HclSource): Body {
  return parseBody(new Cursor(source), undefined);
}

/** The body of a block ends with a brace, that of a file with the file. */
function parseBody(cursor: Cursor, open: Block["open"] | undefined): Body {
  const attributes = new Map<string, Attribute>();
  const blocks: Block[] = [];
  let start = open === undefined ? cursor.rangeFrom(cursor.at) : { ...open, end: open.start };
  cursor.skip();
  const isOneLine = open !== undefined && !cursor.sees("\n") && !cursor.sees("}");
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
      if (isOneLine) start = { ...item.nameRange, end: item.nameRange.start };
    }
    const isClosed = open !== undefined && cursor.sees("}");
    if (isOneLine && !isClosed && !("open" in item)) refuseLines(cursor);
    if (!isClosed && !cursor.isAtEnd && !cursor.sees("\n")) refuseRest(cursor, item);
  }
}

function parseItem(cursor: Cursor): Attribute | Block {
  const start = cursor.at;
  const name = cursor.name();
  if (name === undefined) {
    cursor.refuse(
      "Argument or block definition required",
      'An argument or block definition is required here. To set an argument, use the equals sign "=" to introduce the argument value.',
    );
  }
  const nameRange = cursor.rangeFrom(start);
  if (!cursor.takes("=")) return parseBlock(cursor, name);
  return { name, nameRange, value: parseExpression(cursor) };
}

function parseBlock(cursor: Cursor, type: string): Block {
  const labels: Label[] = [];
  for (;;) {
    cursor.skip();
    const start = cursor.at;
    if (cursor.takes("{")) {
      const open = cursor.rangeFrom(start);
      return { type, labels, body: parseBody(cursor, open), open };
    }
    const text = cursor.sees('"') ? parseQuoted(cursor) : cursor.name();
    if (text === undefined) {
      cursor.refuse(
        "Invalid block definition",
        'Either a quoted string block label or an opening brace ("{") is expected here.',
      );
    }
    labels.push({ text, range: cursor.rangeFrom(start) });
  }
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

function refuseLines(cursor: Cursor): never {
  cursor.refuse(
    "Invalid single-argument block definition",
    "An argument definition on the same line as its containing block creates a single-line block definition, which must also be closed on the same line. Place the block's closing brace immediately after the argument definition.",
  );
}

function refuseRest(cursor: Cursor, item: Attribute | Block): never {
  if ("open" in item) {
    cursor.refuse("Missing newline after block definition", "A block definition must end with a newline.");
  }
  cursor.refuse("Missing newline after argument", "An argument definition must end with a newline.");
}
