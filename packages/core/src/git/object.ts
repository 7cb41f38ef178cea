/**
 * Objects of git: their bytes, and the ids that these bytes give them. Ids are those that git itself would give.
 *
 * @see gitformat-loose(5), git-hash-object(1); Documentation/user-manual "Trees", "Commit Object"
 */
import { sha1 } from "@noble/hashes/legacy.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import { compareBytes, concat, deflate, encode, toHex } from "../lib/index.ts";

export type ObjectType = "blob" | "tree" | "commit" | "tag";

export interface GitObject {
  /** Forty hexadecimal digits. */
  readonly id: string;
  readonly type: ObjectType;
  readonly content: Uint8Array;
}

/** Octal, as trees write it: a file, one that can be executed, a symbolic link, a directory, a submodule's commit. */
export type TreeMode = "100644" | "100755" | "120000" | "40000" | "160000";

export interface TreeEntry {
  readonly name: string;
  readonly mode: TreeMode;
  readonly id: string;
}

/** Who did something, and when: seconds since 1970, in UTC. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly seconds: number;
}

export interface CommitContent {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly message: string;
}

export interface TagContent {
  readonly object: string;
  readonly name: string;
  readonly tagger: Signature;
  readonly message: string;
}

export const blob = (content: Uint8Array): GitObject => object("blob", content);

/** Its entries in git's order, in which a directory's name counts as if a slash followed it. */
export function tree(entries: readonly TreeEntry[]): GitObject {
  const key = ({ name, mode }: TreeEntry): string => (mode === "40000" ? `${name}/` : name);
  const sorted = entries.toSorted((a, b) => compareBytes(key(a), key(b)));
  return object("tree", concat(sorted.flatMap(({ name, mode, id }) => [encode(`${mode} ${name}\0`), hexToBytes(id)])));
}

/** A commit, whose author is its committer, too. */
export function commit({ tree: id, parents, author, message }: CommitContent): GitObject {
  const who = signatureText(author);
  const lines = [
    `tree ${id}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${who}`,
    `committer ${who}`,
    "",
    withNewline(message),
  ];
  return object("commit", encode(lines.join("\n")));
}

/** An annotated tag of a commit. */
export function tag({ object: id, name, tagger, message }: TagContent): GitObject {
  const head = `object ${id}\ntype commit\ntag ${name}\ntagger ${signatureText(tagger)}\n\n`;
  return object("tag", encode(head + withNewline(message)));
}

/** The file that an object is kept in, below `.git/objects`. */
export function looseFile({ id, type, content }: GitObject): { readonly path: string; readonly content: Uint8Array } {
  const bytes = concat([encode(`${type} ${content.length}\0`), content]);
  return {
    path: `${id.slice(0, 2)}/${id.slice(2)}`,
    content: concat([ZLIB_HEADER, deflate(bytes, 1), adler32(bytes)]),
  };
}

/** Deflate with a window of 32 KiB, the fastest level. @see RFC 1950 */
const ZLIB_HEADER = Uint8Array.of(0x78, 0x01);
const ADLER_MODULUS = 65_521;

/** The checksum at the end of a zlib stream. @see RFC 1950 section 8.2 */
function adler32(bytes: Uint8Array): Uint8Array {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % ADLER_MODULUS;
    high = (high + low) % ADLER_MODULUS;
  }
  return Uint8Array.of(high >> 8, high & 0xff, low >> 8, low & 0xff);
}

function object(type: ObjectType, content: Uint8Array): GitObject {
  return { id: toHex(sha1(concat([encode(`${type} ${content.length}\0`), content]))), type, content };
}

const signatureText = ({ name, email, seconds }: Signature): string => `${name} <${email}> ${seconds} +0000`;

const withNewline = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);
