/**
 * nginx's configuration: words, semicolons, blocks, and `include`.
 *
 * @see https://nginx.org/en/docs/beginners_guide.html#conf_structure
 */
import { Errno, type Routine } from "../../abi/index.ts";
import { dirname, join } from "../../lib/index.ts";
import { attempt, readText } from "../../userland/index.ts";
import { listDirectory } from "../files.ts";

export interface Directive {
  readonly name: string;
  readonly words: readonly string[];
  readonly block: readonly Directive[] | undefined;
  readonly line: number;
}

/** Why a configuration cannot be used, as nginx says it behind "[emerg] ". */
export class ConfigError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

interface Token {
  readonly text: string;
  readonly line: number;
}

/** The directives of a file, with what it includes. @throws ConfigError */
export function* readConfig(path: string, root = dirname(path)): Routine<readonly Directive[]> {
  const text = yield* attempt(readText(path));
  if (text instanceof Errno) throw new ConfigError(`open() "${path}" failed (${text.errno}: ${text.message})`);
  const tokens = tokenize(text);
  return yield* parseBlock(tokens, { path, root, isTop: true });
}

interface Place {
  readonly path: string;
  readonly root: string;
  readonly isTop: boolean;
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (const match of text.matchAll(
    /\n|#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[{};]|(?:\$\{\w+\}|[^\s{};"'])+/g,
  )) {
    const [word] = match;
    if (word === "\n") line++;
    else if (!word.startsWith("#")) tokens.push({ text: word, line });
  }
  return tokens;
}

function* parseBlock(tokens: Token[], place: Place): Routine<readonly Directive[]> {
  const directives: Directive[] = [];
  let words: Token[] = [];
  for (let token = tokens.shift(); token !== undefined; token = tokens.shift()) {
    const [first] = words;
    if (token.text === "}") {
      if (place.isTop || first !== undefined) throw new ConfigError(`unexpected "}" in ${place.path}:${token.line}`);
      return directives;
    }
    if (token.text !== ";" && token.text !== "{") {
      words.push(token);
      continue;
    }
    if (first === undefined) throw new ConfigError(`unexpected "${token.text}" in ${place.path}:${token.line}`);
    const rest = words.slice(1).map(({ text }) => unquoted(text));
    words = [];
    if (first.text === "include" && token.text === ";") directives.push(...(yield* includeFiles(rest[0] ?? "", place)));
    else {
      const block = token.text === "{" ? yield* parseBlock(tokens, { ...place, isTop: false }) : undefined;
      directives.push({ name: first.text, words: rest, block, line: first.line });
    }
  }
  if (!place.isTop || words.length > 0) {
    throw new ConfigError(`unexpected end of file, expecting ";" or "}" in ${place.path}`);
  }
  return directives;
}

const unquoted = (text: string): string => (/^["']/.test(text) ? text.slice(1, -1) : text);

function* includeFiles(pattern: string, { root }: Place): Routine<readonly Directive[]> {
  const path = pattern.startsWith("/") ? pattern : join(root, pattern);
  if (!path.includes("*")) return yield* readConfig(path, root);
  const directory = dirname(path);
  const names = new RegExp(
    `^${path
      .slice(directory.length + 1)
      .replaceAll(".", "\\.")
      .replaceAll("*", ".*")}$`,
  );
  const found: Directive[] = [];
  for (const name of yield* listDirectory(directory)) {
    if (names.test(name)) found.push(...(yield* readConfig(join(directory, name), root)));
  }
  return found;
}

/** The last directive of that name. */
export const directiveOf = (block: readonly Directive[], name: string): Directive | undefined =>
  block.findLast((one) => one.name === name);
