/** A name that somebody may have meant instead. @see hashicorp/hcl hclsyntax/didyoumean.go; agext/levenshtein */

/** So few changes make one name of another. */
const NEAR = 3;

/** Of several the one that begins alike the longest. Unlike with buildx, which takes any of them, it is always the same. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const near = names.filter((one) => distance(name, one) < NEAR);
  return near.sort((a, b) => common(b, name) - common(a, name))[0];
}

/** How many characters two names begin with alike. */
function common(a: string, b: string): number {
  const differs = [...a].findIndex((letter, at) => letter !== b[at]);
  return differs < 0 ? a.length : differs;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replacing = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replacing, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
