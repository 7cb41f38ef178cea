/**
 * What `git submodule update --init --recursive --depth=1` brings into a checkout.
 *
 * @see git-submodule(1), BuildKit source/git/source.go
 */
import { type CheckedOutFile, type Submodule, submodulesOf } from "../../git/index.ts";
import { decode, encode, sha256 } from "../../lib/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import type { GitPlace, GitTell } from "./git-place.ts";

const MODULES = ".gitmodules";

export interface SubmoduleUpdate {
  readonly place: Pick<GitPlace, "find">;
  /** The address of the repository whose submodules they are. */
  readonly remote: string;
  /** The path of the outermost repository, as messages show it. */
  readonly root: string;
  readonly tell: GitTell;
  /** Where the repository is checked out: "", or "mod/" for that of a submodule. */
  readonly prefix?: string;
  /** Where git keeps what it knows of the repository. */
  readonly gitDir?: string;
}

/** The files of the submodules of a commit, and of theirs. @throws BuildError for one that cannot be had */
export function updateSubmodules(update: SubmoduleUpdate, files: readonly CheckedOutFile[]): readonly CheckedOutFile[] {
  const { remote, tell, prefix = "" } = update;
  const links = files.filter(({ mode }) => mode === "160000");
  if (links.length === 0) return [];
  const text = decode(files.find(({ path }) => path === MODULES)?.content ?? encode(""));
  const known = submodulesOf(text, remote);
  const wanted = links.map(({ path, content }) => {
    const submodule = known.get(path);
    if (submodule === undefined)
      throw failed(update, `fatal: No url found for submodule path '${prefix}${path}' in ${MODULES}\n`, 128);
    tell("stderr", `Submodule '${submodule.name}' (${submodule.url}) registered for path '${prefix}${path}'\n`);
    return { path, id: decode(content), submodule };
  });
  return wanted.flatMap(({ path, id, submodule }) => filesOf(update, { path, id, submodule }));
}

function filesOf(
  update: SubmoduleUpdate,
  { path, id, submodule }: { readonly path: string; readonly id: string; readonly submodule: Submodule },
): readonly CheckedOutFile[] {
  const { place, remote, tell, prefix = "" } = update;
  const at = prefix + path;
  const repository = place.find(submodule.url);
  if (repository === undefined) {
    const again = [`Failed to clone '${at}'. Retry scheduled`, `Failed to clone '${at}' a second time, aborting`];
    const why = again.map((end) => `fatal: repository '${submodule.url}/' not found\n${end}\n`).join("");
    throw failed(update, why, 1);
  }
  const files = repository.files(id);
  if (files === undefined) {
    const why = `fatal: Fetched in submodule path '${at}', but it did not contain ${id}. Direct fetching of that commit failed.\n`;
    throw failed(update, `fatal: remote error: upload-pack: not our ref ${id}\n${why}`, 128);
  }
  tell("stdout", `Submodule path '${at}': checked out '${id}'\n`);
  const { gitDir = `overlay2/${sha256(encode(remote)).slice(0, 25)}/diff` } = update;
  const own = `${gitDir}/modules/${submodule.name}`;
  const up = "../".repeat(at.split("/").length + 1);
  const link: CheckedOutFile = { path: `${at}/.git`, mode: "100644", content: encode(`gitdir: ${up}${own}\n`) };
  const inside = files.map((file) => ({ ...file, path: `${at}/${file.path}` }));
  const below = { ...update, remote: submodule.url, prefix: `${at}/`, gitDir: own };
  return [link, ...inside, ...updateSubmodules(below, files)];
}

function failed({ root }: SubmoduleUpdate, stderr: string, code: number): BuildError {
  return new BuildError(`failed to update submodules for ${root}: git stderr:\n${stderr}: exit status ${code}`);
}
