/** How apt writes: sizes, lists of names. @see apt-pkg/contrib/strutl.cc: SizeToStr */

const UNITS = ["", "k", "M", "G"] as const;

/** "13.2 k", "709 k", "8792 k", "48.9 M": the caller adds the "B". */
export function sizeText(bytes: number): string {
  let size = bytes;
  for (const [index, unit] of UNITS.entries()) {
    if (size < 100 && index > 0) return `${size.toFixed(1)} ${unit}B`;
    if (size < 10_000) return `${Math.round(size)} ${unit}B`;
    size /= 1_000;
  }
  return `${Math.round(size)} TB`;
}

const WIDTH = 79;

/** Names in lines of two blanks and at most 80 columns. */
export function nameLines(names: readonly string[]): string {
  let text = "";
  let line = " ";
  for (const name of names) {
    if (line.length + 1 + name.length > WIDTH && line !== " ") {
      text += `${line}\n`;
      line = " ";
    }
    line += ` ${name}`;
  }
  return `${text}${line}\n`;
}
