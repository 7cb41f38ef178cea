/** The `s` command on one line. */
import { type Captures, captured, type Regex } from "../../../regex/index.ts";
import type { Substitution } from "./script.ts";

/** The changed line; `undefined` if nothing was replaced. */
export function substitute(line: string, regex: Regex, { replacement, which }: Substitution): string | undefined {
  const parts: string[] = [];
  let altered = false;
  let count = 0;
  let previousEmpty = true;
  let triedAtEnd = false;
  let at = 0;
  const needsGroups = /\\[1-9]/.test(replacement);
  const look = (notLineStart: boolean): Captures | undefined => {
    // What was passed is not looked at again: each search begins as if the text began there.
    const options = { start: at, origin: at, notLineStart };
    if (needsGroups) return regex.exec(line, options);
    const span = regex.find(line, options);
    return span && [span.start, span.end];
  };
  for (let match = look(false); match !== undefined; match = look(true)) {
    const start = match[0] ?? at;
    const end = match[1] ?? at;
    count++;
    if (which !== 0 && which !== count) {
      const next = start === end && end < line.length ? end + 1 : end;
      parts.push(line.slice(at, next));
      at = next;
    } else {
      parts.push(line.slice(at, start));
      // An empty match right behind a match that was not empty is no match.
      if (previousEmpty || start !== at || start !== end) {
        parts.push(expand(replacement, line, match));
        altered = true;
      }
      previousEmpty = start === end;
      at = end;
      if (previousEmpty) {
        if (end >= line.length) triedAtEnd = true;
        else parts.push(line.charAt(at++));
      }
      if (which !== 0) break;
    }
    if (at >= line.length) {
      if (triedAtEnd) break;
      triedAtEnd = true;
    }
  }
  if (!altered) return undefined;
  parts.push(line.slice(at));
  return parts.join("");
}

/** The replacement with `&` and `\N` filled in. */
function expand(replacement: string, line: string, match: Captures): string {
  return replacement.replace(/\\(.?)|&/gs, (text, escaped: string | undefined) => {
    if (text === "&") return captured(line, match, 0);
    const char = escaped ?? "";
    return char >= "0" && char <= "9" ? captured(line, match, Number(char)) : char;
  });
}
