/** What the pages for people have in common. Model: docker/cli cli/command/formatter. */

/** A moment as these pages show it: `2026-11-22 03:00:09.579315566 +0000 utc`. */
export const moment = (time: string): string => time.replace("T", " ").replace(/Z$/, " +0000 utc");

/** One below the other. */
export const labelLines = (labels: Readonly<Record<string, string>>, title = "Labels"): readonly string[] => {
  const lines = Object.entries(labels).map(([name, value]) => ` - ${name}${value === "" ? "" : `=${value}`}`);
  return lines.length === 0 ? [] : [`${title}:`, ...lines];
};
