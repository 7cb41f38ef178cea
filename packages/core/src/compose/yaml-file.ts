/**
 * Reads YAML as compose does: anchors, merge keys, `!reset` and `!override`, and where everything is in the file.
 *
 * Syntax is the `yaml` package's; which scalars are numbers and dates, and what errors say, is go-yaml's.
 *
 * @see https://yaml.org/spec/1.2.2, compose-spec 13-merge.md
 */
import {
  type Document,
  isAlias,
  isMap as isMapNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
} from "yaml";
import { quote } from "../lib/go/index.ts";
import { ComposeError, type SourcePlace } from "./compose-error.ts";
import { isList, isMap, type Path, type Tree, type TreeMap } from "./tree.ts";
import { GO_SCALARS, YamlTime } from "./yaml-scalars.ts";
import { problemText, syntaxError } from "./yaml-syntax-error.ts";

/** One document of a file. */
export interface YamlDocument {
  readonly content: Tree;
  /** What earlier files' values are dropped for: `!reset` and `!override`. */
  readonly resets: readonly Path[];
  /** Dates and times, which are no values of anything but extensions. */
  readonly times: readonly Path[];
}

export interface YamlFile {
  readonly documents: readonly YamlDocument[];
  /** Where a path, or what is nearest above it, stands. */
  placeOf(path: Path): SourcePlace | undefined;
}

/** @throws ComposeError */
export function readYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: false,
    merge: true,
    logLevel: "silent",
    customTags: (tags) => [...GO_SCALARS, ...tags],
  });
  const places = new Map<string, SourcePlace>();
  const read: YamlDocument[] = [];
  for (const [at, document] of (Array.isArray(documents) ? documents : []).entries()) {
    const [problem] = document.errors;
    if (problem !== undefined && at === 0) throw syntaxError(problem, text, file);
    // Of later documents the path is told; some of them the `yaml` package takes for what they are not.
    const message = at === 0 ? undefined : (problemText(text) ?? problem?.message);
    if (message !== undefined) throw new ComposeError(`failed to parse ${file}: yaml: ${message}`);
    if (document.contents === null) continue;
    const reader = new DocumentReader(document, file, lines, places);
    read.push({ content: reader.read(), resets: reader.resets, times: reader.times });
  }
  return { documents: read, placeOf: (path) => nearest(places, path) };
}

function nearest(places: ReadonlyMap<string, SourcePlace>, path: Path): SourcePlace | undefined {
  for (let length = path.length; length > 0; length--) {
    const place = places.get(keyOf(path.slice(0, length)));
    if (place !== undefined) return place;
  }
  return undefined;
}

const keyOf = (path: Path): string => path.join("\0");

/** Stands for a value that `!reset` took away. */
const GONE = Symbol("gone");

class DocumentReader {
  readonly resets: Path[] = [];
  readonly times: Path[] = [];
  readonly #document: Document.Parsed;
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #places: Map<string, SourcePlace>;
  /** Anchored nodes that are being read: an alias to one of them would never end. */
  readonly #open = new Map<Node, Path>();

  constructor(document: Document.Parsed, file: string, lines: LineCounter, places: Map<string, SourcePlace>) {
    this.#document = document;
    this.#file = file;
    this.#lines = lines;
    this.#places = places;
  }

  read(): Tree {
    const tree = this.#tree(this.#document.contents, []);
    return tree === GONE ? null : tree;
  }

  #tree(node: unknown, path: Path): Tree | typeof GONE {
    if (isAlias(node)) return this.#alias(node.source, node.resolve(this.#document), path);
    if (!isScalar(node) && !isMapNode(node) && !isSeq(node)) return null;
    this.#note(node, path);
    if (node.tag === "!reset" || node.tag === "!override") this.resets.push(path);
    if (node.tag === "!reset") return GONE;
    if (isScalar(node)) return this.#scalar(node.value, path);
    this.#open.set(node, path);
    const tree = isMapNode(node) ? this.#map(node, path) : this.#list(node.items, path);
    this.#open.delete(node);
    return tree;
  }

  #scalar(value: unknown, path: Path): Tree {
    if (value instanceof YamlTime) {
      this.times.push(path);
      return value.text;
    }
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? value : null;
  }

  #alias(name: string, target: Node | undefined, path: Path): Tree | typeof GONE {
    if (target === undefined) throw new ComposeError(`yaml: unknown anchor '${name}' referenced`, { path });
    const above = this.#open.get(target);
    if (above !== undefined) {
      const [from, to] = [path.join("."), above.join(".")];
      throw new ComposeError(`cycle detected: node at path ${from} references node at path ${to}`, { path });
    }
    return this.#tree(target, path);
  }

  #list(items: readonly unknown[], path: Path): Tree {
    return items.flatMap((item, at) => {
      const tree = this.#tree(item, [...path, String(at)]);
      return tree === GONE ? [] : [tree];
    });
  }

  #map(node: YAMLMap, path: Path): TreeMap {
    const merged: Record<string, Tree> = {};
    const own: Record<string, Tree> = {};
    const seen = new Map<string, number>();
    for (const pair of node.items) {
      const key = this.#key(pair, path);
      const line = this.#placeOf(pair.key)?.line ?? 0;
      const before = seen.get(key);
      if (before !== undefined) {
        const text = `line ${line}: mapping key ${quote(key)} already defined at line ${before}`;
        throw new ComposeError(`failed to parse ${this.#file}: ${text}`, { path, place: this.#placeOf(pair.key) });
      }
      seen.set(key, line);
      if (key === "<<") this.#mergeKey(pair.value, path, merged);
      else this.#entry(pair, key, path, own);
    }
    return { ...merged, ...own };
  }

  #entry(pair: Pair, key: string, path: Path, into: Record<string, Tree>): void {
    const inside = [...path, key];
    this.#note(pair.key, inside);
    const tree = this.#tree(pair.value, inside);
    this.#note(pair.key, inside);
    if (tree !== GONE)
      Object.defineProperty(into, key, { value: tree, enumerable: true, writable: true, configurable: true });
  }

  /** `<<: *anchor`, or a list of them, of which the first wins. */
  #mergeKey(node: unknown, path: Path, into: Record<string, Tree>): void {
    const tree = this.#tree(node, path);
    if (tree === GONE) return;
    const sources = isList(tree) ? tree : [tree];
    for (const source of sources) {
      if (!isMap(source))
        throw new ComposeError(
          `failed to parse ${this.#file}: yaml: map merge requires map or sequence of maps as the value`,
          { path },
        );
      for (const [key, value] of Object.entries(source)) if (!Object.hasOwn(into, key)) into[key] = value;
    }
  }

  #key({ key }: Pair, path: Path): string {
    const value = isScalar(key) ? key.value : undefined;
    if (typeof value === "string") return value;
    if (isScalar(key) && key.source === "<<") return "<<";
    const shown = isScalar(key) ? keyText(value) : "map";
    const where = path.length === 0 ? "at top level" : `in ${path.join(".")}`;
    throw new ComposeError(`non-string key ${where}: ${shown}`, { path, place: this.#placeOf(key) });
  }

  #note(node: unknown, path: Path): void {
    const place = this.#placeOf(node);
    if (place !== undefined && path.length > 0) this.#places.set(keyOf(path), place);
  }

  #placeOf(node: unknown): SourcePlace | undefined {
    const range = isScalar(node) || isMapNode(node) || isSeq(node) || isAlias(node) ? node.range : undefined;
    if (range === undefined || range === null) return undefined;
    const { line, col } = this.#lines.linePos(range[0]);
    return { file: this.#file, line, column: col };
  }
}

const keyText = (value: unknown): string => (value instanceof YamlTime ? value.text : String(value));
