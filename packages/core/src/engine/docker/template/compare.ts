/** `eq`, `lt` and their kin on values with types. Model: text/template funcs.go. */
import { ValueError } from "../problem.ts";
import { plain } from "./print.ts";
import { type GoValue, isNull, structFields, typeName, unwrap } from "./type.ts";

const BASIC = new Set(["string", "bool", "int", "uint", "float"]);

/** True if `first` equals one of `others`. */
export function equal(first: GoValue | undefined, others: readonly (GoValue | undefined)[]): boolean {
  if (others.length === 0) throw new ValueError("missing argument for comparison");
  const left = unwrap(first);
  return others.some((other) => equalTo(left, unwrap(other)));
}

function equalTo(left: GoValue | undefined, right: GoValue | undefined): boolean {
  const kinds = [basicKind(left), basicKind(right)];
  if (kinds[0] !== kinds[1]) {
    if (kinds.includes("int") && kinds.includes("uint")) return left?.value === right?.value;
    if (left !== undefined && right !== undefined) throw incompatible(left, right);
    return false;
  }
  if (kinds[0] !== undefined) return left?.value === right?.value;
  if (left !== undefined && right !== undefined && left.type.kind !== right.type.kind)
    throw new ValueError(
      `non-comparable types ${plain(left)}: ${typeName(left.type)}, ${typeName(right.type)}: ${plain(right)}`,
    );
  if (isNil(left) || isNil(right)) return isNil(left) === isNil(right);
  if (left === undefined || right === undefined) return false;
  if (right.type.kind === "slice" || right.type.kind === "map")
    throw new ValueError(`non-comparable type ${plain(right)}: ${typeName(right.type)}`);
  return typeName(left.type) === typeName(right.type) && sameData(left, right);
}

/** Pointers are equal if they lead to the same object, structures if all their fields are. */
function sameData(left: GoValue, right: GoValue): boolean {
  if (left.type.kind !== "struct") return left.value === right.value;
  const others = structFields(right);
  return structFields(left).every(([, value], at) => {
    const other = others[at]?.[1];
    return other !== undefined && plain(value) === plain(other);
  });
}

function isNil(value: GoValue | undefined): boolean {
  if (value === undefined) return true;
  return ["slice", "map", "pointer", "interface"].includes(value.type.kind) && isNull(value.value);
}

/** Order of numbers and texts. */
export function lessThan(first: GoValue | undefined, second: GoValue | undefined): boolean {
  const left = ordered(first);
  const right = ordered(second);
  const kinds = [left.type.kind, right.type.kind];
  if (kinds[0] !== kinds[1] && !(kinds.includes("int") && kinds.includes("uint"))) {
    throw new ValueError("incompatible types for comparison");
  }
  if (kinds[0] === "bool") throw new ValueError("invalid type for comparison");
  if (left.type.kind === "string") return `${left.value}` < `${right.value}`;
  return Number(left.value) < Number(right.value);
}

function ordered(value: GoValue | undefined): GoValue {
  const held = unwrap(value);
  if (held === undefined || !BASIC.has(held.type.kind)) throw new ValueError("invalid type for comparison");
  return held;
}

const basicKind = (value: GoValue | undefined): string | undefined =>
  value !== undefined && BASIC.has(value.type.kind) ? value.type.kind : undefined;

function incompatible(left: GoValue, right: GoValue): ValueError {
  return new ValueError(`incompatible types for comparison: ${typeName(left.type)} and ${typeName(right.type)}`);
}
