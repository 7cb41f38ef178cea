/**
 * What kind of place a source of COPY or ADD names: a path below the context, a URL, a git repository.
 *
 * Model: BuildKit's dfgitutil.ParseGitRef and gitutil.ParseURL; their checks of a git URL's query are left out.
 */

export type SourceKind = "local" | "http" | "git";

const PROTOCOL = /^([a-zA-Z0-9]+):\/\//;
const SCP = /^[a-zA-Z0-9_-]+@[a-zA-Z0-9.-]+:/;

/** A git repository that is reached through ssh: `git@host:path`, `ssh://…`. */
export function usesSsh(source: string): boolean {
  return SCP.test(source) || /^ssh:\/\//i.test(source);
}

export function sourceKind(source: string): SourceKind {
  const protocol = PROTOCOL.exec(source)?.[1]?.toLowerCase();
  if (protocol === undefined) return SCP.test(source) && !/^\.\.?\//.test(source) ? "git" : "local";
  if (protocol === "git" || protocol === "ssh") return "git";
  if (protocol !== "http" && protocol !== "https") return "local";
  const path = source.slice(protocol.length + 3).replace(/[?#].*$/s, "");
  if (path.includes("/") && path.endsWith(".git")) return "git";
  return /^https?:/.test(source) ? "http" : "local";
}
