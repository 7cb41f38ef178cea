/** The prompts of an interactive shell, with the escapes of busybox's line editor. */
import { clock_gettime, getresuid, type Routine, uname, write } from "../../abi/index.ts";
import { byteString, fromLatin1 } from "../../lib/index.ts";
import { attempt, Io } from "../io.ts";
import { type User, userById } from "../passwd.ts";
import type { Shell } from "./shell.ts";
import { expandPrompt } from "./trace.ts";

/** Writes the value of PS1 or PS2 to standard error, as the line editor does. */
export function* showPrompt(shell: Shell, name: "PS1" | "PS2"): Routine<void> {
  yield* attempt(write(2, fromLatin1(yield* promptText(shell, name))));
}

/** The value of PS1 or PS2, expanded; a byte string. */
export function* promptText(shell: Shell, name: "PS1" | "PS2"): Routine<string> {
  const text = shell.variables.get(name) ?? "";
  // An escaped dollar is the prompt's own, not the shell's.
  const expanded = yield* expandPrompt(shell, text.replaceAll("\\$", "\\\\\\$"));
  return yield* decorate(shell, expanded);
}

function* decorate(shell: Shell, text: string): Routine<string> {
  let shown = "";
  const token = /\\([0-7]{1,3}|.)|[^\\]+|\\/gs;
  for (const [whole, letter] of text.matchAll(token)) {
    if (letter === undefined) shown += whole;
    else
      shown += /^[0-7]/.test(letter)
        ? String.fromCharCode(Number.parseInt(letter, 8) & 0xff)
        : yield* meaning(shell, letter);
  }
  return shown;
}

const PLAIN: Readonly<Record<string, string>> = { n: "\n", r: "\r", a: "\x07", e: "\x1b", "[": "", "]": "" };

function* meaning(shell: Shell, letter: string): Routine<string> {
  switch (letter) {
    case "$":
      return (yield* getresuid()).effective === 0 ? "#" : "$";
    case "w":
      return yield* directory(shell);
    case "W": {
      const path = yield* directory(shell);
      return path === "/" ? path : path.slice(path.lastIndexOf("/") + 1);
    }
    case "h":
      return byteString((yield* uname()).nodename.replace(/\..*/, ""));
    case "H":
      return byteString((yield* uname()).nodename);
    case "u":
      return byteString((yield* user(shell))?.name ?? "");
    case "t":
    case "T":
    case "@":
    case "A":
      return timeOfDay(yield* clock_gettime("realtime"));
    default:
      return PLAIN[letter] ?? letter;
  }
}

/** The current directory, with a tilde for the user's own. */
function* directory(shell: Shell): Routine<string> {
  const path = shell.variables.get("PWD") ?? "";
  const home = byteString((yield* user(shell))?.home ?? "");
  if (home === "" || !path.startsWith(home)) return path;
  const rest = path.slice(home.length);
  return rest === "" || rest.startsWith("/") ? `~${rest}` : path;
}

function* user(shell: Shell): Routine<User | undefined> {
  return yield* userById(new Io(shell.name, [], new Map()), (yield* getresuid()).effective);
}

function timeOfDay(nowUs: number): string {
  const minutes = Math.floor(nowUs / 60_000_000) % 1440;
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
