/** Lists and maps. Model: compose-go's types, mattn/go-shellwords. */
import { sortKeys } from "../../lib/index.ts";
import { ComposeError } from "../compose-error.ts";
import { isList, isMap, mapOf, type Path, plainText, type Tree, type TreeMap } from "../tree.ts";
import { type Kind, undecodable } from "./kind.ts";

export type StringMap = Readonly<Record<string, string>>;

export const strings: Kind<readonly string[]> = {
  decode(tree) {
    const list = isList(tree) ? tree.map(plainText) : tree === null ? [] : [plainText(tree)];
    return list.length === 0 ? undefined : list;
  },
  yaml: (value) => value,
};

export function list<T>(kind: Kind<T>): Kind<readonly T[]> {
  return {
    decode(tree, path) {
      if (!isList(tree)) return undefined;
      const decoded = tree.flatMap((one, at) => kind.decode(one, [...path, String(at)]) ?? []) as readonly T[];
      return decoded.length === 0 ? undefined : decoded;
    },
    yaml: (value) => value.map((one) => kind.yaml(one)),
    json: (value) => value.map((one) => (kind.json ?? kind.yaml)(one)),
  };
}

/** Things by names; `null` for a name behind which nothing stands. */
export function named<T>(kind: Kind<T>): Kind<Readonly<Record<string, T | null>>> {
  const write = (value: Readonly<Record<string, T | null>>, how: (one: T) => Tree): TreeMap =>
    sortKeys(Object.fromEntries(Object.entries(value).map(([key, one]) => [key, one === null ? null : how(one)])));
  return {
    decode(tree, path) {
      const entries = Object.entries(mapOf(tree)).map(([key, one]): [string, T | null] => [
        key,
        one === null ? null : (kind.decode(one, [...path, key]) ?? null),
      ]);
      return entries.length === 0 ? undefined : Object.fromEntries(entries);
    },
    yaml: (value) => write(value, (one) => kind.yaml(one)),
    json: (value) => write(value, (one) => (kind.json ?? kind.yaml)(one)),
  };
}

/** `{a: b}` and `["a=b"]`; nothing is an empty text. */
export const labels: Kind<StringMap> = {
  decode(tree) {
    const entries = isList(tree)
      ? tree.map((one) => pair(plainText(one)))
      : Object.entries(mapOf(tree)).map(([key, value]): [string, string] => [
          key,
          value === null ? "" : plainText(value),
        ]);
    return entries.length === 0 ? undefined : Object.fromEntries(entries.map(([key, value]) => [key, value ?? ""]));
  },
  yaml: sortKeys,
};

function pair(entry: string): [string, string | undefined] {
  const at = entry.indexOf("=");
  return at < 0 ? [entry, undefined] : [entry.slice(0, at), entry.slice(at + 1)];
}

/** Like labels, but a name alone has no value. */
export const variables: Kind<Readonly<Record<string, string | null>>> = {
  decode(tree, path) {
    const entries = isList(tree)
      ? tree.map((one) => variable(plainText(one), path))
      : Object.entries(mapOf(tree)).map(([key, value]): [string, string | null] => [
          key,
          value === null ? null : plainText(value),
        ]);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  },
  yaml: sortKeys,
};

function variable(entry: string, path: Path): [string, string | null] {
  const [key, value] = pair(entry);
  if (/\s$/.test(key)) throw undecodable(path, `environment variable ${key} is declared with a trailing space`);
  return [key, value ?? null];
}

/** A command as words; an empty one is something else than none. */
export const command: Kind<readonly string[]> = {
  decode: (tree) => (tree === null ? undefined : isList(tree) ? tree.map(plainText) : shellWords(plainText(tree))),
  yaml: (value) => value,
};

/** Words as a shell parts them, without anything else that a shell does. Behind `;`, `&`, `|`, `<` and `>` it ends. */
function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  let word = "";
  let isWord = false;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? "";
    if (character === "\\" && quote !== "'") {
      word += line[++at] ?? "";
      isWord = true;
    } else if (quote !== "" ? character === quote : character === "'" || character === '"') {
      quote = quote === "" ? character : "";
      isWord = true;
    } else if (quote === "" && /[ \t\r\n]/.test(character)) {
      if (isWord) words.push(word);
      [word, isWord] = ["", false];
    } else if (quote === "" && /[;&|<>]/.test(character)) {
      break;
    } else {
      word += character;
      isWord = true;
    }
  }
  if (quote !== "") throw new ComposeError("invalid command line string");
  return isWord ? [...words, word] : words;
}

export const healthTest: Kind<readonly string[]> = {
  decode: (tree) => (isList(tree) ? tree.map(plainText) : tree === null ? undefined : ["CMD-SHELL", plainText(tree)]),
  yaml: (value) => value,
};

export type Hosts = Readonly<Record<string, readonly string[]>>;

/** Addresses by names: `{a: 1.2.3.4}`, `["a=1.2.3.4"]`, `["a:1.2.3.4"]`. */
export const hosts: Kind<Hosts> = {
  decode(tree, path) {
    const found = new Map<string, readonly string[]>();
    const add = (name: string, addresses: readonly string[]): void => {
      if (name === "" || /[:=]/.test(name)) throw undecodable(path, `bad host name '${name}'`);
      found.set(name, [...(found.get(name) ?? []), ...addresses.map((one) => one.replace(/^\[(.+)\]$/, "$1"))]);
    };
    if (isList(tree)) for (const entry of tree.map(plainText)) add(...hostEntry(entry, path));
    else
      for (const [name, value] of Object.entries(mapOf(tree)))
        add(name, isList(value) ? value.map(plainText) : [value === null ? "" : plainText(value)]);
    return found.size === 0 ? undefined : Object.fromEntries(found);
  },
  yaml: (value) => hostList(value, "=").toSorted(),
};

function hostEntry(entry: string, path: Path): [string, readonly string[]] {
  const separator = entry.includes("=") ? "=" : ":";
  const at = entry.indexOf(separator);
  if (at < 0) throw undecodable(path, `invalid additional host, missing IP: ${entry}`);
  return [entry.slice(0, at), entry.slice(at + 1).split(",")];
}

export function hostList(value: Hosts, separator: string): readonly string[] {
  return Object.entries(value).flatMap(([name, addresses]) =>
    addresses.map((address) => `${name}${separator}${address}`),
  );
}

/** Keys of an SSH agent: a name, or `name=path`. */
export const sshKeys: Kind<readonly string[]> = {
  decode(tree) {
    const keys = Object.entries(mapOf(tree)).map(([id, path]) => (path === null ? id : `${id}=${plainText(path)}`));
    return keys.length === 0 ? undefined : keys.sort();
  },
  yaml: (value) => value,
};

/** True or false, however it is said. */
export const external: Kind<boolean> = {
  decode: (tree) => (isMap(tree) || tree === true || tree === "true" ? true : undefined),
  yaml: (value) => value,
};
