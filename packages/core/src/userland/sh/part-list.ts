/** Collects the parts of a word; neighbouring texts of one kind become one. */
import type { Part, Word } from "./ast.ts";

export class PartList {
  readonly #parts: Part[] = [];
  #run = "";
  #runQuoted = false;
  #hasRun = false;
  /** True once any of it was quoted or escaped. */
  hasQuotes = false;

  text(text: string, quoted: boolean): void {
    if (this.#hasRun && this.#runQuoted !== quoted) this.#flush();
    this.#run += text;
    this.#runQuoted = quoted;
    this.#hasRun = true;
  }

  /** Text that was quoted; it may be empty. */
  quote(text: string): void {
    this.hasQuotes = true;
    this.text(text, true);
  }

  push(part: Part): void {
    this.#flush();
    this.#parts.push(part);
  }

  /** What stood between double quotes. `"$@"` leaves no trace of its quotes: without parameters it is no field. */
  quoteParts(parts: Word): void {
    this.hasQuotes = true;
    const [first] = parts;
    if (first?.kind === "parameter" && isAllParameters(parts)) {
      this.push({ ...first, isAlone: true });
      return;
    }
    this.text("", true);
    for (const part of parts) {
      if (part.kind === "text") this.text(part.text, part.quoted);
      else this.push(part);
    }
  }

  finish(): Word {
    this.#flush();
    return this.#parts;
  }

  #flush(): void {
    if (this.#hasRun) this.#parts.push({ kind: "text", text: this.#run, quoted: this.#runQuoted });
    this.#run = "";
    this.#hasRun = false;
  }
}

function isAllParameters(parts: Word): boolean {
  const [part] = parts;
  return parts.length === 1 && part?.kind === "parameter" && part.name === "@" && part.operator === "value";
}
