/** `$x` and `${x…}`: what becomes of a parameter. @see POSIX.1-2017, Shell Command Language, 2.6.2 */
import type { Routine } from "../../abi/index.ts";
import { countCharacters, isUnicode } from "../unicode.ts";
import type { Parameter, Word } from "./ast.ts";
import { isDigit } from "./characters.ts";
import { lookUp, prepareDynamic } from "./look-up.ts";
import { optionLetters } from "./options.ts";
import { type Length, prefixLength, replaceMatches, suffixStart } from "./pattern.ts";
import type { Shell } from "./shell.ts";
import { DEFAULT_IFS, SEPARATOR, type Sink } from "./split.ts";

/** How the parts of a word are expanded. */
export interface Context {
  /** The result is split into fields: `"$@"` is one for each parameter. */
  readonly splits: boolean;
  /** Where a tilde is one: nowhere; at the start; after `=` and `:`; at the start and after `:`. */
  readonly tilde: "none" | "start" | "value" | "start-of-value";
  /** Inside of `${x-word}`: literal text is split like a value. */
  readonly inWord: boolean;
}

/** The expansion of words, which parameters contain and are contained in. */
export interface WordExpander {
  parts(shell: Shell, word: Word, sink: Sink, context: Context): Routine<void>;
  string(shell: Shell, word: Word): Routine<string>;
  pattern(shell: Shell, word: Word): Routine<string>;
  arithmetic(shell: Shell, text: string): Routine<bigint>;
}

/** Expands `parameter` into `sink`. @throws Leave for an error in it, or an unset parameter where that is one. */
export function* expandParameter(
  words: WordExpander,
  shell: Shell,
  parameter: Parameter,
  sink: Sink,
  context: Context,
): Routine<void> {
  const { name, operator, word } = parameter;
  if (operator === "bad") {
    shell.errorLine = shell.inputs[shell.inputs.length - 1]?.line ?? shell.firstLine;
    return yield* shell.fail("syntax error: bad substitution");
  }
  if (name === "RANDOM" || name.startsWith("EPOCH")) yield* prepareDynamic(shell);
  const value = parameterValue(shell, parameter, context);
  const isSet = value !== undefined && !(parameter.nullIsUnset && value === "");
  switch (operator) {
    case "-":
    case "+":
      if (isSet !== (operator === "+")) break;
      yield* words.parts(shell, word, sink, wordContext(context));
      return;
    case "=":
      if (isSet) break;
      yield* assign(words, shell, parameter);
      put(shell, parameter, parameterValue(shell, parameter, context), sink, context);
      return;
    case "?":
      if (!isSet) yield* failUnset(words, shell, parameter);
      break;
    default:
      if (value === undefined && shell.has("nounset")) yield* shell.fail(`${name}: parameter not set`);
  }
  if (operator === "+") {
    // What is not taken is expanded to nothing all the same.
    if (!parameter.quoted) sink.value("", false);
    return;
  }
  const modified = yield* modify(words, shell, parameter, value);
  put(shell, parameter, value === undefined && operator !== "length" ? undefined : modified, sink, context);
}

function wordContext(context: Context): Context {
  const inValue = context.tilde === "value" || context.tilde === "start-of-value";
  return { splits: context.splits, tilde: inValue ? "start-of-value" : "start", inWord: true };
}

/** Hands the value to the sink; `"$@"` in fields of its own. */
function put(
  shell: Shell,
  { name, quoted, isAlone }: Parameter,
  value: string | undefined,
  sink: Sink,
  context: Context,
): void {
  if (name !== "@" || !quoted || !context.splits) {
    if (value !== undefined || quoted) sink.value(value ?? "", quoted);
    return;
  }
  if (shell.parameters.length === 0) return;
  for (const [i, field] of (value ?? "").split(SEPARATOR).entries()) {
    if (i > 0) sink.nextField();
    if (isAlone === true) sink.parameter(field);
    else sink.value(field, true);
  }
}

/** `undefined` for a parameter that is not set. */
function parameterValue(shell: Shell, { name, quoted, operator }: Parameter, context: Context): string | undefined {
  if (isDigit(name[0])) {
    const index = Number(name);
    return index === 0 ? shell.zero : shell.parameters[index - 1];
  }
  switch (name) {
    case "$":
      return String(shell.pid);
    case "?":
      return String(shell.status);
    case "#":
      return String(shell.parameters.length);
    case "!":
      return shell.lastBackground === 0 ? undefined : String(shell.lastBackground);
    case "-":
      return optionLetters(shell.options);
    case "@":
    case "*":
      return shell.parameters.join(operator === "length" ? firstOfIfs(shell) : separator(shell, name, quoted, context));
    default:
      return lookUp(shell, name);
  }
}

/** What stands between the parameters of `$@` and `$*`. */
function separator(shell: Shell, name: "@" | "*", quoted: boolean, { splits }: Context): string {
  if (splits && quoted && name === "@") return SEPARATOR;
  if (splits && !quoted) return shell.variables.get("IFS") === undefined ? " " : SEPARATOR;
  return firstOfIfs(shell);
}

const firstOfIfs = (shell: Shell): string => (shell.variables.get("IFS") ?? DEFAULT_IFS).slice(0, 1);

function* assign(words: WordExpander, shell: Shell, { name, word }: Parameter): Routine<void> {
  const value = yield* words.string(shell, word);
  yield* shell.guard(() => shell.variables.set(name, value));
}

function* failUnset(words: WordExpander, shell: Shell, { name, word, nullIsUnset }: Parameter): Routine<void> {
  const usual = `parameter not set${nullIsUnset ? " or null" : ""}`;
  const message = word.length === 0 ? usual : yield* words.string(shell, word);
  yield* shell.fail(`${name}: ${message}`);
}

/** The value after what the operator does to it. */
function* modify(
  words: WordExpander,
  shell: Shell,
  { name, operator, word }: Parameter,
  given: string | undefined,
): Routine<string> {
  const value = given ?? "";
  switch (operator) {
    case "length":
      return String(isUnicode((name) => shell.variables.get(name)) ? countCharacters(value) : value.length);
    case "#":
    case "##": {
      const pattern = yield* words.pattern(shell, word);
      return withoutPrefix(pattern, value, operator === "#" ? "shortest" : "longest");
    }
    case "%":
    case "%%": {
      const pattern = yield* words.pattern(shell, word);
      return withoutSuffix(pattern, value, operator === "%" ? "shortest" : "longest");
    }
    case "/":
    case "//": {
      const [pattern, replacement] = splitReplacement(word);
      const from = yield* words.pattern(shell, pattern);
      const to = yield* words.string(shell, replacement);
      // In what is empty a pattern finds the empty text; where nothing is set it finds nothing.
      if (given === undefined && name !== "@" && name !== "*") return "";
      return operator === "//" ? replaceAll(from, value, to) : replaceFirst(from, value, to);
    }
    case ":":
      return yield* substring(words, shell, value, word);
    default:
      return value;
  }
}

/**
 * Of several parameters, the first is tried alone. As in busybox, the longest prefix takes all of them along where it is
 * all of the first: the separators end what the pattern sees.
 */
function withoutPrefix(pattern: string, value: string, want: Length): string {
  const [first = ""] = value.split(SEPARATOR, 1);
  const length = prefixLength(pattern, first, want);
  return want === "longest" && length === first.length ? "" : value.slice(length ?? 0);
}

/**
 * Of several parameters, the shortest suffix is looked for from the last one, the longest in the first one only. As in
 * busybox, those after it are lost.
 */
function withoutSuffix(pattern: string, value: string, want: Length): string {
  const fields = value.split(SEPARATOR);
  for (let i = want === "longest" ? 0 : fields.length - 1; i >= 0; i--) {
    const field = fields[i] ?? "";
    const start = suffixStart(pattern, field, want);
    if (start !== undefined) return [...fields.slice(0, i), field.slice(0, start)].join(SEPARATOR);
  }
  return value;
}

/** Of several parameters, those after the one that has changed are lost, as in busybox. */
function replaceFirst(pattern: string, value: string, to: string): string {
  const fields = value.split(SEPARATOR);
  for (const [i, field] of fields.entries()) {
    const { text } = replaceMatches(pattern, field, to, false);
    if (text !== field) return [...fields.slice(0, i), text].join(SEPARATOR);
  }
  return value;
}

/** Plain text, with characters escaped perhaps. */
const isPlain = (pattern: string): boolean => /^(?:[^*?[\\]|\\.)*$/s.test(pattern);

/** Of several parameters, a match to the end of one takes those after it along, as with prefixes; but no plain text does. */
function replaceAll(pattern: string, value: string, to: string): string {
  const takesAlong = !isPlain(pattern);
  const changed: string[] = [];
  for (const field of value.split(SEPARATOR)) {
    const { text, toEnd } = replaceMatches(pattern, field, to, true);
    changed.push(text);
    if (toEnd && takesAlong) break;
  }
  return changed.join(SEPARATOR);
}

/** `pattern/replacement`: the first slash that is not quoted divides, but one at the start belongs to the pattern. */
function splitReplacement(word: Word): readonly [pattern: Word, replacement: Word] {
  for (const [i, part] of word.entries()) {
    if (part.kind !== "text" || part.quoted) continue;
    const slash = part.text.indexOf("/", i === 0 ? 1 : 0);
    if (slash < 0) continue;
    const before = { ...part, text: part.text.slice(0, slash) };
    const after = { ...part, text: part.text.slice(slash + 1) };
    return [
      [...word.slice(0, i), before],
      [after, ...word.slice(i + 1)],
    ];
  }
  return [word, []];
}

/** `offset` or `offset:length`; negative ones count from the end. */
function* substring(words: WordExpander, shell: Shell, value: string, word: Word): Routine<string> {
  const text = yield* words.string(shell, word);
  const colon = text.indexOf(":");
  let offset = toInt(yield* words.arithmetic(shell, colon < 0 ? text : text.slice(0, colon)));
  let length = colon < 0 ? value.length : toInt(yield* words.arithmetic(shell, text.slice(colon + 1)));
  if (offset < 0) offset += value.length;
  if (offset < 0 || offset >= value.length) return "";
  if (length < 0) length += value.length - offset;
  return length < 0 ? value.slice(offset) : value.slice(offset, offset + length);
}

const INT_MAX = 2_147_483_647n;

function toInt(value: bigint): number {
  return Number(value > INT_MAX ? INT_MAX : value < -INT_MAX ? -INT_MAX : value);
}
