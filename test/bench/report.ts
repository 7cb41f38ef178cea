/** The figures for people: a table with a column for the target and one for whether it is reached. */
import { type Figure, meets, type Target } from "./figure.ts";

export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    format(figure.value),
    figure.unit,
    figure.target === undefined ? "" : formatTarget(figure.target),
    figure.target === undefined ? "" : meets(figure) ? "yes" : "NO",
  ]);
  const all = [["", "measured", "", "target", "met"], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => (column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const formatTarget = (target: Target): string =>
  "atMost" in target ? `≤ ${format(target.atMost)}` : `≥ ${format(target.atLeast)}`;

/** Three significant digits, whole numbers in full. */
function format(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
