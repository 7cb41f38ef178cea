/** Backslash sequences as busybox reads them everywhere: in awk's strings, in tr's sets. */

const LETTERS: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

export interface Escape {
  /** What the sequence stands for; `undefined` if it is none. */
  readonly char: string | undefined;
  readonly end: number;
}

/** Reads the sequence whose backslash stands just before `at`. */
export function readEscape(text: string, at: number): Escape {
  const octal = /^[0-7]{1,3}/.exec(text.slice(at, at + 3))?.[0];
  if (octal !== undefined) {
    const digits = Number.parseInt(octal, 8) > 255 ? octal.slice(0, 2) : octal;
    return { char: String.fromCharCode(Number.parseInt(digits, 8)), end: at + digits.length };
  }
  const hex = /^x([0-9a-fA-F]{1,2})/.exec(text.slice(at, at + 3));
  if (hex !== null) return { char: String.fromCharCode(Number.parseInt(hex[1] ?? "0", 16)), end: at + hex[0].length };
  const char = LETTERS[text[at] ?? ""];
  return { char, end: char === undefined ? at : at + 1 };
}

/** The text of a string: unknown sequences lose their backslash, one before a newline goes with it. */
export function unescapeString(text: string): string {
  let result = "";
  for (let at = 0; at < text.length; ) {
    const char = text[at++] ?? "";
    if (char !== "\\") {
      result += char;
      continue;
    }
    const sequence = readEscape(text, at);
    if (sequence.char !== undefined) {
      result += sequence.char;
      at = sequence.end;
    } else {
      const next = text[at] ?? "";
      if (next !== "\n") result += next;
      at++;
    }
  }
  // What a NUL hides from C programs is not there.
  const nul = result.indexOf("\0");
  return nul < 0 ? result : result.slice(0, nul);
}
