/**
 * What BuildKit does with git: finds the commit that a ref means, and lays out its files.
 *
 * Unlike BuildKit's, what git says while it fetches is not told, and of submodules a `.git` that is kept has nothing.
 *
 * @see BuildKit source/git/source.go
 */
import type { LayerEntry } from "../../content/index.ts";
import { type GitRepository, gitDirectory, lsRemote, lsRemoteText, type RemoteRef } from "../../git/index.ts";
import { quote } from "../../lib/go/index.ts";
import { compareBytes, decode } from "../../lib/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import type { GitSource } from "../frontend/git-ref.ts";
import type { GitPlace, GitTell } from "./git-place.ts";
import { updateSubmodules } from "./git-submodules.ts";

/** A commit that is wanted. */
export interface WantedCommit {
  readonly id: string;
  /** The same for the same files. */
  readonly key: string;
}

const NO_GIT = 'git stderr:\n: exec: "git": executable file not found in $PATH';
const NO_AGENT = "unset ssh forward key default";
const COMMIT = /^(?:[a-f0-9]{40}|[a-f0-9]{64})$/;

/**
 * The commit that a source means: an id is not looked for before its files are needed.
 *
 * @throws BuildError `repository does not contain ref x, output: ""`, `expected checksum to match …, got …`
 */
export function wantedCommit(place: GitPlace, source: GitSource, tell: GitTell): WantedCommit {
  const { remote, checksum, keepsGitDir } = source;
  if (checksum !== "" && !/^[a-fA-F0-9]+$/.test(checksum))
    throw new BuildError(`invalid checksum ${checksum} for Git URL, expected hex commit hash`);
  if (COMMIT.test(checksum) && !keepsGitDir) return { id: checksum, key: keyOf(source, checksum, source.ref) };
  if (COMMIT.test(source.ref)) return { id: source.ref, key: keyOf(source, source.ref, "") };
  if (source.usesSsh && !place.hasAgent) throw new BuildError(NO_AGENT);
  const repository = place.find(remote);
  const isDefault = source.ref === "";
  if (repository === undefined) {
    const what = isDefault ? "error fetching default branch for repository" : "failed to fetch remote";
    throw new BuildError(`${what} ${redacted(remote)}: ${NO_GIT}`);
  }
  const ref = isDefault ? defaultBranch(repository, remote, tell) : source.ref;
  const lines = linesOf(repository, ref);
  const output = lsRemoteText(lines);
  if (output !== "") tell("stdout", output);
  const found = chosen(lines, ref);
  if (found === undefined) throw new BuildError(`repository does not contain ref ${ref}, output: ${quote(output)}`);
  const { id, name } = found;
  if (!id.startsWith(checksum)) throw new BuildError(`expected checksum to match ${checksum}, got ${id}`);
  return { id, key: keyOf(source, id, name) };
}

function linesOf(repository: GitRepository, ref: string): readonly RemoteRef[] {
  return lsRemote(repository, [ref, `${ref}^{}`]);
}

/** What stands in full comes first, then branches, then tags; of a tag with a message the commit counts. */
function chosen(lines: readonly RemoteRef[], ref: string): RemoteRef | undefined {
  const ids = new Map(lines.map(({ name, id }) => [name, id]));
  const full = (prefix: string): string => (ref.startsWith(prefix) ? ref : prefix + ref);
  const tag = full("refs/tags/");
  for (const [name, id] of [
    [full("refs/"), ids.get(full("refs/"))],
    [full("refs/heads/"), ids.get(full("refs/heads/"))],
    [tag, ids.get(`${tag}^{}`) ?? ids.get(tag)],
  ] as const)
    if (id !== undefined) return { id, name };
  return undefined;
}

function keyOf({ keepsGitDir, skipsSubmodules, subdir }: GitSource, id: string, ref: string): string {
  const git = keepsGitDir ? `.git${ref === "" ? "" : `#${ref}`}` : "";
  const alone = skipsSubmodules ? " without submodules" : "";
  return `${id}${git}${alone}${subdir === "" ? "" : `:${subdir}`}`;
}

function defaultBranch(repository: GitRepository, remote: string, tell: GitTell): string {
  const { head } = repository;
  if (head === undefined) throw new BuildError(`could not find default branch for repository: ${redacted(remote)}`);
  tell("stdout", `ref: ${head}\tHEAD\n${lsRemoteText(lsRemote(repository, ["HEAD"]))}`);
  return head.slice("refs/heads/".length);
}

/**
 * The files of a source, a directory before what is in it.
 *
 * @throws BuildError for a commit or a directory that is not there
 */
export function checkOut(place: GitPlace, source: GitSource, tell: GitTell, nowUs: number): readonly LayerEntry[] {
  const { remote, subdir, checksum, keepsGitDir } = source;
  if (source.usesSsh && !place.hasAgent) throw new BuildError(NO_AGENT);
  const repository = place.find(remote);
  if (repository === undefined) {
    const directory = `/var/lib/docker/overlay2/${place.prng.hex(25)}/diff`;
    throw new BuildError(`failed to init repo at ${directory}: ${NO_GIT}`);
  }
  const ref = source.ref === "" ? defaultBranch(repository, remote, tell) : source.ref;
  const id = COMMIT.test(ref) ? ref : (chosen(linesOf(repository, ref), ref)?.id ?? ref);
  const files = repository.files(id);
  if (files === undefined) throw noCommit(remote, id, tell);
  if (checksum !== "") {
    tell("stdout", `${id}\n`);
    if (!id.startsWith(checksum)) throw new BuildError(`expected checksum to match ${checksum}, got ${id}`);
  }
  checkDirectory(files, subdir);
  const prefix = subdir === "" ? "" : `${subdir}/`;
  const inside = files.filter(({ path }) => path.startsWith(prefix));
  const about = { uid: 0, gid: 0, mtimeUs: nowUs };
  const own = inside.map((file) => ({ ...file, path: file.path.slice(prefix.length) }));
  // Submodules come when the directory stands alone, and lie where they are in the whole.
  const others = source.skipsSubmodules ? [] : updateSubmodules({ place, remote, root: redacted(remote), tell }, files);
  const laid = new Map([...own, ...others].map((file) => [file.path, file]));
  const entries = [...laid.values()]
    .sort((a, b) => compareBytes(a.path, b.path))
    .map(({ path, mode, content }): LayerEntry => {
      const at = { ...about, path };
      if (mode === "160000") return { ...at, type: "dir", mode: 0o755 };
      if (mode === "120000") return { ...at, type: "symlink", mode: 0o777, link: decode(content) };
      return { ...at, type: "file", mode: mode === "100755" ? 0o755 : 0o644, content };
    });
  const kept = keepsGitDir && subdir === "" ? keptDirectory(repository, { remote: redacted(remote), id, ref }) : [];
  return withDirectories([...kept.map((entry) => ({ ...about, ...entry })), ...entries], about);
}

/** Nobody knows the commit: git asks for it, for everything else, and looks again. */
function noCommit(remote: string, id: string, tell: GitTell): BuildError {
  const why = `fatal: reference is not a tree: ${id}\n`;
  tell("stderr", `fatal: Not a valid object name ${id}^{commit}\n`);
  tell("stderr", `fatal: remote error: upload-pack: not our ref ${id}\n${why}`);
  return new BuildError(`failed to checkout remote ${redacted(remote)}: git stderr:\n${why}: exit status 128`);
}

/** Every part of it must be a directory. @throws BuildError */
function checkDirectory(files: readonly { readonly path: string }[], subdir: string): void {
  if (subdir === "") return;
  const parts = subdir.split("/");
  for (const [index] of parts.entries()) {
    const path = parts.slice(0, index + 1).join("/");
    if (files.some((file) => file.path.startsWith(`${path}/`))) continue;
    const why = files.some((file) => file.path === path)
      ? `git subpath ${quote(`/${subdir}`)} contains non-directory ${quote(path)}`
      : `failed to lstat ${quote(path)}: statat ${path}: no such file or directory`;
    throw new BuildError(`invalid subdir /${subdir}: ${why}`);
  }
}

/** `.git`, as it is after a shallow fetch of one ref and a checkout of what was fetched. */
function keptDirectory(
  repository: GitRepository,
  { remote, id, ref }: { readonly remote: string; readonly id: string; readonly ref: string },
): readonly Pick<LayerEntry, "path" | "type" | "mode" | "content">[] {
  const refs = new Map<string, string>();
  const ids = new Map(repository.refs());
  const tag = ref.startsWith("refs/") ? ref : `refs/tags/${ref}`;
  const found = ids.get(tag);
  const annotated = found !== undefined && repository.peeled(found) !== undefined ? found : undefined;
  if (!COMMIT.test(ref)) {
    // What is fetched by a short name becomes a branch, unless it is a tag with a message.
    if (annotated === undefined) refs.set(ref.startsWith("refs/") ? ref : `refs/heads/${ref}`, id);
    refs.set(tag, annotated ?? id);
  }
  return gitDirectory(repository, { remote, commit: id, refs }).map(({ path, mode, content }) =>
    path.endsWith("/")
      ? { path: `.git/${path}`.slice(0, -1), type: "dir", mode }
      : { path: `.git/${path}`, type: "file", mode, content },
  );
}

/** Git keeps no directories: they are made as they are needed. */
function withDirectories(
  entries: readonly LayerEntry[],
  about: Pick<LayerEntry, "uid" | "gid" | "mtimeUs">,
): readonly LayerEntry[] {
  const seen = new Set(entries.flatMap(({ path, type }) => (type === "dir" ? [path] : [])));
  return entries.flatMap((entry) => {
    const made: LayerEntry[] = [];
    for (let at = entry.path.indexOf("/"); at >= 0; at = entry.path.indexOf("/", at + 1)) {
      const path = entry.path.slice(0, at);
      if (seen.has(path)) continue;
      seen.add(path);
      made.push({ ...about, path, type: "dir", mode: 0o755 });
    }
    return [...made, entry];
  });
}

/** A name and a password in an address are not shown. */
function redacted(remote: string): string {
  return remote.replace(/^(\w+:\/\/)([^/@:]*)(:[^/@]*)?@/, (_, scheme: string, __, password?: string) =>
    password === undefined ? `${scheme}xxxxx@` : `${scheme}xxxxx:xxxxx@`,
  );
}
