/** Columns that a text takes on a terminal, and cutting it to fit. Model: go-runewidth, docker/cli formatter.Ellipsis. */

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

/** Wide East Asian characters take two columns, combining marks and control characters none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text)
    width += WIDE.test(character) ? 2 : /[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u.test(character) ? 0 : 1;
  return width;
}

/** `text`, or as much of it as fits with an ellipsis. */
export function ellipsis(text: string, columns: number): string {
  let width = 0;
  let cut = "";
  for (const character of text) {
    width += WIDE.test(character) ? 2 : 1;
    if (width <= columns - 1) cut += character;
  }
  return width <= columns ? text : `${cut}…`;
}
