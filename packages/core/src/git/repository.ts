/**
 * A repository of the simulated world, declared as data: commits, and the branches and tags that name them.
 *
 * @see gitrepository-layout(5), gitrevisions(7)
 */
import { assert, compareBytes, decode, encode, StatusError } from "../lib/index.ts";
import { blob, commit, type GitObject, type Signature, type TreeEntry, type TreeMode, tag, tree } from "./object.ts";

/** A text or bytes alone mean a file that cannot be executed: git knows no other permissions. */
export type GitFile =
  | string
  | Uint8Array
  | { readonly content: string | Uint8Array; readonly executable?: boolean }
  | { readonly symlink: string }
  /** The whole id of a commit of another repository, which `.gitmodules` tells the address of. */
  | { readonly submodule: string };

/** A commit as it is declared: its files, and what git notes of it. */
export interface GitCommit {
  /** Everything that the commit holds, by path: "src/main.c". */
  readonly files: Readonly<Record<string, GitFile>>;
  /** Names in `commits`, of those before it. */
  readonly parents?: readonly string[];
  /** By default "Commit". */
  readonly message?: string;
  readonly author?: Partial<Signature>;
}

/** A commit, or the name of one in `commits`. */
export type CommitName = string | GitCommit;

/** A tag with a message is an object of its own. */
export type GitTag =
  | CommitName
  | { readonly commit: CommitName; readonly message: string; readonly tagger?: Partial<Signature> };

/** A repository as it is declared: commits, and the branches and tags that name them. */
export interface RepositorySpec {
  /** Commits by any names; those before another must stand before it. */
  readonly commits?: Readonly<Record<string, GitCommit>>;
  readonly branches?: Readonly<Record<string, CommitName>>;
  readonly tags?: Readonly<Record<string, GitTag>>;
  /** What HEAD names; by default `main`, else `master`, else the first branch. */
  readonly defaultBranch?: string;
}

/** A file of a commit. */
export interface CheckedOutFile {
  readonly path: string;
  readonly mode: Exclude<TreeMode, "40000">;
  /** The contents; for a link where it leads, for a submodule the id of its commit. */
  readonly content: Uint8Array;
}

const AUTHOR: Signature = { name: "Bottleship", email: "bottleship@example.com", seconds: 0 };

/** A repository of the world: its objects, and the names of commits. */
export class GitRepository {
  readonly #objects = new Map<string, GitObject>();
  /** By id of a commit. */
  readonly #files = new Map<string, readonly CheckedOutFile[]>();
  readonly #trees = new Map<string, readonly GitObject[]>();
  readonly #refs = new Map<string, string>();
  /** What tags with a message lead to. */
  readonly #peeled = new Map<string, string>();
  readonly #head: string | undefined;

  /** @throws StatusError invalid-argument for a commit that is not there, a path that git would not take */
  constructor({ commits = {}, branches = {}, tags = {}, defaultBranch }: RepositorySpec) {
    const known = new Map<string, string>();
    for (const [name, one] of Object.entries(commits)) known.set(name, this.#commit(one, known));
    const idOf = (one: CommitName): string => (typeof one === "string" ? named(known, one) : this.#commit(one, known));
    for (const [name, one] of Object.entries(branches)) this.#refs.set(`refs/heads/${name}`, idOf(one));
    for (const [name, one] of Object.entries(tags)) this.#refs.set(`refs/tags/${name}`, this.#tag(name, one, idOf));
    const [first] = Object.keys(branches);
    const head = defaultBranch ?? ["main", "master"].find((name) => Object.hasOwn(branches, name)) ?? first;
    this.#head = head === undefined ? undefined : `refs/heads/${head}`;
  }

  /** The branch that HEAD names, "refs/heads/main"; `undefined` if there is no such branch. */
  get head(): string | undefined {
    return this.#head !== undefined && this.#refs.has(this.#head) ? this.#head : undefined;
  }

  /** Ids by the names of branches and tags, in the order of the names; a tag's own, if it is an object. */
  refs(): readonly (readonly [name: string, id: string])[] {
    return [...this.#refs].sort(([a], [b]) => compareBytes(a, b));
  }

  /** The commit that a tag with a message leads to. */
  peeled(id: string): string | undefined {
    return this.#peeled.get(id);
  }

  /** The files of a commit in the order of their paths; `undefined` if there is none of this id. */
  files(id: string): readonly CheckedOutFile[] | undefined {
    return this.#files.get(id);
  }

  /** A commit with its trees and files, or a tag: what a shallow clone of it has. */
  objectsOf(id: string): readonly GitObject[] {
    const own = this.#objects.get(id);
    assert(own !== undefined, "an object of another repository");
    return [own, ...(this.#trees.get(id) ?? [])];
  }

  #commit(spec: GitCommit, known: ReadonlyMap<string, string>): string {
    const files = Object.entries(spec.files)
      .map(([path, file]) => checkedOut(path, file))
      .sort((a, b) => compareBytes(a.path, b.path));
    const objects: GitObject[] = [];
    const root = writeTree(files, "", objects);
    const made = commit({
      tree: root,
      parents: (spec.parents ?? []).map((name) => named(known, name)),
      author: { ...AUTHOR, ...spec.author },
      message: spec.message ?? "Commit",
    });
    this.#objects.set(made.id, made);
    this.#files.set(made.id, files);
    this.#trees.set(made.id, objects);
    return made.id;
  }

  #tag(name: string, one: GitTag, idOf: (one: CommitName) => string): string {
    if (typeof one === "string" || !("commit" in one)) return idOf(one);
    const object = idOf(one.commit);
    const made = tag({ object, name, tagger: { ...AUTHOR, ...one.tagger }, message: one.message });
    this.#objects.set(made.id, made);
    this.#peeled.set(made.id, object);
    return made.id;
  }
}

function named(known: ReadonlyMap<string, string>, name: string): string {
  const id = known.get(name);
  if (id === undefined) throw new StatusError("invalid-argument", `no commit is called ${JSON.stringify(name)}`);
  return id;
}

function checkedOut(path: string, file: GitFile): CheckedOutFile {
  if (path.split("/").some((part) => part === "" || part === "." || part === ".." || part.toLowerCase() === ".git"))
    throw new StatusError("invalid-argument", `invalid path '${path}'`);
  const bytes = (content: string | Uint8Array): Uint8Array => (typeof content === "string" ? encode(content) : content);
  if (typeof file === "string" || file instanceof Uint8Array) return { path, mode: "100644", content: bytes(file) };
  if ("submodule" in file) return { path, mode: "160000", content: encode(commitId(file.submodule)) };
  if ("symlink" in file) return { path, mode: "120000", content: encode(file.symlink) };
  return { path, mode: file.executable === true ? "100755" : "100644", content: bytes(file.content) };
}

function commitId(text: string): string {
  if (!/^[0-9a-f]{40}$/.test(text)) throw new StatusError("invalid-argument", `'${text}' is not the id of a commit`);
  return text;
}

/** Adds the trees and files below a directory to `objects`; returns the id of its tree. */
function writeTree(files: readonly CheckedOutFile[], prefix: string, objects: GitObject[]): string {
  const entries: TreeEntry[] = [];
  const below = new Map<string, CheckedOutFile[]>();
  for (const file of files) {
    const [name = "", ...rest] = file.path.slice(prefix.length).split("/");
    if (rest.length > 0) {
      const inside = below.get(name) ?? [];
      below.set(name, inside);
      inside.push(file);
      continue;
    }
    if (file.mode === "160000") {
      entries.push({ name, mode: file.mode, id: decode(file.content) });
      continue;
    }
    const made = blob(file.content);
    objects.push(made);
    entries.push({ name, mode: file.mode, id: made.id });
  }
  for (const [name, inside] of below) {
    if (entries.some((entry) => entry.name === name))
      throw new StatusError("invalid-argument", `'${prefix}${name}' is both a file and a directory`);
    entries.push({ name, mode: "40000", id: writeTree(inside, `${prefix}${name}/`, objects) });
  }
  const made = tree(entries);
  objects.push(made);
  return made.id;
}
