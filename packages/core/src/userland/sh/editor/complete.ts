/**
 * Completion of the word before the cursor: the names of commands where a command stands, otherwise those of files.
 *
 * @see busybox libbb/lineedit.c: input_tab, complete_cmd_dir_file
 */
import { Errno, type Routine, stat } from "../../../abi/index.ts";
import { byteString, fromByteString } from "../../../lib/index.ts";
import { namesIn } from "../../directory.ts";
import { attempt } from "../../io.ts";
import type { Shell } from "../shell.ts";

export interface Completion {
  /** Where the word begins: bytes before the cursor. */
  readonly start: number;
  /** What it can become, sorted, without what `quoted` adds. */
  readonly matches: readonly string[];
}

const EXECUTE_BITS = 0o111;
const TYPE_BITS = 0o170000;
const DIRECTORY = 0o040000;

export function* complete(shell: Shell, before: string): Routine<Completion> {
  const { start, isCommand } = wordBefore(before);
  const word = before.slice(start).replace(/\\(.)/g, "$1");
  const isPath = word.includes("/");
  const names = new Set(isCommand && !isPath ? yield* commandNames(shell, word) : []);
  for (const name of yield* fileNames(word, isCommand && !isPath)) names.add(name);
  return { start, matches: [...names].sort() };
}

/** Written so that the shell reads it as it stands. */
export const quoted = (name: string): string => name.replace(/[ \t\\"'`$&|;<>()*?[\]#~!{}]/g, "\\$&");

export function commonPrefix(names: readonly string[]): string {
  const first = names[0] ?? "";
  let length = first.length;
  for (const name of names) while (!name.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}

/** Names in columns, from top to bottom, as wide as the longest and two spaces. */
export function inColumns(names: readonly string[], width: number): string {
  const column = Math.max(...names.map((name) => name.length)) + 2;
  const count = Math.max(1, Math.floor(width / column));
  const rows = Math.ceil(names.length / count);
  let text = "";
  for (let row = 0; row < rows; row++) {
    const cells = names.filter((_, index) => index % rows === row);
    text += `${cells.map((name, index) => (index < cells.length - 1 ? name.padEnd(column) : name)).join("")}\n`;
  }
  return text;
}

function wordBefore(before: string): { readonly start: number; readonly isCommand: boolean } {
  const word = /(?:\\.|[^\\\s;|&<>()`'"])*$/.exec(before)?.[0] ?? "";
  const start = before.length - word.length;
  return { start, isCommand: /(?:^|[;|&(`])\s*$/.test(before.slice(0, start)) };
}

function* commandNames(shell: Shell, prefix: string): Routine<readonly string[]> {
  const { builtins, applets } = shell.engine;
  const own = [...builtins.keys(), ...shell.functions.keys(), ...shell.aliases.keys(), ...applets.keys()];
  const found = own.filter((name) => name.startsWith(prefix)).map((name) => `${name} `);
  for (const directory of (shell.variables.get("PATH") ?? "").split(":")) {
    for (const name of yield* entries(directory === "" ? "." : directory)) {
      if (!name.startsWith(prefix)) continue;
      const mode = yield* modeOf(`${directory}/${name}`);
      if ((mode & TYPE_BITS) !== DIRECTORY && (mode & EXECUTE_BITS) !== 0) found.push(`${name} `);
    }
  }
  return found;
}

/** With a slash behind directories, a space behind others. `onlyDirectories`: where a command may stand. */
function* fileNames(word: string, onlyDirectories: boolean): Routine<readonly string[]> {
  const directory = word.slice(0, word.lastIndexOf("/") + 1);
  const prefix = word.slice(directory.length);
  const found: string[] = [];
  for (const name of yield* entries(directory === "" ? "." : directory)) {
    if (!name.startsWith(prefix) || (name.startsWith(".") && !prefix.startsWith("."))) continue;
    const isDirectory = ((yield* modeOf(directory + name)) & TYPE_BITS) === DIRECTORY;
    if (isDirectory) found.push(`${directory}${name}/`);
    else if (!onlyDirectories) found.push(`${directory}${name} `);
  }
  return found;
}

function* modeOf(path: string): Routine<number> {
  const status = yield* attempt(stat(fromByteString(path)));
  return status instanceof Errno ? 0 : status.mode;
}

function* entries(path: string): Routine<readonly string[]> {
  const names = yield* attempt(namesIn(fromByteString(path)));
  return names instanceof Errno ? [] : names.map((name) => byteString(name));
}
