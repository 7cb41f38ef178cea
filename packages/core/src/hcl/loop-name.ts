/** The name of a loop's variable. */
import type { Cursor } from "./cursor.ts";

/** @throws HclError */
export function loopName(cursor: Cursor): string {
  const name = cursor.name();
  return name ?? cursor.refuse("Invalid 'for' expression", "For expression requires variable name after 'for'.");
}
