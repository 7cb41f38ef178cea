/** Versions and ranges of npm: "^4.18.0", "~1.2", ">=1 <3 || 5.x". @see https://github.com/npm/node-semver */

type Numbers = readonly [major: number, minor: number, patch: number];

interface Version {
  readonly numbers: Numbers;
  readonly prerelease: string;
}

function parse(text: string): Version | undefined {
  const match = /^[v=\s]*(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/.exec(text.trim());
  if (match === null) return undefined;
  return { numbers: [Number(match[1]), Number(match[2]), Number(match[3])], prerelease: match[4] ?? "" };
}

/** Negative, zero or positive; texts that are no versions are equal to nothing and come first. */
export function compareSemver(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? -1 : 1;
  const difference = compareNumbers(left.numbers, right.numbers);
  if (difference !== 0) return difference;
  if (left.prerelease === right.prerelease) return 0;
  if (left.prerelease === "" || right.prerelease === "") return left.prerelease === "" ? 1 : -1;
  return left.prerelease < right.prerelease ? -1 : 1;
}

function compareNumbers(a: Numbers, b: Numbers): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** Whether a version lies in a range. A text that is no range has no versions. */
export function inRange(version: string, range: string): boolean {
  const parsed = parse(version);
  if (parsed === undefined) return false;
  return range.split("||").some((part) => inComparators(parsed, part.trim()));
}

function inComparators(version: Version, text: string): boolean {
  const hyphen = /^(\S+)\s+-\s+(\S+)$/.exec(text);
  const words =
    hyphen === null ? text.replace(/([<>=~^])\s+/g, "$1").split(/\s+/) : [`>=${hyphen[1]}`, `<=${hyphen[2]}`];
  const bounds = words.map(boundsOf);
  if (bounds.some((one) => one === undefined)) return false;
  // A version before a release is meant only where the range names one of the same release.
  if (version.prerelease !== "" && !words.some((word) => word.includes("-"))) return false;
  return bounds.every((one) => {
    if (one === undefined) return false;
    const [from, to] = one;
    return compareNumbers(version.numbers, from) >= 0 && (to === undefined || compareNumbers(version.numbers, to) < 0);
  });
}

/** The first version that is meant, and the first that is not any more. */
type Bounds = readonly [from: Numbers, to: Numbers | undefined];

const ZERO: Numbers = [0, 0, 0];

function boundsOf(word: string): Bounds | undefined {
  if (/^(|\*|x|X|latest)$/.test(word)) return [ZERO, undefined];
  const match = /^(\^|~>?|>=|<=|>|<|=)?v?(\d+)(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-[0-9A-Za-z.-]+)?(?:\+.*)?$/.exec(
    word,
  );
  if (match === null) return undefined;
  const [, operator = "", major = "0", minorText, patchText] = match;
  const numberOf = (text: string | undefined): number | undefined =>
    text === undefined || /[xX*]/.test(text) ? undefined : Number(text);
  const [first, minor, patch] = [Number(major), numberOf(minorText), numberOf(patchText)];
  const low: Numbers = [first, minor ?? 0, patch ?? 0];
  const next: Numbers =
    minor === undefined ? [first + 1, 0, 0] : patch === undefined ? [first, minor + 1, 0] : [first, minor, patch + 1];
  switch (operator) {
    case "^":
      return [
        low,
        first > 0 || minor === undefined
          ? [first + 1, 0, 0]
          : minor > 0 || patch === undefined
            ? [0, minor + 1, 0]
            : next,
      ];
    case "~":
    case "~>":
      return [low, minor === undefined ? [first + 1, 0, 0] : [first, minor + 1, 0]];
    case ">=":
      return [low, undefined];
    case ">":
      return [next, undefined];
    case "<":
      return [ZERO, low];
    case "<=":
      return [ZERO, next];
    default:
      return [low, next];
  }
}
