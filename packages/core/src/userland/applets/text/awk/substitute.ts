/** sub(), gsub() and gensub(). */
import { captured, type Regex } from "../../../regex/index.ts";

export interface SubstituteOptions {
  readonly replacement: string;
  /** Which match to replace; 0 for all. */
  readonly which: number;
  /** `\1` … `\9` in the replacement mean groups. */
  readonly groups: boolean;
}

export function substitute(
  text: string,
  regex: Regex,
  { replacement, which, groups }: SubstituteOptions,
): { readonly text: string; readonly count: number } {
  const parts: string[] = [];
  const needsGroups = groups && /\\[0-9]/.test(replacement);
  let at = 0;
  let count = 0;
  while (at <= text.length) {
    const options = { start: at, notLineStart: count > 0 };
    const span = needsGroups ? undefined : regex.find(text, options);
    const match = needsGroups ? regex.exec(text, options) : span && [span.start, span.end];
    if (match === undefined) break;
    const start = match[0] ?? 0;
    const end = match[1] ?? 0;
    count++;
    parts.push(text.slice(at, start));
    parts.push(
      count >= which ? expand(replacement, groups, (group) => captured(text, match, group)) : text.slice(start, end),
    );
    at = end;
    if (count === which) break;
    if (start === end) {
      // An empty match takes the next character with it.
      parts.push(text.slice(at, at + 1));
      at++;
    }
  }
  parts.push(text.slice(at));
  return { text: parts.join(""), count };
}

function expand(replacement: string, groups: boolean, group: (index: number) => string): string {
  return replacement.replace(/\\(.)|&/gs, (whole, escaped: string | undefined) => {
    if (escaped === undefined) return whole === "&" ? group(0) : whole;
    return groups && escaped >= "0" && escaped <= "9" ? group(Number(escaped)) : escaped;
  });
}
