/** Tilde expansion. @see POSIX.1-2017, Shell Command Language, 2.6.1 */
import type { Routine } from "../../abi/index.ts";
import { byteString, fromByteString } from "../../lib/index.ts";
import { Io } from "../io.ts";
import { userByName } from "../passwd.ts";
import type { Context } from "./expand-parameter.ts";
import type { Shell } from "./shell.ts";
import type { Piece } from "./split.ts";

/** Where in its word a text stands. */
interface Place {
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly tilde: Context["tilde"];
}

/** The text with its tildes expanded; directories are quoted. */
export function* expandTilde(shell: Shell, text: string, place: Place): Routine<readonly Piece[]> {
  const pieces: Piece[] = [];
  let start = 0;
  for (const at of places(text, place)) {
    const end = endOfName(text, at, place.tilde !== "start");
    if (end === text.length && !place.isLast) continue;
    const home = yield* homeOf(shell, text.slice(at + 1, end));
    if (home === undefined) continue;
    pieces.push({ text: text.slice(start, at), quoted: false }, { text: home, quoted: true });
    start = end;
  }
  return [...pieces, { text: text.slice(start), quoted: false }];
}

/** Where a tilde would be one. */
function places(text: string, { isFirst, tilde }: Place): readonly number[] {
  const starts = isFirst && tilde !== "value" ? [0] : [];
  const equals = isFirst && tilde === "value" ? text.indexOf("=") : -1;
  if (tilde !== "start") {
    for (let i = 0; i < text.length; i++) if (i === equals || text[i] === ":") starts.push(i + 1);
  }
  return starts.filter((at) => text[at] === "~");
}

function endOfName(text: string, tilde: number, inValue: boolean): number {
  for (let at = tilde; at < text.length; at++) {
    if (text[at] === "/" || (inValue && text[at] === ":")) return at;
  }
  return text.length;
}

function* homeOf(shell: Shell, user: string): Routine<string | undefined> {
  if (user === "") return shell.variables.get("HOME");
  const found = yield* userByName(new Io(shell.name, [], new Map()), fromByteString(user));
  return found === undefined ? undefined : byteString(found.home);
}
