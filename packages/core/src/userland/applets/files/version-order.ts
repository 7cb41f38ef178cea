/**
 * strverscmp(3): the order in which `file9` comes before `file10`.
 *
 * Digits that begin with a zero are read as the decimals of a fraction, so that 01 comes before 1 and 1.01 before 1.1.
 */

/** Negative, zero or positive as `a` comes before, with or after `b`. */
export function compareVersions(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  if (at === a.length && at === b.length) return 0;
  let start = at;
  while (start > 0 && isDigit(a[start - 1])) start--;
  const byCharacter = (at < a.length ? a.charCodeAt(at) : 0) - (at < b.length ? b.charCodeAt(at) : 0);
  const common = a.slice(start, at);
  const digitsOfA = digitsFrom(a, at);
  const digitsOfB = digitsFrom(b, at);
  if (common === "") {
    const whole = digitsOfA > 0 && digitsOfB > 0 && a[at] !== "0" && b[at] !== "0";
    return whole ? byLength(digitsOfA, digitsOfB, byCharacter) : byCharacter;
  }
  if (common[0] !== "0") return byLength(digitsOfA, digitsOfB, byCharacter);
  // A fraction: behind nothing but zeros, further digits make it smaller.
  if (/^0+$/.test(common)) {
    if (digitsOfA === 0 && digitsOfB > 0) return 1;
    if (digitsOfB === 0 && digitsOfA > 0) return -1;
  }
  return byCharacter;
}

/** Whole numbers: the longer one is greater. */
function byLength(digitsOfA: number, digitsOfB: number, byCharacter: number): number {
  return digitsOfA === digitsOfB ? byCharacter : digitsOfA - digitsOfB;
}

const isDigit = (character: string | undefined): boolean => character !== undefined && /^[0-9]$/.test(character);

function digitsFrom(text: string, at: number): number {
  let end = at;
  while (isDigit(text[end])) end++;
  return end - at;
}
