/** "did you mean …?": the option nearest to a misspelt word. Model: BuildKit's util/suggest. */
import { lowerCase, upperCase } from "../../lib/go/index.ts";

/** Farther options are not suggested. */
const MAX_DISTANCE = 2;

/**
 * The option at Levenshtein distance 1 or 2, the first of the nearest; undefined if there is none or if `word` is one
 * of the options. Without case, the suggestion is spelt like the word.
 */
export function suggest(
  word: string,
  options: Iterable<string>,
  { ignoreCase = false }: { readonly ignoreCase?: boolean } = {},
): string | undefined {
  const wanted = ignoreCase ? lowerCase(word) : word;
  let best: string | undefined;
  let nearest = MAX_DISTANCE + 1;
  for (const given of options) {
    const option = ignoreCase ? lowerCase(given) : given;
    if (option === wanted) return undefined;
    const far = Math.abs([...option].length - [...wanted].length) >= nearest;
    const apart = far ? nearest : distance(wanted, option);
    if (apart >= nearest) continue;
    best = ignoreCase ? matchCase(option, word) : option;
    nearest = apart;
  }
  return best === "" ? undefined : best;
}

/** `message`, followed by the suggestion if there is one. */
export function withSuggestion(
  message: string,
  word: string,
  options: Iterable<string>,
  how: { readonly ignoreCase?: boolean } = {},
): string {
  const found = suggest(word, options, how);
  return found === undefined ? message : `${message} (did you mean ${found}?)`;
}

function matchCase(option: string, like: string): string {
  if (like === lowerCase(like)) return lowerCase(option);
  return like === upperCase(like) ? upperCase(option) : option;
}

/** Insertions, deletions and substitutions between two texts. */
function distance(from: string, to: string): number {
  const columns = [...to];
  let row = columns.map((_, i) => i + 1);
  let edge = 0;
  for (const character of from) {
    let diagonal = edge++;
    let left = edge;
    row = columns.map((column, i) => {
      const above = row[i] ?? 0;
      left = Math.min(above + 1, left + 1, diagonal + (character === column ? 0 : 1));
      diagonal = above;
      return left;
    });
  }
  return row[columns.length - 1] ?? edge;
}
