/** What a repository answers to `git ls-remote`: lines of ids and names. @see git-ls-remote(1) */
import type { GitRepository } from "./repository.ts";

export interface RemoteRef {
  readonly id: string;
  readonly name: string;
}

/** HEAD, and after it branches and tags, as far as the ends of their names match one of the patterns. */
export function lsRemote(repository: GitRepository, patterns: readonly string[]): readonly RemoteRef[] {
  const refs = repository.refs();
  const head = refs.find(([name]) => name === repository.head);
  const all = [
    ...(head === undefined ? [] : [{ id: head[1], name: "HEAD" }]),
    ...refs.flatMap(([name, id]) => {
      const peeled = repository.peeled(id);
      return [{ id, name }, ...(peeled === undefined ? [] : [{ id: peeled, name: `${name}^{}` }])];
    }),
  ];
  const wanted = patterns.map(tailPattern);
  return all.filter(({ name }) => wanted.some((pattern) => pattern.test(name)));
}

/** The lines as git prints them. */
export function lsRemoteText(refs: readonly RemoteRef[]): string {
  return refs.map(({ id, name }) => `${id}\t${name}\n`).join("");
}

/** `*` and `?` stand for anything, slashes too. */
function tailPattern(pattern: string): RegExp {
  const text = pattern.replace(/[\\^$.*+?()[\]{}|]/g, (one) => (one === "*" ? ".*" : one === "?" ? "." : `\\${one}`));
  return new RegExp(`(?:^|/)${text}$`, "s");
}
