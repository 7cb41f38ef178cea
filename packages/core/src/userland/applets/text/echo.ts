/** echo: write arguments, separated by blanks. @see echo(1p) */
import { Errno } from "../../../abi/index.ts";
import { byteString, fromLatin1 } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { attempt, writeAll } from "../../io.ts";
import { readEscape } from "./escape.ts";

export const echo: Applet = function* (io) {
  let newline = true;
  let escapes = false;
  const words = io.argv.slice(1);
  for (let word = words[0]; word !== undefined && /^-[neE]+$/.test(word); word = words[0]) {
    if (word.includes("n")) newline = false;
    if (word.includes("e")) escapes = true;
    words.shift();
  }
  const text = words.map(byteString).join(" ");
  const { shown, stopped } = escapes ? interpret(text) : { shown: text, stopped: false };
  const end = newline && !stopped ? "\n" : "";
  const result = yield* attempt(writeAll(1, fromLatin1(shown + end)));
  if (!(result instanceof Errno)) return 0;
  yield* io.perror("write error", result);
  return 1;
};

/** Text with its backslash sequences carried out; `\c` ends it. An octal number may begin with a 0 beyond its three. */
export function interpret(text: string): { readonly shown: string; readonly stopped: boolean } {
  let shown = "";
  for (let at = 0; at < text.length; ) {
    const char = text[at++] as string;
    if (char !== "\\") {
      shown += char;
      continue;
    }
    if (text[at] === "c") return { shown, stopped: true };
    if (text[at] === "0" && /[0-7]/.test(text[at + 1] ?? "")) at++;
    const sequence = readEscape(text, at);
    shown += sequence.char ?? "\\";
    at = sequence.end;
  }
  return { shown, stopped: false };
}
