/**
 * The `.git` directory of a shallow clone with a detached HEAD, as BuildKit leaves it in a checkout.
 *
 * Unlike git's, it has no index, no sample hooks and no description.
 *
 * @see gitrepository-layout(5), BuildKit source/git/source.go
 */
import { encode, NO_BYTES } from "../lib/index.ts";
import { looseFile } from "./object.ts";
import type { GitRepository } from "./repository.ts";

export interface GitDirectoryFile {
  /** Below `.git`; a directory's ends with a slash. */
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

export interface Clone {
  readonly remote: string;
  readonly commit: string;
  /** Branches and tags that the clone has: "refs/heads/main" and its id. */
  readonly refs: ReadonlyMap<string, string>;
}

/** Directories that are there even if they are empty. */
const DIRECTORIES = ["branches/", "hooks/", "info/", "objects/info/", "objects/pack/", "refs/heads/", "refs/tags/"];

/** Files, and before them directories; those that stand in the path of another one may be left out. */
export function gitDirectory(repository: GitRepository, { remote, commit, refs }: Clone): readonly GitDirectoryFile[] {
  const objects = [commit, ...[...refs.values()].filter((id) => repository.peeled(id) !== undefined)]
    .flatMap((id) => repository.objectsOf(id))
    .map(looseFile);
  const files = new Map<string, Uint8Array>([
    ["HEAD", encode(`${commit}\n`)],
    ["config", encode(configText(remote))],
    ["shallow", encode(`${commit}\n`)],
    ["logs/HEAD", NO_BYTES],
    ...[...refs].map(([name, id]) => [name, encode(`${id}\n`)] as const),
    ...[...refs.keys()]
      .filter((name) => name.startsWith("refs/heads/"))
      .map((name) => [`logs/${name}`, NO_BYTES] as const),
    ...objects.map(({ path, content }) => [`objects/${path}`, content] as const),
  ]);
  return [
    ...DIRECTORIES.map((path) => ({ path, mode: 0o755, content: NO_BYTES })),
    ...[...files].map(([path, content]) => ({ path, mode: path.startsWith("objects/") ? 0o444 : 0o644, content })),
  ];
}

function configText(remote: string): string {
  return `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
[remote "origin"]
\turl = ${remote}
\tfetch = +refs/heads/*:refs/remotes/origin/*
`;
}
