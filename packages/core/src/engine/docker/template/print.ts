/** Values as text: Go's fmt.Sprint and `%v`. */

import { shortestText } from "../../../lib/go/index.ts";
import { unreachable } from "../../../lib/index.ts";
import { elements, type GoType, GoValue, indirect, isNull, mapEntries, structFields, unwrap } from "./type.ts";

/** Where a pointer inside a structure seems to point: Go prints a real address, which no two runs share. */
const ADDRESS = "0xc000012000";

/** The value as `{{.}}` prints it. */
export function printed(value: GoValue | undefined): string {
  const target = value?.type.kind === "pointer" ? indirect(value).value : value;
  return target === undefined ? "<no value>" : plain(target);
}

/** fmt.Sprint: operands side by side, a space between two that are no texts. */
export function sprint(values: readonly (GoValue | undefined)[]): string {
  let text = "";
  for (const [at, value] of values.entries()) {
    const spaced = at > 0 && !isText(value) && !isText(values[at - 1]);
    text += (spaced ? " " : "") + (value === undefined ? "<nil>" : plain(value));
  }
  return text;
}

const isText = (value: GoValue | undefined): boolean => unwrap(value)?.type.kind === "string";

/** fmt's `%v`; `plus` names the fields of structures. */
export function plain(value: GoValue, plus = false, depth = 0): string {
  const { type } = value;
  switch (type.kind) {
    case "string":
    case "bool":
    case "int":
    case "uint":
      return type.print === undefined ? `${value.value}` : type.print(value.value);
    case "float":
      return type.print === undefined ? shortestText(value.value as number) : type.print(value.value);
    case "interface": {
      const held = unwrap(value);
      return held === undefined ? "<nil>" : plain(held, plus, depth);
    }
    case "slice":
      return `[${elements(value)
        .map((entry) => plain(entry, plus, depth + 1))
        .join(" ")}]`;
    case "map":
      return `map[${mapEntries(value)
        .map(([key, entry]) => `${key}:${plain(entry, plus, depth + 1)}`)
        .join(" ")}]`;
    case "pointer":
      return pointerText(type.to, value.value, plus, depth);
    case "struct":
      return `{${structFields(value)
        .map(([field, inner]) => (plus ? `${field.name}:` : "") + plain(inner, plus, depth + 1))
        .join(" ")}}`;
    default:
      return unreachable(type);
  }
}

function pointerText(to: GoType, target: unknown, plus: boolean, depth: number): string {
  if (isNull(target)) return "<nil>";
  const shown = depth === 0 && (to.kind === "struct" || to.kind === "slice" || to.kind === "map");
  return shown ? `&${plain(new GoValue(to, target), plus, depth + 1)}` : ADDRESS;
}
