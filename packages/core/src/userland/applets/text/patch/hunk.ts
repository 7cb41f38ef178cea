/** One hunk of a unified diff, and the search for the place where it applies. */
import type { Routine } from "../../../../abi/index.ts";

/** The numbers of a line `@@ -1,2 +3,4 @@`. A count that is not given is 1. */
export interface HunkRange {
  readonly oldLine: number;
  readonly oldCount: number;
  readonly newLine: number;
  readonly newCount: number;
}

/** @returns `undefined` if the line does not begin a hunk */
export function parseRange(line: string): HunkRange | undefined {
  if (!line.startsWith("@@ -")) return undefined;
  const [, oldLine = "0", oldCount = "1", newLine = "0", newCount = "1"] =
    /^@@ -([0-9]*)(?:,([0-9]*))?(?:..([0-9]*)(?:,([0-9]*))?)?/s.exec(line) ?? [];
  return {
    oldLine: Number(oldLine),
    oldCount: Number(oldCount),
    newLine: Number(newLine),
    newCount: Number(newCount),
  };
}

/** Where a hunk is searched in: gives lines, takes those that come before it. */
export interface Passage {
  readonly next: () => Routine<string | undefined>;
  readonly pass: (line: string) => Routine<void>;
}

export interface Search {
  /** Lines with their sign. */
  readonly hunk: readonly string[];
  /** Context lines before the first change. */
  readonly leading: number;
  /** The sign of lines that are not searched for. */
  readonly added: "+" | "-";
  /** A hunk that was applied before is no error. */
  readonly mayBeApplied: boolean;
  /** Lines of the file read so far. */
  readonly linesRead: number;
}

export interface Found {
  readonly found: boolean;
  readonly linesRead: number;
  /** The line where an added line was met: 0 if there was none. */
  readonly reversedAt: number;
}

/**
 * Reads up to the place where all lines of the hunk stand that are no additions. A hunk that ends with less context than
 * it begins with is only at the end of the file.
 */
export function* findPlace(search: Search, passage: Passage): Routine<Found> {
  const { hunk } = search;
  const trailing = hunk.length - 1 - hunk.findLastIndex((line) => !line.startsWith(" "));
  const onlyAtEnd = trailing === 0 || trailing < search.leading;
  const window: string[] = [];
  let added: string = search.added;
  let linesRead = search.linesRead;
  let reversedAt = 0;
  let expected = 0;
  /** Once something looks applied, what is searched for changes sides. */
  const notice = (): boolean => {
    if (reversedAt !== 0) return false;
    reversedAt = linesRead;
    if (search.mayBeApplied) added = added === "+" ? "-" : "+";
    return search.mayBeApplied;
  };
  const isAdded = (): boolean => hunk[expected]?.startsWith(added) === true;
  const isExpected = (line: string | undefined): boolean => hunk[expected]?.slice(1) === line;
  for (;;) {
    const line = yield* passage.next();
    linesRead++;
    while (isAdded()) if (!(isExpected(line) && notice())) expected++;
    if (line === undefined) return { found: expected === hunk.length && onlyAtEnd, linesRead, reversedAt };
    window.push(line);
    for (let at = window.length - 1; at < window.length; ) {
      while (isAdded()) {
        if (isExpected(window[at])) notice();
        expected++;
      }
      if (expected < hunk.length && isExpected(window[at])) {
        at++;
        expected++;
        if (expected === hunk.length && !onlyAtEnd) return { found: true, linesRead, reversedAt };
        continue;
      }
      // The first line is not where the hunk begins: all behind it is compared anew.
      yield* passage.pass(window.shift() ?? "");
      at = 0;
      expected = 0;
    }
  }
}
