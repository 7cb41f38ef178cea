/**
 * Word expansion: tilde, parameters, substitutions, arithmetic; then splitting and pathnames.
 *
 * @see POSIX.1-2017, Shell Command Language, 2.6
 */
import type { Routine } from "../../abi/index.ts";
import { evaluateArithmetic } from "./arithmetic.ts";
import type { Part, Word } from "./ast.ts";
import { type Context, expandParameter, type WordExpander } from "./expand-parameter.ts";
import { glob } from "./glob.ts";
import { lookUp, prepareDynamic } from "./look-up.ts";
import type { Shell } from "./shell.ts";
import { DEFAULT_IFS, FieldSink, PatternSink, type Piece, type Sink, StringSink } from "./split.ts";
import { substituteCommand, substituteProcess } from "./substitute.ts";
import { expandTilde } from "./tilde.ts";

const FIELDS: Context = { splits: true, tilde: "start", inWord: false };
const WORD: Context = { splits: false, tilde: "start", inWord: false };
const VALUE: Context = { splits: false, tilde: "value", inWord: false };
const QUOTED: Context = { splits: false, tilde: "none", inWord: false };

/** All fields of a word: an argument list. */
export function* expandFields(shell: Shell, word: Word): Routine<readonly string[]> {
  const [only] = word;
  if (word.length === 1 && only?.kind === "text" && !/[*?[~]/.test(only.text)) return [only.text];
  const sink = new FieldSink(shell.variables.get("IFS") ?? DEFAULT_IFS);
  yield* expandParts(shell, word, sink, FIELDS);
  const results: string[] = [];
  for (const pieces of sink.finish()) {
    const paths = shell.has("noglob") ? undefined : yield* glob(pieces);
    results.push(...(paths ?? [textOf(pieces)]));
  }
  return results;
}

/** A word that is one string: the target of a redirection, the subject of `case`. */
export function* expandString(shell: Shell, word: Word): Routine<string> {
  return yield* expandInto(shell, word, WORD);
}

/** `NAME=value`. */
export function* expandAssignment(shell: Shell, word: Word): Routine<string> {
  return yield* expandInto(shell, word, VALUE);
}

/** Text that is expanded as between double quotes: a here-document, PS4, the word after `:?`. */
export function* expandQuoted(shell: Shell, word: Word): Routine<string> {
  return yield* expandInto(shell, word, QUOTED);
}

/** A pattern: of `case`, or of `${x#pattern}`. */
export function* expandPattern(shell: Shell, word: Word): Routine<string> {
  const sink = new PatternSink();
  yield* expandParts(shell, word, sink, WORD);
  return sink.pattern;
}

function* expandInto(shell: Shell, word: Word, context: Context): Routine<string> {
  const sink = new StringSink();
  yield* expandParts(shell, word, sink, context);
  return sink.text;
}

/** Expands every part of `word` into `sink`. */
function* expandParts(shell: Shell, word: Word, sink: Sink, context: Context): Routine<void> {
  for (const [i, part] of word.entries()) {
    if (part.kind !== "text") yield* expandPart(shell, part, sink, context);
    else if (part.quoted || context.tilde === "none" || !part.text.includes("~")) {
      putText(sink, part.text, part.quoted, context);
    } else {
      const place = { isFirst: i === 0, isLast: i === word.length - 1, tilde: context.tilde };
      for (const { text, quoted } of yield* expandTilde(shell, part.text, place)) putText(sink, text, quoted, context);
    }
  }
}

function putText(sink: Sink, text: string, quoted: boolean, context: Context): void {
  if (context.inWord) sink.value(text, quoted);
  else sink.literal(text, quoted);
}

function* expandPart(shell: Shell, part: Exclude<Part, { kind: "text" }>, sink: Sink, context: Context): Routine<void> {
  switch (part.kind) {
    case "parameter":
      yield* expandParameter(WORDS, shell, part, sink, context);
      return;
    case "command":
      sink.value(yield* substituteCommand(shell, part.body), part.quoted);
      return;
    case "process":
      sink.literal(yield* substituteProcess(shell, part), true);
      return;
    case "arithmetic": {
      const text = yield* expandInto(shell, part.expression, QUOTED);
      sink.value((yield* arithmetic(shell, text)).toString(), part.quoted);
    }
  }
}

/** The value of an arithmetic expression. An error ends the shell. */
export function* arithmetic(shell: Shell, text: string): Routine<bigint> {
  if (text.includes("RANDOM") || text.includes("EPOCH")) yield* prepareDynamic(shell);
  return yield* shell.guard(() =>
    evaluateArithmetic(text, {
      get: (name) => lookUp(shell, name),
      set: (name, value) => shell.variables.set(name, value),
    }),
  );
}

const WORDS: WordExpander = { parts: expandParts, string: expandString, pattern: expandPattern, arithmetic };

const textOf = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join("");
