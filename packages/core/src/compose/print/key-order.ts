/** The order of a map's keys in YAML: `web2` before `web10`, and letters behind everything else. Model: go-yaml sorter. */

const isDigit = (character: string): boolean => /\p{Nd}/u.test(character);
const isLetter = (character: string): boolean => /\p{L}/u.test(character);

export function compareKeys(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  let isInNumber = false;
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [one = "", other = ""] = [left[at], right[at]];
    if (one === other) {
      isInNumber = isDigit(one);
      continue;
    }
    if (isLetter(one) && isLetter(other)) return one < other ? -1 : 1;
    if (isLetter(one) || isLetter(other)) return isLetter(one) === isInNumber ? -1 : 1;
    return compareNumbers(left, right, at) || (one < other ? -1 : 1);
  }
  return left.length - right.length;
}

/** The numbers that stand at a place, in which leading zeros count for nothing unless they are all that differs. */
function compareNumbers(left: readonly string[], right: readonly string[], at: number): number {
  const [one, other] = [digitsFrom(left, at), digitsFrom(right, at)];
  const goesOn = at > 0 && /[1-9]/.test(leadingDigits(left, at));
  if (goesOn && one.length !== other.length) return one.length - other.length;
  return Number(one || "0") - Number(other || "0");
}

function digitsFrom(characters: readonly string[], at: number): string {
  let end = at;
  while (end < characters.length && isDigit(characters[end] ?? "")) end++;
  return characters.slice(at, end).join("");
}

function leadingDigits(characters: readonly string[], at: number): string {
  let start = at;
  while (start > 0 && isDigit(characters[start - 1] ?? "")) start--;
  return characters.slice(start, at).join("");
}
