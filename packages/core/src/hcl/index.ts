/** The language of bake files: HashiCorp's configuration language, and its form in JSON. Nothing here knows what for. */
export type { Block, Body, Expression } from "./ast.ts";
export { evaluate } from "./evaluate.ts";
export type { HclFunction } from "./functions/function.ts";
export { type Circumstances, hclFunctions } from "./functions/index.ts";
export { type BlockTypes, parseHclJson } from "./json.ts";
export { parseHcl } from "./parse-body.ts";
export { HclError, type HclSource, placeOf } from "./problem.ts";
export { type Scope, within } from "./scope.ts";
export { startRange } from "./start-range.ts";
export {
  boolOf,
  Cyclic,
  compareValues,
  entriesOf,
  fromJson,
  type HclValue,
  isList,
  isObject,
  jsonText,
  kindOf,
  numberOf,
  textMapOf,
  textOf,
  textsOf,
  textWithin,
  toJson,
  Unsuitable,
} from "./value.ts";
