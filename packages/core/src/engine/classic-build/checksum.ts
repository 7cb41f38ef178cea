/**
 * Checksums of what a classic build copies, which its history tells: over what the context's archive says of each file,
 * but for times and names of owners, and over what is in it.
 *
 * @see moby daemon/builder/remotecontext/internal/tarsum, daemon/builder/dockerfile/copy.go
 */
import { hasWildcards, matchGlob } from "../../build/index.ts";
import {
  clean,
  compareBytes,
  concat,
  dirname,
  encode,
  readTar,
  sha256,
  type TarEntry,
  TYPE_FLAGS,
} from "../../lib/index.ts";

/** A chain of more symbolic links leads nowhere. */
const MAX_LINKS = 40;

interface Member {
  readonly sum: string;
  readonly isDirectory: boolean;
  /** Where a symbolic link leads to, from the context's root. */
  readonly link: string | undefined;
}

export class ContextSums {
  /** By path, in the order of a walk. */
  readonly #members: ReadonlyMap<string, Member>;

  constructor(tar: Uint8Array) {
    const members = new Map([...readTar(tar)].map((entry) => [placeOf(entry.header.name), memberOf(entry)]));
    for (const path of [...members.keys()]) addParents(members, path);
    this.#members = new Map([...members].sort(([a], [b]) => compareBytes(walkKey(a), walkKey(b))));
  }

  /** "file:…", "dir:…", or "multi:…" where the patterns name several; nothing if one of them names nothing. */
  of(patterns: readonly string[]): string | undefined {
    const sums: string[] = [];
    for (const pattern of patterns) {
      const found = this.#matches(placeOf(pattern)).map((path) => this.#sumOf(path));
      if (found.length === 0) return undefined;
      sums.push(...found);
    }
    return sums.length === 1 ? sums[0] : `multi:${digest(sums)}`;
  }

  #matches(pattern: string): readonly string[] {
    if (hasWildcards(pattern)) return [...this.#members.keys()].filter((path) => matchGlob(pattern, path));
    return pattern === "" || this.#members.has(this.#followed(pattern)) ? [pattern] : [];
  }

  #sumOf(given: string): string {
    const path = this.#followed(given);
    const member = this.#members.get(path);
    if (member !== undefined && !member.isDirectory) return `file:${member.sum}`;
    const below = [...this.#members.keys()].filter((one) => path === "" || one === path || one.startsWith(`${path}/`));
    const sums = below.map((one) => this.#members.get(this.#followed(one))?.sum ?? one);
    return `dir:${digest(sums.sort(compareBytes))}`;
  }

  /** The path that symbolic links lead to. */
  #followed(path: string): string {
    let at = "";
    const left = path.split("/");
    for (let links = 0; left.length > 0; ) {
      const next = placeOf(`${at}/${left.shift()}`);
      const link = this.#members.get(next)?.link;
      if (link === undefined || ++links > MAX_LINKS) at = next;
      else {
        at = "";
        left.unshift(...link.split("/"));
      }
    }
    return at;
  }
}

function memberOf({ header, data }: TarEntry): Member {
  const { name, mode, uid, gid, size, type, linkName, major, minor, xattrs } = header;
  const said: readonly (readonly [string, string | number])[] = [
    ["name", name],
    ["mode", mode],
    ["uid", uid],
    ["gid", gid],
    ["size", size],
    ["typeflag", type === "other" ? "" : TYPE_FLAGS[type]],
    ["linkname", linkName],
    ["uname", ""],
    ["gname", ""],
    ["devmajor", major],
    ["devminor", minor],
  ];
  const parts = [encode(said.map(([key, value]) => `${key}${value}`).join(""))];
  for (const [key, value] of [...xattrs].sort(([a], [b]) => compareBytes(a, b))) parts.push(encode(key), value);
  const target = linkName.startsWith("/") ? linkName : `${dirname(`/${placeOf(name)}`)}/${linkName}`;
  return {
    sum: sha256(concat([...parts, data])),
    isDirectory: type === "dir",
    link: type === "symlink" ? placeOf(target) : undefined,
  };
}

/** A directory that the archive does not speak of is made, and has its path for a sum. */
function addParents(members: Map<string, Member>, path: string): void {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    const parent = path.slice(0, end);
    if (!members.has(parent)) members.set(parent, { sum: parent, isDirectory: true, link: undefined });
  }
}

const digest = (sums: readonly string[]): string => sha256(encode(sums.join(",")));

const placeOf = (path: string): string => clean(`/${path}`).slice(1);

/** A directory comes before what is in it, and that before what is beside it. */
const walkKey = (path: string): string => path.replaceAll("/", "\0");
