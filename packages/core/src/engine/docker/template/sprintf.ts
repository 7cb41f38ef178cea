/** Go's fmt.Sprintf for the values that a template has. Model: package fmt. */

import { exponentText, fixedText, generalText, quote, shortestText } from "../../../lib/go/index.ts";
import { base64Bytes, byteString, decode } from "../../../lib/index.ts";
import { plain } from "./print.ts";
import { BYTES, elements, type GoValue, isBytes, isNull, mapEntries, structFields, typeName, unwrap } from "./type.ts";

interface Verb {
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  readonly letter: string;
  /** `%+v`: structures name their fields. */
  readonly named: boolean;
}

const VERB = /%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d*))?(?:\[(\d+)\])?(.|$)/gsu;

/** `format` with its verbs replaced; what does not fit is named in the text: `%!d(string=hi)`. */
export function sprintf(format: string, operands: readonly (GoValue | undefined)[]): string {
  const values = operands.map(unwrap);
  let used = 0;
  let reordered = false;
  const text = format.replace(
    VERB,
    (_, given: string, width: string, precision: string, position: string, letter: string) => {
      let bad = "";
      const count = (spec: string | undefined, name: string): number | undefined => {
        if (spec !== "*") return spec === undefined ? undefined : Number(spec || "0");
        const value = values[used++];
        if (value?.type.kind === "int") return value.value as number;
        bad += `%!(BAD${name})`;
        return undefined;
      };
      const columns = count(width, "WIDTH");
      const digits = count(precision, "PREC");
      if (position !== undefined) {
        used = Number(position) - 1;
        reordered = true;
      }
      if (letter === "") return `${bad}%!(NOVERB)`;
      if (letter === "%") return `${bad}%`;
      if (used < 0 || used >= values.length)
        return `${bad}%!${letter}(${position === undefined ? "MISSING" : "BADINDEX"})`;
      const named = letter === "v" && given.includes("+");
      const flags = (named ? given.replaceAll("+", "") : given) + (columns !== undefined && columns < 0 ? "-" : "");
      const verb = { flags, width: columns && Math.abs(columns), precision: digits, letter, named };
      return bad + formatted(values[used++], verb);
    },
  );
  if (reordered || used >= values.length) return text;
  const extra = values
    .slice(used)
    .map((value) => (value === undefined ? "<nil>" : `${typeName(value.type)}=${plain(value)}`));
  return `${text}%!(EXTRA ${extra.join(", ")})`;
}

function formatted(value: GoValue | undefined, verb: Verb): string {
  if (verb.letter === "T") return padded(value === undefined ? "<nil>" : typeName(value.type), verb);
  if (value === undefined) return verb.letter === "v" ? padded("<nil>", verb) : `%!${verb.letter}(<nil>)`;
  const { type } = value;
  if ("print" in type && type.print !== undefined && /[vsqxX]/.test(verb.letter))
    return textVerb(type.print(value.value), verb) ?? wrong(value, verb);
  switch (type.kind) {
    case "string":
      return textVerb(`${value.value}`, verb) ?? wrong(value, verb);
    case "bool":
      return /[tv]/.test(verb.letter) ? padded(`${value.value}`, verb) : wrong(value, verb);
    case "int":
    case "uint":
      return integerVerb(value.value as number, verb) ?? wrong(value, verb);
    case "float":
      return floatVerb(value.value as number, verb) ?? wrong(value, verb);
    default:
      return composite(value, verb);
  }
}

/** A list, map or structure: the verb goes to every part. */
function composite(value: GoValue, verb: Verb): string {
  const inner = (part: GoValue): string => formatted(unwrap(part), verb);
  switch (value.type.kind) {
    case "slice":
      if (value.type === BYTES && /[sqxX]/.test(verb.letter) && (isBytes(value) || isNull(value.value)))
        return textVerb(decode(base64Bytes(`${value.value ?? ""}`)), verb) ?? "";
      return `[${elements(value).map(inner).join(" ")}]`;
    case "map":
      return `map[${mapEntries(value)
        .map(([key, entry]) => `${textVerb(key, verb) ?? key}:${inner(entry)}`)
        .join(" ")}]`;
    case "struct": {
      return `{${structFields(value)
        .map(([field, part]) => (verb.named ? `${field.name}:` : "") + inner(part))
        .join(" ")}}`;
    }
    default:
      if (isNull(value.value) && verb.letter !== "v") return `%!${verb.letter}(${typeName(value.type)}=<nil>)`;
      return padded(plain(value, verb.named), verb);
  }
}

function wrong(value: GoValue, verb: Verb): string {
  return `%!${verb.letter}(${typeName(value.type)}=${plain(value)})`;
}

function textVerb(text: string, verb: Verb): string | undefined {
  const cut = verb.precision === undefined ? text : [...text].slice(0, verb.precision).join("");
  switch (verb.letter) {
    case "v":
      return verb.flags.includes("#") ? padded(quote(cut), verb) : padded(cut, verb);
    case "s":
      return padded(cut, verb);
    case "q":
      return padded(verb.flags.includes("#") && !/[`\p{Cc}]/u.test(cut) ? `\`${cut}\`` : quote(cut), verb);
    case "x":
    case "X": {
      const hex = [...byteString(cut)]
        .map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0"))
        .join(verb.flags.includes(" ") ? " " : "");
      return padded(verb.letter === "X" ? hex.toUpperCase() : hex, verb);
    }
    default:
      return undefined;
  }
}

const BASES: Readonly<Record<string, number>> = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const PREFIXES: Readonly<Record<string, string>> = { b: "0b", o: "0", O: "0o", x: "0x", X: "0X" };

function integerVerb(value: number, verb: Verb): string | undefined {
  const { flags, letter } = verb;
  if (letter === "c") return padded(String.fromCodePoint(value), verb);
  if (letter === "q") return padded(`'${quote(String.fromCodePoint(value)).slice(1, -1)}'`, verb);
  if (letter === "U") return padded(`U+${value.toString(16).toUpperCase().padStart(4, "0")}`, verb);
  const base = BASES[letter];
  if (base === undefined) return undefined;
  const digits = Math.abs(value)
    .toString(base)
    .padStart(verb.precision ?? 1, "0");
  const prefix = letter === "O" || (flags.includes("#") && letter !== "d" && letter !== "v") ? PREFIXES[letter] : "";
  return signedText(value < 0, (prefix ?? "") + (letter === "X" ? digits.toUpperCase() : digits), verb);
}

function floatVerb(value: number, verb: Verb): string | undefined {
  const { letter, precision } = verb;
  const magnitude = Math.abs(value);
  const negative = value < 0 || Object.is(value, -0);
  if (!/[vgGfFeE]/.test(letter)) return undefined;
  if (!Number.isFinite(value)) return padded(Number.isNaN(value) ? "NaN" : negative ? "-Inf" : "+Inf", verb);
  if (/[fF]/.test(letter)) return signedText(negative, fixedText(magnitude, precision ?? 6), verb);
  const text = /[eE]/.test(letter)
    ? exponentText(magnitude, precision ?? 6)
    : precision === undefined
      ? shortestText(magnitude)
      : generalText(magnitude, Math.max(1, precision));
  return signedText(negative, /[EG]/.test(letter) ? text.toUpperCase() : text, verb);
}

function signedText(negative: boolean, digits: string, verb: Verb): string {
  const { flags, width } = verb;
  const sign = negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const zeros = flags.includes("0") && !flags.includes("-") && verb.letter !== "v";
  if (zeros && width !== undefined) return sign + digits.padStart(width - sign.length, "0");
  return padded(sign + digits, { ...verb, flags: flags.replaceAll("0", "") });
}

function padded(text: string, { flags, width }: Verb): string {
  const missing = (width ?? 0) - [...text].length;
  if (missing <= 0) return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  return (flags.includes("0") ? "0" : " ").repeat(missing) + text;
}
