/** `set -x`: shows commands with their expanded words, quoted so that they could be read again. */
import type { Routine } from "../../abi/index.ts";
import { KEYWORDS } from "./characters.ts";
import { SyntaxFailure } from "./cursor.ts";
import { Leave } from "./errors.ts";
import { expandQuoted } from "./expand.ts";
import { readText } from "./reader.ts";
import type { Shell } from "./shell.ts";

/** Shows a command about to run: its assignments as `NAME=value`, and its words. */
export function* trace(shell: Shell, assignments: readonly string[], words: readonly string[]): Routine<void> {
  if (!shell.has("xtrace") || shell.isTracing) return;
  shell.isTracing = true;
  const prompt = yield* expandPrompt(shell, shell.variables.get("PS4") ?? "");
  shell.isTracing = false;
  const shown = [
    ...assignments.map((text) => {
      const value = text.indexOf("=") + 1;
      return text.slice(0, value) + quoteIfNeeded(text.slice(value));
    }),
    ...words.map((word) => (KEYWORDS.has(word) ? quote(word) : quoteIfNeeded(word))),
  ];
  yield* shell.printError(`${prompt}${shown.join(" ")}\n`, shell.traceFd);
}

/** The value of PS1, PS2 or PS4, with parameters and substitutions expanded; as it is if that fails. */
export function* expandPrompt(shell: Shell, prompt: string): Routine<string> {
  try {
    return yield* expandQuoted(shell, readText(prompt, shell.line));
  } catch (error) {
    if (error instanceof SyntaxFailure) return prompt;
    if (error instanceof Leave && error.reason === "error") return prompt;
    throw error;
  }
}

/** Quoted, if a character in it is special to the shell. */
function quoteIfNeeded(text: string): string {
  return /^[-+,./0-9:@A-Z\]^_a-z]*$/.test(text) ? text : quote(text);
}

/** In single quotes; those in the text are put between double quotes. */
export function quote(text: string): string {
  const parts = /([^']*)('*)/y;
  let quoted = "";
  do {
    const [whole = "", plain = "", quotes = ""] = parts.exec(text) ?? [];
    if (whole === "" && quoted !== "") break;
    quoted += `'${plain}'`;
    if (quotes !== "") quoted += `"${quotes}"`;
  } while (parts.lastIndex < text.length);
  return quoted;
}
