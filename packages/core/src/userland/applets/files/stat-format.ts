/** A value with the flags, width and precision of printf(3). */

export type Field =
  | { readonly text: string; readonly kind: "text" | "character" | "verbatim" }
  | { readonly number: number; readonly kind: NumberKind };

type NumberKind = "unsigned" | "signed" | "octal" | "hex";

/** `flags` is what stands between the `%` and the letter: `-10`, `04`, `10.10`. */
export function formatField(flags: string, field: Field): string {
  const [, signs = "", widthText = "", precisionText] = /^([#\-+I 0]*)(\d*)(?:\.(\d*))?/.exec(flags) ?? [];
  const width = Number(widthText);
  const precision = precisionText === undefined ? undefined : Number(precisionText);
  const pad = (text: string): string => (signs.includes("-") ? text.padEnd(width) : text.padStart(width));
  if ("text" in field) {
    if (field.kind === "verbatim") return field.text;
    return pad(field.kind === "text" ? field.text.slice(0, precision) : field.text);
  }
  const { number, kind } = field;
  const sign = kind === "signed" ? signOf(number, signs) : "";
  const [digits, prefix] = digitsOf(Math.abs(number), kind, signs.includes("#"));
  const atLeast = precision === 0 && number === 0 ? "" : digits.padStart(precision ?? 1, "0");
  const zeros = signs.includes("0") && !signs.includes("-") && precision === undefined;
  const inner = zeros ? atLeast.padStart(width - sign.length - prefix.length, "0") : atLeast;
  return pad(sign + prefix + inner);
}

function signOf(number: number, flags: string): string {
  if (number < 0) return "-";
  return flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
}

function digitsOf(number: number, kind: NumberKind, alternate: boolean): readonly [digits: string, prefix: string] {
  if (kind === "hex") return [number.toString(16), alternate && number !== 0 ? "0x" : ""];
  if (kind !== "octal") return [String(number), ""];
  const digits = number.toString(8);
  return [alternate && !digits.startsWith("0") ? `0${digits}` : digits, ""];
}
