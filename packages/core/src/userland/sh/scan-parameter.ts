/** `$x` and `${x…}`: reads a parameter expansion. @see POSIX.1-2017, Shell Command Language, 2.6.2 */
import type { ParameterOperator } from "./ast.ts";
import { isDigit, isNameChar, isNameStart, isSpecialParameter } from "./characters.ts";
import type { Cursor } from "./cursor.ts";

/** The name and operator of `${x…`, up to where the word begins. */
export interface ParameterHead {
  readonly name: string;
  readonly operator: ParameterOperator;
  readonly nullIsUnset: boolean;
  /** `$x` and `${x}`: no word follows. */
  readonly closed: boolean;
}

/** Reads on after the `$`. */
export function scanParameterHead(cursor: Cursor): ParameterHead {
  if (cursor.takeIf("{")) return scanHead(cursor);
  return { name: plainName(cursor), operator: "value", nullIsUnset: false, closed: true };
}

/** `$name`, `$1`, `$?`: one digit only. */
function plainName(cursor: Cursor): string {
  if (!isNameStart(cursor.peekJoined())) return cursor.takeJoined();
  return takeName(cursor);
}

function takeName(cursor: Cursor): string {
  let name = "";
  while (isNameChar(cursor.peekJoined())) name += cursor.takeJoined();
  return name;
}

function takeDigits(cursor: Cursor): string {
  let name = "";
  while (isDigit(cursor.peekJoined())) name += cursor.takeJoined();
  return name;
}

function scanHead(cursor: Cursor): ParameterHead {
  const first = cursor.peekJoined();
  if (isNameStart(first)) return scanOperator(cursor, takeName(cursor));
  if (isDigit(first)) return scanOperator(cursor, takeDigits(cursor));
  if (first === "}" || first === "") return bad("");
  cursor.take();
  if (first === "#") return scanLength(cursor);
  return isSpecialParameter(first) ? scanOperator(cursor, first) : bad(first);
}

/** After `${#`: the length of a parameter, or something about `$#` itself. */
function scanLength(cursor: Cursor): ParameterHead {
  const first = cursor.peekJoined();
  if (isNameChar(first)) return lengthOf(cursor, isDigit(first) ? takeDigits(cursor) : takeName(cursor));
  const second = cursor.text[cursor.position + 1];
  if (first === "}" || second !== "}") return scanOperator(cursor, "#");
  cursor.take();
  return isSpecialParameter(first) ? lengthOf(cursor, first) : bad(first);
}

function lengthOf(cursor: Cursor, name: string): ParameterHead {
  return cursor.takeIf("}") ? { name, operator: "length", nullIsUnset: false, closed: true } : bad(name);
}

function scanOperator(cursor: Cursor, name: string): ParameterHead {
  const head = (operator: ParameterOperator, nullIsUnset = false): ParameterHead => ({
    name,
    operator,
    nullIsUnset,
    closed: false,
  });
  const char = cursor.takeJoined();
  switch (char) {
    case "}":
      return { name, operator: "value", nullIsUnset: false, closed: true };
    case ":": {
      const next = cursor.peekJoined();
      if (next === "" || !"}-+?=".includes(next)) return head(":");
      cursor.take();
      return next === "}" ? head("bad") : head(next as ParameterOperator, true);
    }
    case "-":
    case "+":
    case "?":
    case "=":
      return head(char);
    case "%":
    case "#":
    case "/":
      return head((cursor.takeIf(char) ? char + char : char) as ParameterOperator);
    default:
      return head("bad");
  }
}

/** Read on to the closing brace, and refused when it is expanded. */
function bad(name: string): ParameterHead {
  return { name, operator: "bad", nullIsUnset: false, closed: false };
}
