/**
 * YAML as go-yaml writes it: blocks, two spaces, texts quoted only where they would be read as something else.
 *
 * @see go-yaml encode.go, emitterc.go
 */
import { isList, isMap, type Tree, type TreeMap } from "../tree.ts";
import { isTime } from "../yaml-scalars.ts";
import { compareKeys } from "./key-order.ts";

/** The keys named come first, in their order; everything below is in its own. */
export function yamlText(tree: TreeMap): string {
  return block(tree, 0);
}

/** Every map in the order of its keys: by default that in which go-yaml writes Go's maps. */
export function sortedTree(tree: Tree, compare = compareKeys): Tree {
  if (isList(tree)) return tree.map((one) => sortedTree(one, compare));
  if (!isMap(tree)) return tree;
  const entries = Object.entries(tree).sort(([a], [b]) => compare(a, b));
  return Object.fromEntries(entries.map(([key, value]) => [key, sortedTree(value, compare)]));
}

function block(tree: TreeMap, indent: number): string {
  const pad = " ".repeat(indent);
  const lines = Object.entries(tree).map(([key, value]) => `${pad}${plainOrQuoted(key)}:${valueText(value, indent)}`);
  return lines.join("");
}

/** What stands behind a colon, with its line end. */
function valueText(tree: Tree, indent: number): string {
  if (isMap(tree)) return Object.keys(tree).length === 0 ? " {}\n" : `\n${block(tree, indent + 2)}`;
  if (isList(tree)) return tree.length === 0 ? " []\n" : `\n${items(tree, indent + 2)}`;
  return ` ${scalar(tree, indent + 2)}\n`;
}

function items(list: readonly Tree[], indent: number): string {
  const pad = " ".repeat(indent);
  return list.map((item) => `${pad}- ${itemText(item, indent)}`).join("");
}

function itemText(tree: Tree, indent: number): string {
  if (isMap(tree)) return Object.keys(tree).length === 0 ? "{}\n" : block(tree, indent + 2).slice(indent + 2);
  if (isList(tree)) return tree.length === 0 ? "[]\n" : items(tree, indent + 2).slice(indent + 2);
  return `${scalar(tree, indent + 2)}\n`;
}

function scalar(tree: string | number | boolean | null, indent: number): string {
  if (typeof tree !== "string") return String(tree);
  const isLiteral = tree.includes("\n") && !/[^\t\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]| \n| $/.test(tree);
  return isLiteral ? literal(tree, indent) : plainOrQuoted(tree);
}

function literal(text: string, indent: number): string {
  const hint = /^[ \n]/.test(text) ? "2" : "";
  const chomp = !text.endsWith("\n") ? "-" : text === "\n" || text.endsWith("\n\n") ? "+" : "";
  const body = text.replace(/\n$/, "").split("\n");
  const pad = " ".repeat(indent);
  return `|${hint}${chomp}\n${body.map((line) => (line === "" ? "" : pad + line)).join("\n")}`;
}

/** Words, numbers and dates that a reader would not take for texts. */
const MEANS_SOMETHING =
  /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF|<<|[-+]?\.inf|[-+]?\.Inf|[-+]?\.INF|\.nan|\.NaN|\.NAN)$/;
const NUMBER =
  /^[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)$/;
/** Numbers to the base of sixty, of YAML 1.1. */
const SEXAGESIMAL = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

function plainOrQuoted(text: string): string {
  const isOther =
    text === "" || MEANS_SOMETHING.test(text) || NUMBER.test(text) || SEXAGESIMAL.test(text) || isTime(text);
  if (isOther || /[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd\ud800-\udfff]/.test(text)) return doubleQuoted(text);
  return isPlain(text) ? text : `'${text.replaceAll("'", "''")}'`;
}

function isPlain(text: string): boolean {
  if (/^[,[\]{}#&*!|>'"%@`]/.test(text) || /^(?:---|\.\.\.)/.test(text)) return false;
  if (/^[-?:](?: |$)/.test(text)) return false;
  return !/^ | $|: |:$| #/.test(text);
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\u0085": "\\N",
};

function doubleQuoted(text: string): string {
  const body = text.replace(/[\x00-\x1f"\\\x7f-\x9f]/g, (character) => {
    return ESCAPES[character] ?? `\\x${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  });
  return `"${body}"`;
}
