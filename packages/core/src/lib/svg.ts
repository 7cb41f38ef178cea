/** Scalable vector graphics as text: elements with their attributes, everything escaped. @see SVG 1.1 */

export type Attributes = Readonly<Record<string, string | number>>;

/** `<rect x="1"/>`; `children` are elements already. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const start = `<${name}${written.join("")}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join("")}</${name}>`;
}

/** A line of text, shortened to about `width` characters; the whole of it shows when it is pointed at. */
export function label(text: string, attributes: Attributes, width = Number.POSITIVE_INFINITY): string {
  const line = text.replace(/\s+/g, " ").trim();
  const shown = line.length > width ? `${line.slice(0, Math.max(0, width - 1))}…` : line;
  return element("text", attributes, [
    escaped(shown),
    ...(shown === line ? [] : [element("title", {}, [escaped(line)])]),
  ]);
}

/** A picture by itself, in points. */
export function picture(
  size: { readonly width: number; readonly height: number },
  children: readonly string[],
): string {
  const { width, height } = size;
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    "font-family": "ui-monospace, monospace",
    "font-size": 12,
  };
  return `${element("svg", attributes, children)}\n`;
}

/** What XML cannot say is left out. */
function escaped(text: string): string {
  return [...text]
    .filter((character) => character === "\t" || character === "\n" || character >= " ")
    .join("")
    .replace(/[\ud800-\udfff](?![\udc00-\udfff])|[\ufffe\uffff]/g, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
