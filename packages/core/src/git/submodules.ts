/** What `.gitmodules` says: where the submodules of a commit are. @see gitmodules(5), git-submodule(1) */

export interface Submodule {
  readonly name: string;
  /** Written out: what starts with `./` or `../` is relative to the address of the repository itself. */
  readonly url: string;
}

/** By their paths. @param remote the address of the repository */
export function submodulesOf(text: string, remote: string): ReadonlyMap<string, Submodule> {
  const found = new Map<string, Submodule>();
  for (const section of text.split(/^[ \t]*(?=\[)/m)) {
    const name = /^\[submodule "(.*)"\]/.exec(section)?.[1];
    const [path, url] = ["path", "url"].map((key) => valueOf(section, key));
    if (name !== undefined && path !== undefined && url !== undefined)
      found.set(path, { name, url: resolved(url, remote) });
  }
  return found;
}

function valueOf(section: string, key: string): string | undefined {
  return new RegExp(`^[ \\t]*${key}[ \\t]*=[ \\t]*"?(.*?)"?[ \\t]*$`, "im").exec(section)?.[1];
}

function resolved(url: string, remote: string): string {
  if (!/^\.\.?\//.test(url)) return url;
  let base = remote.replace(/\/+$/, "");
  let rest = url;
  while (/^\.\.?\//.test(rest)) {
    // Behind a host that is not followed by a slash stands a colon: "git@host:x".
    if (rest.startsWith("../")) base = base.replace(/[/:][^/:]*$/, "");
    rest = rest.replace(/^\.\.?\//, "");
  }
  return `${base}/${rest}`;
}
