/** What a registry asks for before it answers. @see RFC 9110 section 11.6.1 */

export interface Challenge {
  /** "basic" or "bearer", lower case. */
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** `Bearer realm="…",service="…"`; undefined for a header that is none. */
export function parseChallenge(header: string): Challenge | undefined {
  const [, scheme, rest = ""] = /^\s*([A-Za-z]+)(?:\s+(.*))?$/s.exec(header) ?? [];
  if (scheme === undefined) return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = "", quoted, plain = ""] of rest.matchAll(/([A-Za-z_-]+)=(?:"((?:[^"\\]|\\.)*)"|([^",\s]+))/g)) {
    parameters.set(name.toLowerCase(), quoted === undefined ? plain : quoted.replace(/\\(.)/g, "$1"));
  }
  return { scheme: scheme.toLowerCase(), parameters };
}
