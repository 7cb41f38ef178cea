/** JSON as Go writes it: `<`, `>` and `&` are escaped, so that it could stand in a page. Model: encoding/json. */
import type { Tree } from "../tree.ts";

export function jsonText(tree: Tree, indent?: number): string {
  return JSON.stringify(tree, undefined, indent).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
