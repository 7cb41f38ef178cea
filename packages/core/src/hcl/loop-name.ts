/** The name of a loop's variable. */
import type { Cursor } from "./cursor.ts";

/** @throws HclError */
export function loopName(cursor: Cursor, within: "expression" | "directive"): string {
  const name = cursor.name();
  return name ?? cursor.refuse(`Invalid 'for' ${within}`, `For ${within} requires variable name after 'for'.`);
}
