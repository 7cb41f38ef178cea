/** What is different each time, made the same: ids, digests, times, ages, addresses, ports, durations. The recorder's rules. */

const SPAN = String.raw`(?:Less than a second|About a minute|About an hour|\d+ (?:second|minute|hour|day|week|month|year)s?)`;
/** Ports that the engine chooses. */
const PORT = String.raw`(?:3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[45]\d{4}|60\d{3})`;

const RULES: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\x1b\[[0-9;?]*[A-Za-z]/g, ""],
  [/\r\n/g, "\n"],
  [/SWMTKN-1-[0-9a-z]+-[0-9a-z]+/g, "<SWMTKN>"],
  [/sha256:[0-9a-f]{7,64}/g, "<DIGEST>"],
  [/\b[0-9a-f]{64}\b/g, "<ID64>"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "<UUID>"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, "<TIME>"],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4}(?: [A-Z]{3,4})?(?: m=[+-][\d.]+)?/g, "<TIME>"],
  [/\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d/g, "<TIME>"],
  [/(?<![\w.<])(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{25}(?!\w)/g, "<ID25>"],
  [/(?<![\w.<])[0-9a-f]{12}(?![\w])/g, "<ID12>"],
  [new RegExp(String.raw`\bUp ${SPAN}`, "g"), "Up <AGO>"],
  [new RegExp(String.raw`\b${SPAN} ago\b`, "g"), "<AGO>"],
  [/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g, "<MAC>"],
  [new RegExp(String.raw`(0\.0\.0\.0|127\.0\.0\.1|\[::\]|::):${PORT}\b`, "g"), "$1:<PORT>"],
  [new RegExp(`("HostPort": ?)"${PORT}"`, "g"), '$1"<PORT>"'],
  [/\btime=\d+\.\d+ ms/g, "time=<DUR>"],
  [/(round-trip min\/avg\/max = )[\d./]+ ms/g, "$1<DUR>"],
  [/\b\d+\.\d+(?:ms|µs|s)\b/g, "<DUR>"],
  // How wide a column is depends on what was replaced in it.
  [/(?<=\S) {3,}(?=\S)/g, "   "],
  [/[ \t]+$/gm, ""],
];

/** `extra` are patterns and replacements as Python writes them. */
export function normalise(text: string, directory: string, extra: readonly (readonly [string, string])[] = []): string {
  let result = text.replaceAll(directory, "<TMP>");
  for (const [pattern, replacement] of extra) {
    result = result.replace(new RegExp(pattern, "gm"), inJavaScript(replacement));
  }
  for (const [pattern, replacement] of RULES) result = result.replace(pattern, replacement);
  return result;
}

function inJavaScript(replacement: string): string {
  return replacement
    .replaceAll("$", "$$$$")
    .replace(/\\(\d)/g, "$$$1")
    .replaceAll("\\n", "\n");
}
