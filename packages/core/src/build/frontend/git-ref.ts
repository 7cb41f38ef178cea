/**
 * Addresses of git repositories with what is wanted of them: `https://host/x.git#ref:directory`, `git@host:x?tag=v1`.
 *
 * Model: BuildKit's dfgitutil.ParseGitRef, gitutil.ParseURL, sshutil.ParseSCPStyleURL; dispatchCopy of convert.go.
 */
import { quote, readBool } from "../../lib/go/index.ts";
import { join } from "../../lib/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import { sourceKind, usesSsh } from "./remote.ts";
import type { AddStep } from "./step.ts";

export interface GitSource {
  /** What git is given. */
  readonly remote: string;
  /** A branch, a tag, a commit's whole id; "" for the default branch. */
  readonly ref: string;
  /** Without slashes around; "" for all. */
  readonly subdir: string;
  /** The beginning of a commit's id, or "". */
  readonly checksum: string;
  readonly keepsGitDir: boolean;
  readonly skipsSubmodules: boolean;
  /** An agent of the client is needed. */
  readonly usesSsh: boolean;
}

/** What an address itself says; flags may say more. */
interface GitRef extends Pick<GitSource, "remote" | "ref" | "checksum" | "skipsSubmodules"> {
  readonly subdir: string;
  readonly keepGitDir: boolean | undefined;
}

/** A build context. @throws BuildError for a query that makes no sense */
export function gitContextSource(address: string, keepsGitDir = false): GitSource {
  const { keepGitDir = false, ...ref } = parseGitRef(address);
  return sourceOf(address, { ...ref, keepsGitDir: keepGitDir || keepsGitDir });
}

/**
 * The sources of ADD that are repositories, by their places.
 *
 * What one source says of its `.git` and its checksum also holds for those after it.
 *
 * @throws BuildError for a query that makes no sense, or contradicts a flag
 */
export function gitSources({
  sources,
  checksum: given = "",
  keepGitDir: kept,
}: Pick<AddStep, "sources" | "checksum" | "keepGitDir">): ReadonlyMap<number, GitSource> {
  const found = new Map<number, GitSource>();
  let checksum = given;
  let keepGitDir = kept;
  for (const [index, address] of sources.entries()) {
    if (sourceKind(address) !== "git") continue;
    const ref = parseGitRef(address);
    if (keepGitDir !== undefined && ref.keepGitDir !== undefined && keepGitDir !== ref.keepGitDir)
      throw new BuildError("inconsistent keep-git-dir configuration");
    keepGitDir = ref.keepGitDir ?? keepGitDir;
    if (checksum !== "" && ref.checksum !== "" && checksum !== ref.checksum)
      throw new BuildError(`checksum mismatch ${quote(checksum)} != ${quote(ref.checksum)}`);
    checksum = ref.checksum || checksum;
    found.set(index, sourceOf(address, { ...ref, checksum, keepsGitDir: keepGitDir === true }));
  }
  return found;
}

function sourceOf(
  address: string,
  { remote, ref, subdir, checksum, keepsGitDir, skipsSubmodules }: Omit<GitSource, "usesSsh">,
): GitSource {
  const directory = join("/", subdir).slice(1);
  return { remote, ref, subdir: directory, checksum, keepsGitDir, skipsSubmodules, usesSsh: usesSsh(address) };
}

/** @throws BuildError `unexpected query "x"`, `ref conflicts: "a" vs "b"` and their like */
function parseGitRef(address: string): GitRef {
  const hash = address.indexOf("#");
  const fragment = hash < 0 ? "" : decoded(address.slice(hash + 1));
  const place = hash < 0 ? address : address.slice(0, hash);
  const mark = place.indexOf("?");
  const remote = mark < 0 ? place : place.slice(0, mark);
  const colon = fragment.indexOf(":");
  const ref = colon < 0 ? fragment : fragment.slice(0, colon);
  const subdir = colon < 0 ? "" : fragment.slice(colon + 1);
  const queried = { remote, ref, subdir, checksum: "", keepGitDir: undefined, skipsSubmodules: false };
  return mark < 0 ? queried : withQuery(queried, new URLSearchParams(place.slice(mark + 1)));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const MAY_BE_EMPTY = new Set(["submodules", "keep-git-dir"]);

function withQuery(given: GitRef, query: URLSearchParams): GitRef {
  let found = given;
  for (const key of new Set(query.keys())) {
    const values = query.getAll(key);
    const [value = ""] = values;
    if (values.length > 1) throw new BuildError(`query ${quote(key)} has multiple values`);
    if (value === "" && !MAY_BE_EMPTY.has(key)) throw new BuildError(`query ${quote(key)} has no value`);
    switch (key) {
      case "ref":
        found = withRef(found, value);
        break;
      case "subdir":
        if (found.subdir !== "" && found.subdir !== value)
          throw new BuildError(`subdir conflicts: ${quote(found.subdir)} vs ${quote(value)}`);
        found = { ...found, subdir: value };
        break;
      case "checksum":
      case "commit":
        found = { ...found, checksum: value };
        break;
      case "keep-git-dir":
        found = { ...found, keepGitDir: switchOf(key, value) };
        break;
      case "submodules":
        found = { ...found, skipsSubmodules: !switchOf(key, value) };
        break;
      case "tag":
      case "branch":
        break;
      default:
        throw new BuildError(`unexpected query ${quote(key)}`);
    }
  }
  const [tag, branch] = [query.get("tag"), query.get("branch")];
  if (tag !== null) found = withRef(found, withPrefix("refs/tags/", tag));
  if (branch === null) return found;
  if (tag !== null) throw new BuildError("branch conflicts with tag");
  return withRef(found, withPrefix("refs/heads/", branch));
}

function withRef(found: GitRef, ref: string): GitRef {
  if (found.ref !== "" && found.ref !== ref)
    throw new BuildError(`ref conflicts: ${quote(found.ref)} vs ${quote(ref)}`);
  return { ...found, ref };
}

const withPrefix = (prefix: string, name: string): string => (name.startsWith(prefix) ? name : prefix + name);

/** Nothing means yes. */
function switchOf(key: string, value: string): boolean {
  const read = value === "" ? true : readBool(value);
  if (read === undefined) throw new BuildError(`invalid ${key} value: ${quote(value)}`);
  return read;
}
