/**
 * `KEY=value` texts: environment, labels, and the files that hold them, a line each.
 *
 * Model: docker/cli opts.ValidateEnv, opts.ValidateLabel, pkg/kvfile.
 */
import { decode } from "../../../lib/index.ts";
import type { ClientMachine } from "../client.ts";
import type { StringMap } from "../create-body.ts";
import { ValueError } from "../problem.ts";

/** The text before and after the first separator; `after` is undefined if there is none. */
export function cut(text: string, separator: string): readonly [before: string, after: string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** Later values of a key win; a text without `=` has the value "". */
export function toMap(pairs: readonly string[]): StringMap {
  return Object.fromEntries(pairs.map((pair) => [cut(pair, "=")[0], cut(pair, "=")[1] ?? ""]));
}

/** Refuses an environment entry without a name. */
export function environmentEntry(text: string): string {
  if (cut(text, "=")[0] === "") throw new ValueError(`invalid environment variable: ${text}`);
  return text;
}

/** Gives a bare name the value that it has on the client; without one it stays bare. */
export function fromClient(entry: string, client: ClientMachine): string {
  const value = entry.includes("=") ? undefined : client.env.get(entry);
  return value === undefined ? entry : `${entry}=${value}`;
}

/** Refuses a label whose name is empty or holds blanks. */
export function label(text: string): string {
  const name = cut(text, "=")[0].replace(/^[ \t]+/, "");
  if (name === "") throw new ValueError(`invalid label '${text}': empty name`);
  if (/[ \t]/.test(name)) throw new ValueError(`label '${name}' contains whitespaces`);
  return text;
}

/** Longest line that Go's bufio.Scanner reads. */
const MAX_LINE_BYTES = 64 * 1024;
const LEADING_SPACE = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

/**
 * The entries of a file of environment variables or labels.
 *
 * A bare name takes its value from the client's environment if `inherit` is set, and is left out without one.
 */
export function readPairs(path: string, client: ClientMachine, inherit: boolean): string[] {
  const content = client.readFile(path);
  if (content === "is a directory") throw new ValueError(`invalid env file (${path}): read ${path}: ${content}`);
  if (typeof content === "string") throw new ValueError(`open ${path}: ${content}`);
  const pairs: string[] = [];
  for (const [number, bytes] of lines(content).entries()) {
    const pair = readLine(bytes, number, path);
    if (pair === undefined) continue;
    if (pair.includes("=")) pairs.push(pair);
    else if (inherit && client.env.has(pair)) pairs.push(fromClient(pair, client));
  }
  return pairs;
}

function readLine(bytes: Uint8Array, number: number, path: string): string | undefined {
  const refuse = (why: string): ValueError => new ValueError(`invalid env file (${path}): ${why}`);
  if (bytes.length >= MAX_LINE_BYTES) throw refuse("bufio.Scanner: token too long");
  const text = decode(bytes);
  if (/[\udc80-\udcff]/.test(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, "")))
    throw refuse(`invalid utf8 bytes at line ${number + 1}: [${bytes.join(" ")}]`);
  const line = (number === 0 ? text.replace(/^\ufeff/, "") : text).replace(LEADING_SPACE, "");
  if (line === "" || line.startsWith("#")) return undefined;
  const name = cut(line, "=")[0];
  if (name === "") throw refuse(`no variable name on line '${line}'`);
  if (/[ \t]/.test(name)) throw refuse(`variable '${name}' contains whitespaces`);
  return line;
}

/** Lines without their ends; a carriage return before a line feed goes too. */
function lines(content: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let start = 0; start < content.length; ) {
    const feed = content.indexOf(0x0a, start);
    const end = feed < 0 ? content.length : feed;
    found.push(content.subarray(start, content[end - 1] === 0x0d && end > start ? end - 1 : end));
    start = end + 1;
  }
  return found;
}
