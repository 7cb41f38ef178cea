/** Names of targets: patterns, and those of services. */

/** A pattern of names: `*` and `?` stand for characters, brackets for one of several. @see Go path.Match */
export function globPattern(pattern: string): RegExp {
  const source = pattern.replace(/\[[^\]]*\]|[\s\S]/g, (part) => {
    if (part === "*") return "[^/]*";
    if (part === "?") return "[^/]";
    return part.length > 1 ? part : part.replace(/[.+^${}()|\\[\]]/g, "\\$&");
  });
  return new RegExp(`^${source}$`);
}

/** Services may have dots in their names, which targets have not. */
export const targetName = (name: string): string => name.replaceAll(".", "_");
