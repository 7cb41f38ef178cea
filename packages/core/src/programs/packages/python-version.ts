/**
 * Versions of Python packages, and what is said about them: "2.0.1", ">=2.0,<3", "~=1.4".
 *
 * @see PEP 440
 */

/** A version as numbers that compare in order. */
type Key = readonly (readonly number[])[];

const VERSION =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:(?:[-_.]?(?:post|rev|r)[-_.]?(\d*))|-(\d+))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+[a-z0-9.]+)?$/i;

const PHASES: Readonly<Record<string, number>> = { a: 0, alpha: 0, b: 1, beta: 1, c: 2, rc: 2, pre: 2, preview: 2 };

/** Negative, zero or positive. Texts that are no versions come before all that are. */
export function compareVersions(a: string, b: string): number {
  const left = keyOf(a);
  const right = keyOf(b);
  for (const [index, part] of left.entries()) {
    const difference = compareNumbers(part, right[index] ?? []);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** True for alpha, beta, candidate and development versions. */
export function isPrerelease(version: string): boolean {
  const match = VERSION.exec(version);
  return match !== null && (match[3] !== undefined || match[7] !== undefined);
}

function keyOf(version: string): Key {
  const match = VERSION.exec(version.trim());
  if (match === null) return [[-1]];
  const [, epoch = "0", release = "", phase, phaseNumber = "", post, implicitPost, dev, devNumber = ""] = match;
  const numbers = release.split(".").map(Number);
  while (numbers.length > 1 && numbers.at(-1) === 0) numbers.pop();
  const isDev = dev !== undefined;
  const postNumber = implicitPost ?? post;
  const noPhase = isDev && postNumber === undefined ? -1 : 3;
  return [
    [Number(epoch)],
    numbers,
    phase === undefined ? [noPhase, 0] : [PHASES[phase.toLowerCase()] ?? 0, Number(phaseNumber)],
    [postNumber === undefined ? -1 : Number(postNumber)],
    [isDev ? Number(devNumber) : Number.MAX_SAFE_INTEGER],
  ];
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** One clause of a specifier. */
interface Clause {
  readonly operator: string;
  readonly version: string;
}

/** What versions are wanted: all clauses hold. */
export class Specifier {
  readonly #clauses: readonly Clause[];

  constructor(clauses: readonly Clause[]) {
    this.#clauses = clauses;
  }

  /** `undefined` for a text that is none. */
  static parse(text: string): Specifier | undefined {
    const clauses: Clause[] = [];
    for (const part of text.split(",").map((one) => one.trim())) {
      if (part === "") continue;
      const match = /^(===|~=|==|!=|<=|>=|<|>)\s*([^\s]+)$/.exec(part);
      if (match === null) return undefined;
      clauses.push({ operator: match[1] ?? "", version: match[2] ?? "" });
    }
    return new Specifier(clauses);
  }

  get isEmpty(): boolean {
    return this.#clauses.length === 0;
  }

  /** One exact version is asked for. */
  get isPinned(): boolean {
    return this.#clauses.some(({ operator, version }) => operator.startsWith("==") && !version.endsWith("*"));
  }

  /** A version before the release is asked for by name. */
  get namesPrerelease(): boolean {
    return this.#clauses.some(({ version }) => isPrerelease(version));
  }

  allows(version: string): boolean {
    return this.#clauses.every((clause) => holds(clause, version));
  }

  /** As pip prints it: clauses sorted by their text, without blanks. */
  toString(): string {
    return this.#clauses
      .map(({ operator, version }) => operator + version)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .join(",");
  }
}

function holds({ operator, version: wanted }: Clause, version: string): boolean {
  const difference = compareVersions(version, wanted);
  switch (operator) {
    case "===":
      return version === wanted;
    case "==":
      return wanted.endsWith(".*") ? startsWith(version, wanted) : difference === 0;
    case "!=":
      return wanted.endsWith(".*") ? !startsWith(version, wanted) : difference !== 0;
    case "<=":
      return difference <= 0;
    case ">=":
      return difference >= 0;
    case "<":
      return difference < 0 && !(isPrerelease(version) && !isPrerelease(wanted) && startsWith(version, `${wanted}.*`));
    case ">":
      return difference > 0;
    default:
      return difference >= 0 && startsWith(version, wanted.replace(/\.\d+$/, ".*"));
  }
}

/** "2.0.1" starts with "2.0.*". */
function startsWith(version: string, pattern: string): boolean {
  const prefix = pattern.replace(/\.\*$/, "").split(".").map(Number);
  const numbers = (VERSION.exec(version)?.[2] ?? "").split(".").map(Number);
  return prefix.every((number, index) => (numbers[index] ?? 0) === number);
}
